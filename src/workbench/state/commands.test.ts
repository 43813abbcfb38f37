import { describe, expect, it } from 'vitest';
import { type Command, matching } from './commands';

const commands: Command[] = [
  ['Rooms', 'Train'],
  ['Rooms', 'Forecast'],
  ['Fields', 'Temperature'],
  ['Fields', '2 m temperature'],
  ['Levels', '500 hPa'],
  ['Levels', '850 hPa'],
  ['Keys', 'Train or pause'],
  ['Lessons', 'The grid and the mesh'],
].map(([group, words]) => ({ group, words, run: () => {} }));

const found = (query: string) => matching(query, commands).map(({ words }) => words);

describe('matching', () => {
  it('gives all commands in their order for an empty query', () => {
    expect(found(' ')).toEqual(commands.map(({ words }) => words));
  });

  it('finds letters in their order, whatever lies between and whatever case they have', () => {
    expect(found('2mt')).toEqual(['2 m temperature']);
    expect(found('FCST')).toEqual(['Forecast']);
    expect(found('zzz')).toEqual([]);
    expect(found('niart')).toEqual([]);
  });

  it('puts beginnings of words and unbroken runs first', () => {
    expect(found('train').slice(0, 2)).toEqual(['Train', 'Train or pause']);
    expect(found('temp')[0]).toBe('Temperature');
    expect(found('gm')[0]).toBe('The grid and the mesh');
  });

  it('finds by the group too', () => {
    expect(found('level')).toEqual(['500 hPa', '850 hPa']);
    expect(found('lesson grid')[0]).toBe('The grid and the mesh');
  });
});

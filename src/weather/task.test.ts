import { describe, expect, test } from 'vitest';
import { ConfigError, DatasetError } from '../errors';
import { openPlanet, smallPlanet, variableOf } from './small_planet.fixture';
import { TASKS, type Task, taskFromDataset, validateTask } from './task';

describe('validateTask', () => {
  test.each(Object.entries(TASKS))('accepts %s', (_, task) => {
    expect(() => validateTask(task)).not.toThrow();
  });

  const broken: [string, Partial<Task>, RegExp][] = [
    [
      'a doubled name',
      { targetVariables: ['2m_temperature', '2m_temperature'] },
      /name '2m_temperature' twice/,
    ],
    ['an empty name', { inputVariables: [''] }, /empty name/],
    ['no targets', { targetVariables: [] }, /no target variables/],
    [
      'a target that is a forcing',
      { forcingVariables: ['2m_temperature'] },
      /'2m_temperature' as a target and as a forcing/,
    ],
    ['levels out of order', { pressureLevels: [1000, 500] }, /\[1000, 500\]/],
    ['a doubled level', { pressureLevels: [500, 500] }, /ascend/],
    ['a level that is no number', { pressureLevels: [Number.NaN] }, /positive/],
    ['atmospheric variables without levels', { pressureLevels: [] }, /lies on pressure levels/],
    ['another input duration', { inputDuration: '18h' }, /'18h'/],
  ];
  test.each(broken)('refuses %s', (_, change, message) => {
    const attempt = () => validateTask({ ...TASKS.TASK_13, ...change });
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(message);
  });
});

describe('taskFromDataset', () => {
  test('takes every state variable, static field and level, and all derived forcings', async () => {
    const task = taskFromDataset(await openPlanet(smallPlanet()));
    expect(task.targetVariables).toEqual(['2m_temperature', 'geopotential']);
    expect(task.pressureLevels).toEqual([500, 850, 1000]);
    expect(task.forcingVariables).toEqual(TASKS.TASK.forcingVariables);
    expect(task.inputVariables).toEqual([...task.targetVariables, ...task.forcingVariables, 'land_sea_mask']);
    expect(() => validateTask(task)).not.toThrow();
  });

  test('has no levels when no variable lies on them', async () => {
    const task = taskFromDataset(await openPlanet(smallPlanet({ levels: [] })));
    expect(task.targetVariables).toEqual(['2m_temperature']);
    expect(task.pressureLevels).toEqual([]);
    expect(() => validateTask(task)).not.toThrow();
  });

  test('leaves out a variable on levels that the reference does not know on levels', async () => {
    const spec = smallPlanet();
    variableOf(spec, 'geopotential').name = 'mystery';
    expect(taskFromDataset(await openPlanet(spec)).targetVariables).toEqual(['2m_temperature']);
  });

  test('leaves out what is undefined over part of the globe', async () => {
    for (const name of ['sea_surface_temperature', 'sea_ice_cover', 'mean_wave_period']) {
      const spec = smallPlanet();
      variableOf(spec, '2m_temperature').name = name;
      const task = taskFromDataset(await openPlanet(spec));
      expect(task.targetVariables).toEqual(['geopotential']);
      expect(task.inputVariables).not.toContain(name);
    }
  });

  test('refuses a file with nothing to predict', async () => {
    const spec = smallPlanet();
    variableOf(spec, '2m_temperature').name = 'toa_incident_solar_radiation';
    variableOf(spec, 'geopotential').name = 'mystery';
    const dataset = await openPlanet(spec);
    expect(() => taskFromDataset(dataset)).toThrow(DatasetError);
    expect(() => taskFromDataset(dataset)).toThrow(/planet\.nc: there is no variable that varies in time/);
  });
});

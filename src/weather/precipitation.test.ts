import { describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { channelLayout } from './channels';
import { type Dataset, openDataset } from './dataset';
import { asFile, era5File, type LayoutOptions, NEW_STORE } from './era5_layouts.fixture';
import { joinDatasets } from './joined_dataset';
import { PLANET_START, planetValue } from './small_planet.fixture';
import { checkTaskFits } from './task_fit';

const HOURLY = Array.from({ length: 25 }, (_, hour) => hour);
const surface: LayoutOptions = { ...NEW_STORE, kinds: ['surface', 'precipitation'] };

const open = async (...layouts: LayoutOptions[]) =>
  openDataset(await Promise.all(layouts.map((layout, i) => asFile(era5File(layout), `part${i}.nc`))));
const hoursOf = ({ times }: Dataset) => Array.from(times, (time) => (time - PLANET_START) / 3600);

/** What the six hours up to a frame give, south-west corner first. */
function summed({ latitudes, longitudes }: Dataset, hour: number): number[] {
  return Array.from(latitudes).flatMap((latitude) =>
    Array.from(longitudes, (longitude) => {
      let sum = 0;
      for (let h = hour - 5; h <= hour; h++)
        sum += planetValue('total_precipitation', h, 0, latitude, longitude);
      return Math.fround(sum);
    }),
  );
}

describe('six hours of precipitation from hourly data', () => {
  test('in one file: frames every 6 h, the first one that has no six hours left out', async () => {
    const dataset = await open({ ...surface, hours: HOURLY });
    expect(hoursOf(dataset)).toEqual([6, 12, 18, 24]);
    expect([...dataset.variables.keys()]).not.toContain('total_precipitation');
    expect(dataset.variables.get('total_precipitation_6hr')).toMatchObject({ units: 'm', hasTime: true });
    expect(Array.from(await dataset.read('total_precipitation_6hr', 1))).toEqual(summed(dataset, 12));
    const instant = await open({ ...NEW_STORE, kinds: ['surface'], hours: [12] });
    expect(await dataset.read('2m_temperature', 1)).toEqual(await instant.read('2m_temperature', 0));
  });

  test('as the Climate Data Store delivers: instants, accumulations, and levels every 6 h', async () => {
    const dataset = await open(
      { ...NEW_STORE, kinds: ['levels'], hours: [0, 6, 12, 18] },
      { ...NEW_STORE, kinds: ['surface'], hours: HOURLY.slice(0, 24) },
      { ...NEW_STORE, kinds: ['precipitation'], hours: [-5, -4, -3, -2, -1, ...HOURLY.slice(0, 24)] },
    );
    expect(hoursOf(dataset)).toEqual([0, 6, 12, 18]);
    expect(Array.from(await dataset.read('total_precipitation_6hr', 0))).toEqual(summed(dataset, 0));
  });

  test('hours may lie in the file before', async () => {
    const days = [HOURLY.slice(0, 9), HOURLY.slice(9, 20), HOURLY.slice(20)];
    const dataset = await open(...days.map((hours) => ({ ...surface, hours })));
    expect(hoursOf(dataset)).toEqual([6, 12, 18, 24]);
    expect(Array.from(await dataset.read('total_precipitation_6hr', 1))).toEqual(summed(dataset, 12));
  });

  test('a frame of which an hour is missing is left out', async () => {
    const dataset = await open({ ...surface, hours: HOURLY.filter((hour) => hour !== 8) });
    expect(hoursOf(dataset)).toEqual([6, 18, 24]);
  });

  test('hours are read only when the sum is', async () => {
    const part = await open({ ...surface, hours: [3] });
    const read: string[] = [];
    const times = Float64Array.from(HOURLY, (hour) => PLANET_START + hour * 3600);
    const counted: Dataset = {
      ...part,
      times,
      read: (variable, frame) => {
        read.push(`${variable} ${frame}`);
        return part.read(variable, 0);
      },
    };
    const dataset = joinDatasets([counted]);
    await dataset.read('2m_temperature', 0);
    expect(read.splice(0)).toEqual(['2m_temperature 6']);
    await dataset.read('total_precipitation_6hr', 2);
    expect(read.sort()).toEqual([13, 14, 15, 16, 17, 18].map((hour) => `total_precipitation ${hour}`));
  });

  test('hours that do not follow each other are no 6 h, and a task is told so', async () => {
    const dataset = await open({ ...surface, hours: [0, 6, 12, 18] });
    expect(hoursOf(dataset)).toEqual([0, 6, 12, 18]);
    const task = {
      inputVariables: [],
      targetVariables: ['total_precipitation_6hr'],
      forcingVariables: [],
      pressureLevels: [],
      inputDuration: '12h',
    };
    expect(() => checkTaskFits(dataset, channelLayout(task))).toThrow(
      /^part0\.nc: the target variable 'total_precipitation_6hr' is missing \(.*\); 'total_precipitation' was found, but of single hours/,
    );
  });

  test('a stretch without the hours is refused, not dropped', async () => {
    const later = [30, 36, 42, 48];
    const attempt = open({ ...surface, hours: HOURLY }, { ...surface, hours: later });
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(
      /^part0\.nc: 'total_precipitation' lacks hours before 2021-03-02 18:00 UTC and the frames ahead of it/,
    );
  });
});

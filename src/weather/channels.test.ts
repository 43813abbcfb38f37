import { describe, expect, test } from 'vitest';
import { channelLayout, type InputChannel } from './channels';
import { TASKS, type Task } from './task';

/** 'name frame first-last' of each run of channels of one variable at one time. */
function runs(inputs: InputChannel[]): string[] {
  const found: string[] = [];
  for (let first = 0; first < inputs.length; ) {
    const { variable, frame } = inputs[first];
    let last = first;
    while (inputs[last + 1]?.variable === variable && inputs[last + 1]?.frame === frame) last++;
    found.push(`${variable} ${frame} ${first}-${last}`);
    first = last + 1;
  }
  return found;
}

describe('channel order of spec 6', () => {
  test('TASK_13: 183 inputs', () => {
    const { inputs } = channelLayout(TASKS.TASK_13);
    expect(inputs).toHaveLength(183);
    expect(runs(inputs)).toEqual([
      '10m_u_component_of_wind -1 0-0',
      '10m_u_component_of_wind 0 1-1',
      '10m_v_component_of_wind -1 2-2',
      '10m_v_component_of_wind 0 3-3',
      '2m_temperature -1 4-4',
      '2m_temperature 0 5-5',
      'day_progress_cos -1 6-6',
      'day_progress_cos 0 7-7',
      'day_progress_sin -1 8-8',
      'day_progress_sin 0 9-9',
      'geopotential -1 10-22',
      'geopotential 0 23-35',
      'geopotential_at_surface 0 36-36',
      'land_sea_mask 0 37-37',
      'mean_sea_level_pressure -1 38-38',
      'mean_sea_level_pressure 0 39-39',
      'specific_humidity -1 40-52',
      'specific_humidity 0 53-65',
      'temperature -1 66-78',
      'temperature 0 79-91',
      'toa_incident_solar_radiation -1 92-92',
      'toa_incident_solar_radiation 0 93-93',
      'total_precipitation_6hr -1 94-94',
      'total_precipitation_6hr 0 95-95',
      'u_component_of_wind -1 96-108',
      'u_component_of_wind 0 109-121',
      'v_component_of_wind -1 122-134',
      'v_component_of_wind 0 135-147',
      'vertical_velocity -1 148-160',
      'vertical_velocity 0 161-173',
      'year_progress_cos -1 174-174',
      'year_progress_cos 0 175-175',
      'year_progress_sin -1 176-176',
      'year_progress_sin 0 177-177',
      'day_progress_cos 1 178-178',
      'day_progress_sin 1 179-179',
      'toa_incident_solar_radiation 1 180-180',
      'year_progress_cos 1 181-181',
      'year_progress_sin 1 182-182',
    ]);
    expect(inputs.slice(23, 36).map(({ level }) => level)).toEqual(TASKS.TASK_13.pressureLevels);
  });

  test('TASK_13: 83 outputs', () => {
    const { state, residual } = channelLayout(TASKS.TASK_13);
    const firstOf = (name: string) => state.findIndex(({ variable }) => variable === name);
    expect(state).toHaveLength(83);
    expect(firstOf('2m_temperature')).toBe(2);
    expect(firstOf('geopotential')).toBe(3);
    expect(firstOf('mean_sea_level_pressure')).toBe(16);
    expect(firstOf('specific_humidity')).toBe(17);
    expect(firstOf('temperature')).toBe(30);
    expect(firstOf('total_precipitation_6hr')).toBe(43);
    expect(firstOf('u_component_of_wind')).toBe(44);
    expect(firstOf('v_component_of_wind')).toBe(57);
    expect(firstOf('vertical_velocity')).toBe(70);
    expect(state[82]).toEqual({ variable: 'vertical_velocity', level: 1000 });
    expect(residual.every(Boolean)).toBe(true);
  });

  test('TASK: 471 inputs, 227 outputs on 37 levels', () => {
    const { inputs, state } = channelLayout(TASKS.TASK);
    expect([inputs.length, state.length]).toEqual([471, 227]);
    const at = runs(inputs);
    for (const run of [
      'geopotential -1 10-46',
      'geopotential 0 47-83',
      'geopotential_at_surface 0 84-84',
      'mean_sea_level_pressure -1 86-86',
      'specific_humidity -1 88-124',
      'temperature -1 162-198',
      'toa_incident_solar_radiation -1 236-236',
      'total_precipitation_6hr -1 238-238',
      'u_component_of_wind -1 240-276',
      'v_component_of_wind -1 314-350',
      'vertical_velocity 0 425-461',
      'year_progress_sin 0 465-465',
      'day_progress_cos 1 466-466',
      'year_progress_sin 1 470-470',
    ]) {
      expect(at).toContain(run);
    }
    expect(state.findIndex(({ variable }) => variable === 'vertical_velocity')).toBe(190);
  });

  test('TASK_13_PRECIP_OUT: 181 inputs, precipitation predicted but not as a residual', () => {
    const { inputs, state, residual } = channelLayout(TASKS.TASK_13_PRECIP_OUT);
    expect([inputs.length, state.length]).toEqual([181, 83]);
    const at = runs(inputs);
    for (const run of [
      'u_component_of_wind -1 94-106',
      'vertical_velocity 0 159-171',
      'day_progress_cos 1 176-176',
    ]) {
      expect(at).toContain(run);
    }
    expect(state.filter((_, c) => !residual[c])).toEqual([
      { variable: 'total_precipitation_6hr', level: null },
    ]);
  });
});

test('planes index the list of their source', () => {
  const { inputs, state, forcings, statics } = channelLayout(TASKS.TASK_13_PRECIP_OUT);
  const lists = { state, forcing: forcings, static: statics };
  for (const { source, plane, variable, level } of inputs) {
    expect(lists[source][plane]).toEqual({ variable, level });
  }
});

test('a task without levels, forcings or static fields', () => {
  const winds = ['10m_v_component_of_wind', '10m_u_component_of_wind'];
  const task: Task = {
    inputVariables: winds,
    targetVariables: winds,
    forcingVariables: [],
    pressureLevels: [],
    inputDuration: '12h',
  };
  const { inputs, state, forcings, statics } = channelLayout(task);
  expect(runs(inputs)).toEqual([
    '10m_u_component_of_wind -1 0-0',
    '10m_u_component_of_wind 0 1-1',
    '10m_v_component_of_wind -1 2-2',
    '10m_v_component_of_wind 0 3-3',
  ]);
  expect([state.length, forcings.length, statics.length]).toEqual([2, 0, 0]);
});

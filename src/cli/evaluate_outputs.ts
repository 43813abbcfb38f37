/** Where the scores of an evaluation go: files by their endings, and a table for people. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../errors';
import { headlineFields, prettyUnits, shortName, shortNumber } from '../forecast/field_names';
import { scorecard } from '../forecast/scorecard';
import { scoresCsv } from '../forecast/scores_csv';
import { type Scores, type Source, seriesOf, writeScores } from '../forecast/scores_file';
import { reason } from './inputs';
import { UsageError } from './options';
import { checkWritable, writeWhole } from './outputs';

/** What is to be written where. */
export interface Outputs {
  json: string[];
  csv: string[];
  scorecard: string[];
}

const ENDINGS: [ending: string, kind: keyof Outputs][] = [
  ['.json', 'json'],
  ['.csv', 'csv'],
  ['.html', 'scorecard'],
];
/** What a folder gets. */
const NAMES = ['scores.json', 'scores.csv', 'scorecard.html'];

/**
 * What `--out` asks for: files by their endings, or all three in a folder, which is made when it is not there.
 *
 * @param outs scores.json when there is none
 * @throws UsageError when an ending says nothing
 * @throws ConfigError when it cannot be written there
 */
export function outputsFor(outs: string[]): Outputs {
  const outputs: Outputs = { json: [], csv: [], scorecard: [] };
  const add = (path: string) => {
    const kind = ENDINGS.find(([ending]) => path.endsWith(ending))?.[1];
    if (!kind)
      throw new UsageError(
        `--out is '${path}', expected a name that ends in .json, .csv or .html, or a folder with a / at the end.`,
      );
    checkWritable(path, '--out');
    outputs[kind].push(path);
  };
  for (const out of outs.length > 0 ? outs : ['scores.json']) {
    const isFolder = out.endsWith('/') || statSync(out, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isFolder) {
      add(out);
      continue;
    }
    try {
      mkdirSync(out, { recursive: true });
    } catch (cause) {
      throw new ConfigError(`${out} cannot be made: ${reason(cause)}; choose another --out.`, { cause });
    }
    for (const name of NAMES) add(join(out, name));
  }
  return outputs;
}

/** @returns the paths that were written */
export async function writeOutputs(outputs: Outputs, scores: Scores, against?: Scores): Promise<string[]> {
  const texts: [paths: string[], text: () => string][] = [
    [outputs.json, () => writeScores(scores)],
    [outputs.csv, () => scoresCsv(scores)],
    [outputs.scorecard, () => scorecard(scores, against)],
  ];
  const written: string[] = [];
  for (const [paths, text] of texts) {
    for (const path of paths) {
      await writeWhole(path, new TextEncoder().encode(text()), '--out');
      written.push(path);
    }
  }
  return written;
}

/** Lead times of the table, h. */
const SHOWN_HOURS = [6, 12, 24, 48, 72, 120, 168, 240];

/** Says on stdout what was found: RMSE of the headline fields, over the first region. */
export function report(scores: Scores, written: string[], json: boolean): void {
  const region = scores.regions[0];
  const sources = Object.keys(scores.scores) as Source[];
  if (json) {
    const rmse = Object.fromEntries(
      sources.map((source) => [
        source,
        Object.fromEntries(
          scores.fields.map(({ id }) => [id, seriesOf(scores, source, id, region.id)?.rmse ?? []]),
        ),
      ]),
    );
    const { name, lead_hours, n, warnings } = scores;
    console.log(
      JSON.stringify({
        out: written,
        name,
        initial_times: scores.initial_times.count,
        lead_hours,
        n,
        region: region.id,
        rmse,
        warnings,
      }),
    );
    return;
  }
  const { initial_times: times, lead_hours: leads, n } = scores;
  const columns = [...leads.keys()].filter((i) => SHOWN_HOURS.includes(leads[i]) || i === leads.length - 1);
  console.log(
    `${written.join(', ')}: ${scores.name}, ${times.count} initial time${times.count === 1 ? '' : 's'} from ${times.first} to ${times.last}`,
  );
  for (const warning of scores.warnings) console.error(`Warning: ${warning}`);
  if (scores.climatology) console.log(`Climatology: ${scores.climatology.note}`);
  const cell = (value: number | null | undefined) => (typeof value === 'number' ? shortNumber(value) : '–');
  const row = (label: string, cells: string[]) =>
    console.log(`  ${label.padEnd(24)}${cells.map((text) => text.padStart(10)).join('')}`);
  console.log('');
  row(
    `RMSE, ${region.title}`,
    columns.map((i) => `+${leads[i]} h`),
  );
  row(
    'initial times',
    columns.map((i) => `${n[i]}`),
  );
  for (const field of headlineFields(scores.fields)) {
    console.log(`  ${shortName(field)} ${prettyUnits(field.units)}`.trimEnd());
    for (const source of sources) {
      const rmse = seriesOf(scores, source, field.id, region.id)?.rmse;
      row(
        `  ${source}`,
        columns.map((i) => cell(rmse?.[i])),
      );
    }
  }
}

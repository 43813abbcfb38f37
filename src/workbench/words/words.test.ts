import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REGIONS } from '../../forecast/regions';
import { PRESETS } from '../../graphcast/config';
import { PARTS } from '../../graphcast/parameters';
import { CHINESE, CHINESE_PARTS } from './chinese';
import { hasWords, nothingFound, readSource, wordsInSources } from './words_in_sources.fixture';

/** Names that texts bear in the page's tables and stores, which are given to `t()` where they are shown. */
const SHOWN_PROPERTIES = ['words', 'label', 'title', 'heading', 'summary', 'see', 'text', 'message', 'note'];
/** Other names under which they are then handed on. */
const HANDED_ON: Record<string, string> = { paragraph: 'text', problem: 'message', since: 'BROWSERS' };

/** Texts that come from below the page: what the engine says it does, and what it names. */
const FROM_BELOW: Record<string, string[]> = {
  description: Object.values(PRESETS).map(({ description }) => description),
  title: REGIONS.map(({ title }) => title),
  kind: kindsOfAlarms(),
  note: [...(wordsInSources('src/worker').properties.get('note') ?? [])],
  unit: ['frames'],
  phase: ['idle', 'paused', 'finished', 'preparing'],
  parameters: ['random first weights'],
  part: [
    ...PARTS,
    'parameters',
    'gradients',
    'moments',
    'frames of lead times',
    'graph, frames and constants',
    'activations of a step',
  ],
  // Lines of a scorecard.
  name: ['Persistence', 'Climatology'],
};

const found = wordsInSources('src/workbench');
for (const file of ['src/main.tsx', 'src/training/memory_plan_words.ts']) {
  readSource(file, readFileSync(file, 'utf8'), found);
}
const shown = new Set<string>([...found.keys, ...namedTexts()].filter(hasWords));

function kindsOfAlarms(): string[] {
  const union = /kind:\n([^;]+);/.exec(readFileSync('src/training/alarms.ts', 'utf8'))![1];
  return [...union.matchAll(/'([^']+)'/g)].map(([, kind]) => kind);
}

function namedTexts(): string[] {
  return found.dynamic.flatMap(({ name }) => {
    const property = HANDED_ON[name] ?? name;
    return [
      ...(SHOWN_PROPERTIES.includes(property) ? (found.properties.get(property) ?? []) : []),
      ...(found.tables.get(property) ?? []),
      ...(FROM_BELOW[name] ?? []),
    ];
  });
}

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([whole]) => whole).sort();

test('every text that goes through t() has its Chinese', () => {
  expect(shown.size).toBeGreaterThan(500);
  expect([...shown].filter((text) => !CHINESE[text])).toEqual([]);
});

test('everything that is looked up at run time comes from a place that is known here', () => {
  const unknown = found.dynamic.filter(({ name }) => {
    const property = HANDED_ON[name] ?? name;
    return !SHOWN_PROPERTIES.includes(property) && !found.tables.has(property) && !FROM_BELOW[name];
  });
  expect(unknown).toEqual([]);
});

test('a Chinese text has the values of the English one', () => {
  const differing = Object.entries(CHINESE).filter(
    ([english, chinese]) => placeholders(english).join() !== placeholders(chinese).join(),
  );
  expect(differing).toEqual([]);
});

test('no Chinese text is left over, or there twice', () => {
  const used = new Set([...found.keys, ...shown]);
  expect(Object.keys(CHINESE).filter((english) => !used.has(english))).toEqual([]);
  const all = CHINESE_PARTS.flatMap((part) => Object.keys(part));
  expect(all.filter((english, i) => all.indexOf(english) !== i)).toEqual([]);
});

test('no English is shown outside t()', () => {
  expect(found.loose).toEqual([]);
});

test('what is shown without t() is found, in text, attributes and notices alike', () => {
  const seen = nothingFound();
  const source = `
    notify('info', \`Run \${name} is gone\`);
    const a = <p title="Loose title">Loose {ready ? 'text' : t('wrapped')} hPa</p>;
    const b = t(ready ? 'one' : table.words);`;
  readSource('some.tsx', source, seen);
  expect(seen.loose.map((text) => text.replace(/^\S+ /, '')).sort()).toEqual(
    ['Run', 'is gone', 'Loose title', 'Loose', 'text'].sort(),
  );
  expect([...seen.keys]).toEqual(['wrapped', 'one']);
  expect(seen.dynamic).toEqual([{ name: 'words', where: 'some.tsx:4' }]);
});

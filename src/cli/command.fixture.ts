/** Runs the built command line as its user does. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/graphcast.js', import.meta.url));

export interface Finished {
  /** Exit code; null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Ends a command from outside, as soon as a condition holds. */
export interface Stop {
  signal: NodeJS.Signals;
  /** @param stderr so far */
  when: (stderr: string) => boolean;
}

/**
 * Runs `graphcast` to its end, whatever that is.
 * @param launcher a program with arguments that starts it, `mpirun` for example
 */
export function graphcast(args: string[], stop?: Stop, launcher: string[] = []): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const [program, ...given] = [...launcher, process.execPath, PROGRAM, ...args];
    const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        text[stream] += chunk;
      });
    }
    const watch = setInterval(() => {
      if (!stop?.when(text.stderr)) return;
      clearInterval(watch);
      child.kill(stop.signal);
    }, 5);
    child.on('error', reject).on('close', (code) => {
      clearInterval(watch);
      resolve({ code, ...text });
    });
  });
}

/** Runs a command that must succeed; its `--json` object. */
export async function graphcastJson<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await graphcast([...args, '--json']);
  expect(code, stderr).toBe(0);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as T;
}

/**
 * Runs a command that must fail as the user should see it: exit code 1, nothing on stdout, one sentence at the end of
 * stderr, no stack trace.
 * @returns the sentence
 */
export async function graphcastFailure(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await graphcast(args);
  expect(code, stderr).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/^\s+at |Error:|node:internal/m);
  const lines = stderr.trimEnd().split('\n');
  const said = lines.filter((line) => line.startsWith('graphcast: '));
  expect(said, stderr).toEqual([lines.at(-1)]);
  expect(said[0]).toMatch(/\.$/);
  return said[0];
}

/** A scratch folder for one test file; returns paths in it. */
export function scratchFolder(): (name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'graphcast-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name = '') => join(folder, name);
}

/** The updates that a run's `metrics.jsonl` tells of. */
export function readMetrics(run: string): Record<string, unknown>[] {
  return readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { objectBytes } from './heap_objects';

test('what is kept counts, what is let go does not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graphcast-heap-'));
  objectBytes(folder); // the first one keeps some things itself
  const before = objectBytes(folder);
  let kept: number[][] | undefined = Array.from({ length: 1000 }, (_, i) => new Array(1000).fill(i + 0.5));
  const during = objectBytes(folder);
  expect(kept).toHaveLength(1000);
  kept = undefined;
  const after = objectBytes(folder);
  rmSync(folder, { recursive: true });
  expect((during - before) / 8e6).toBeGreaterThan(0.95);
  expect((during - before) / 8e6).toBeLessThan(1.05);
  expect(Math.abs(after - before)).toBeLessThan(2e5);
});

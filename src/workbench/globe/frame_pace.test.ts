import { expect, test } from 'vitest';
import { FramePace } from './frame_pace';

function draw(pace: FramePace, frames: number, milliseconds: (amount: number) => number): number {
  for (let frame = 0; frame < frames; frame++) pace.took(milliseconds(pace.amount));
  return pace.amount;
}

test('quick frames get everything, slow ones less, and what was too much is not tried again', () => {
  const quick = new FramePace(8192, 65536);
  quick.start(8192);
  expect(draw(quick, 200, () => 16.7)).toBe(65536);

  const middling = new FramePace(8192, 65536);
  expect(draw(middling, 400, (amount) => 10 + amount / 1000)).toBe(16384);

  expect(draw(new FramePace(8192, 65536), 1000, () => 200)).toBe(2048);
});

test('a page that was hidden now and then was not slow, one whose every frame takes seconds is', () => {
  const hidden = new FramePace(8192, 65536);
  for (let i = 0; i < 20; i++) {
    hidden.took(60_000);
    draw(hidden, 10, () => 16.7);
  }
  expect(hidden.amount).toBe(65536);
  expect(draw(new FramePace(8192, 65536), 8, () => 1500)).toBeLessThan(32768);
});

import { expect, test } from 'vitest';
import { pauseForEvents } from './event_loop';

function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('timers get their turn during a long computation, not between its short pieces', async () => {
  await pauseForEvents();
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  for (let piece = 0; piece < 4; piece++) {
    work(60);
    await pauseForEvents();
  }
  clearInterval(timer);
  expect(turns).toBeGreaterThanOrEqual(3);

  let later = false;
  setTimeout(() => {
    later = true;
  }, 0);
  for (let piece = 0; piece < 100; piece++) await pauseForEvents();
  expect(later).toBe(false);
});

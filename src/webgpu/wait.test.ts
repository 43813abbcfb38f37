import { expect, it } from 'vitest';
import { nappingWait } from './wait';

it('passes results and errors on, and naps only while something is pending', async () => {
  const wait = nappingWait();
  const later = new Promise<number>((resolve) => setTimeout(() => resolve(7), 30));
  const before = process.cpuUsage();
  await expect(Promise.all([wait(later), wait(Promise.resolve('at once'))])).resolves.toEqual([7, 'at once']);
  await expect(wait(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(30); // ms; a busy loop would take all 30
  const turns = await new Promise<number>((resolve) => {
    let count = 0;
    const end = performance.now() + 20;
    const turn = () => {
      count++;
      if (performance.now() < end) setImmediate(turn);
      else resolve(count);
    };
    turn();
  });
  expect(turns).toBeGreaterThan(100); // napping would leave about 20
});

/** What a page's main thread did, from Chromium's own trace: every task with its CPU time, its waiting and its wall time. */

/** Tasks of all threads, and what the page did in them. */
const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8', 'gpu'];
const TASKS = ['RunTask', 'ThreadControllerImpl::RunTask'];
/** The page waits for Chromium's GPU process: for an answer, for room in its queue, for a new context. */
const WAITS = [
  'CommandBufferProxyImpl::WaitForGetOffset',
  'CommandBufferProxyImpl::WaitForTokenInRange',
  'GpuChannelHost::CreateViewCommandBuffer',
];
/** Milliseconds from which a task blocks the page. */
export const LONG = 100;

/**
 * Traces the browser while `work` runs.
 *
 * @param session of the whole browser
 * @returns the trace's events
 */
export async function trace(session, work) {
  await session.send('Tracing.start', {
    transferMode: 'ReturnAsStream',
    traceConfig: { includedCategories: [...CATEGORIES, '__metadata'], recordMode: 'recordAsMuchAsPossible' },
  });
  await work();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  const { stream: handle } = await complete;
  let text = '';
  for (;;) {
    const { data, eof } = await session.send('IO.read', { handle, size: 2 ** 22 });
    text += data;
    if (eof) break;
  }
  await session.send('IO.close', { handle });
  return JSON.parse(text).traceEvents;
}

/**
 * The main thread of the renderer that drew the page: the one that did most.
 *
 * @returns seconds traced; share of them that the thread computed; frames that the page drew per second, and the CPU time
 *   of its own work in one; how many tasks took at least {@link LONG} ms of CPU time, of waiting for the GPU process, and
 *   of wall time (which other work on the machine lengthens); and the tasks that took longest, by CPU time and by waiting
 */
export function mainThread(events) {
  const threads = new Map();
  for (const { name, args, pid, tid } of events) {
    if (name === 'thread_name' && args.name === 'CrRendererMain') threads.set(`${pid} ${tid}`, []);
  }
  for (const event of events) threads.get(`${event.pid} ${event.tid}`)?.push(event);
  const [{ main, tasks }] = [...threads.values()]
    .map((own) => ({ main: own, tasks: tasksOf(own) }))
    .sort((a, b) => total(b.tasks) - total(a.tasks));
  const times = main.map(({ ts }) => ts).filter((ts) => ts > 0);
  const seconds = times.reduce((span, ts) => Math.max(span, ts - times[0]), 0) / 1e6;
  const frames = main.filter(({ name, ph }) => name === 'FireAnimationFrame' && ph === 'X');
  const long = (measure) => tasks.filter((task) => task[measure] >= LONG).length;
  return {
    seconds,
    busy: total(tasks) / 1000 / seconds,
    framesPerSecond: frames.length / seconds,
    millisecondsPerFrame: frames.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000 / frames.length,
    long: { cpu: long('cpu'), waiting: long('waiting'), wall: long('wall') },
    longest: [
      ...top(tasks, 'cpu', 5),
      ...top(tasks, 'waiting', 3).filter(({ waiting }) => waiting >= 10),
    ].map((task) => ({ ...task, parts: partsOf(task, main) })),
  };
}

function total(tasks) {
  return tasks.reduce((sum, { cpu }) => sum + cpu, 0);
}

function top(tasks, measure, count) {
  return tasks.toSorted((a, b) => b[measure] - a[measure]).slice(0, count);
}

/** Whole tasks, ms. A trace may name each twice, in two categories: one name is counted. */
function tasksOf(events) {
  const named = TASKS.map((task) => events.filter(({ name, ph }) => name === task && ph === 'X'));
  const [most] = named.sort((a, b) => b.length - a.length);
  const waits = events.filter(({ name }) => WAITS.includes(name)).sort((a, b) => a.ts - b.ts);
  let next = 0;
  return most
    .sort((a, b) => a.ts - b.ts)
    .map(({ ts, dur = 0, tdur = 0 }) => {
      let waiting = 0;
      while (waits[next]?.ts < ts) next++;
      while (waits[next]?.ts < ts + dur) waiting += waits[next++].dur / 1000;
      return { ts, dur, wall: dur / 1000, cpu: tdur / 1000, waiting };
    });
}

/** The longest parts of a task, in words: 'FunctionCall draw index.js:1 32 ms'. */
function partsOf({ ts, dur }, events) {
  return events
    .filter(({ ph, name, ts: start, tdur = 0, dur: wall = 0 }) => {
      const isWithin = ph === 'X' && start >= ts && start < ts + dur;
      return isWithin && (tdur > 2000 || WAITS.includes(name)) && wall > 2000 && !TASKS.includes(name);
    })
    .sort((a, b) => b.dur - a.dur)
    .slice(0, 8)
    .map(({ name, tdur = 0, dur: wall, args }) => {
      const { functionName = '', url = '', lineNumber, columnNumber, type = '' } = args?.data ?? {};
      const place = url && `${url.split('/').at(-1)}:${lineNumber}:${columnNumber}`;
      const time = `${Math.round(tdur / 1000)} (${Math.round(wall / 1000)})`;
      return [name, type, functionName, place, time].filter(Boolean).join(' ');
    });
}

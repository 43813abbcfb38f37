/** The thread behind `drawing_thread.ts`. */
import { describeError } from '../../error_report';
import { DRAWING_WORK } from './drawing_work';

self.onmessage = async ({ data: { id, work, request } }) => {
  try {
    const result = await DRAWING_WORK[work as keyof typeof DRAWING_WORK](request);
    self.postMessage({ id, result }, { transfer: transferable(result) });
  } catch (error) {
    self.postMessage({ id, error: describeError(error) });
  }
};

/** Large parts of a result go over whole instead of being copied. */
function transferable(result: object): Transferable[] {
  return Object.values(result).flatMap((part): Transferable[] => {
    if (ArrayBuffer.isView(part)) return [part.buffer as ArrayBuffer];
    return part instanceof ImageBitmap ? [part] : [];
  });
}

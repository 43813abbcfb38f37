/** A simulated planet in a thread of its own: options in; progress, then the file or an error, out. */
import { describeError, type ErrorReport } from '../error_report';
import { createPlanet, type PlanetOptions } from '../weather/planet/planet';
import { planetNetcdf } from '../weather/planet/planet_file';

export type PlanetMessage =
  | { done: number; total: number }
  | { file: Uint8Array<ArrayBuffer> }
  | { error: ErrorReport };

const post = (message: PlanetMessage, transfer: Transferable[] = []) =>
  self.postMessage(message, { transfer });

self.onmessage = async ({ data }: MessageEvent<Partial<PlanetOptions>>) => {
  try {
    const file = await planetNetcdf(createPlanet(data), {
      onProgress: (done, total) => post({ done, total }),
    });
    post({ file }, [file.buffer]);
  } catch (error) {
    post({ error: describeError(error) });
  }
};

/** The stage as a picture of its own, with legend and times, and as a film. */
import { DatasetError, WorkbenchError } from '../../errors';
import { useShownField } from '../state/shown_field';
import { useView } from '../state/view';
import { formatLead, formatTime, formatValue } from '../units';
import { t } from '../words/words';
import { colourTable } from './colour_map';
import { legendTicks } from './colour_range';
import { allPrepared } from './drawing_thread';
import { layerName, layerTitle } from './layer_words';
import { getStageScene } from './stage_scene';
import { type EncodedFrame, webmFile } from './webm';

const FRAMES_PER_SECOND = 16;
/** Frames that each lead time is shown for. */
const FRAMES_PER_LEAD = 8;
const KEY_FRAME_EVERY = 32;

/** PNG of what is on the stage. @throws WorkbenchError when there is nothing on it */
export async function stageImage(): Promise<Uint8Array> {
  await allPrepared();
  const canvas = document.createElement('canvas');
  drawStage(canvas);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new WorkbenchError('The browser could not write the image: make the window smaller.');
  return new Uint8Array(await blob.arrayBuffer());
}

/** A film of the stage: what is on it is added a lead time at a time. */
export class StageFilm {
  private readonly canvas = document.createElement('canvas');
  /** As large as the stage is now, which may have been resized since the beginning. */
  private readonly stage = document.createElement('canvas');
  private readonly frames: EncodedFrame[] = [];
  private readonly encoder: VideoEncoder;
  private readonly codec: 'V_VP8' | 'V_VP9';
  private failure: Error | null = null;
  private count = 0;

  private constructor(codec: 'V_VP8' | 'V_VP9') {
    this.codec = codec;
    this.encoder = new VideoEncoder({
      output: (chunk) => {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        const milliseconds = Math.round(chunk.timestamp / 1000);
        this.frames.push({ bytes, milliseconds, isKey: chunk.type === 'key' });
      },
      error: (error) => {
        this.failure = error;
      },
    });
  }

  /** @throws WorkbenchError when the browser encodes no video */
  static async begin(): Promise<StageFilm> {
    const { width, height } = filmSize(drawStage(document.createElement('canvas')));
    for (const [codec, name] of [
      ['vp09.00.41.08', 'V_VP9'],
      ['vp8', 'V_VP8'],
    ] as const) {
      const config = { codec, width, height, bitrate: 8e6, framerate: FRAMES_PER_SECOND };
      const known = 'VideoEncoder' in window && (await VideoEncoder.isConfigSupported(config)).supported;
      if (!known) continue;
      const film = new StageFilm(name);
      film.encoder.configure(config);
      Object.assign(film.canvas, { width, height });
      return film;
    }
    throw new WorkbenchError(
      'This browser encodes no WebM video: save single images, or use a current Chrome or Edge.',
    );
  }

  /** Adds what is on the stage, as it moves, for half a second. */
  async add(): Promise<void> {
    await allPrepared();
    for (let i = 0; i < FRAMES_PER_LEAD; i++) {
      await new Promise(requestAnimationFrame);
      const { width, height } = this.canvas;
      const context = this.canvas.getContext('2d')!;
      context.drawImage(drawStage(this.stage), 0, 0, width, height);
      const timestamp = (this.count * 1e6) / FRAMES_PER_SECOND;
      const frame = new VideoFrame(this.canvas, { timestamp });
      this.encoder.encode(frame, { keyFrame: this.count % KEY_FRAME_EVERY === 0 });
      frame.close();
      this.count++;
      if (this.failure) throw this.failure;
    }
    // A slow encoder sets the pace: frames must not pile up in memory.
    while (this.encoder.encodeQueueSize > KEY_FRAME_EVERY) await new Promise(requestAnimationFrame);
  }

  /** The file's bytes. */
  async finish(): Promise<Uint8Array> {
    await this.encoder.flush();
    this.encoder.close();
    const { width, height } = this.canvas;
    const milliseconds = (this.count * 1000) / FRAMES_PER_SECOND;
    return webmFile({ codec: this.codec, width, height, milliseconds }, this.frames);
  }
}

/** Encoders want even sides. */
function filmSize({ width, height }: HTMLCanvasElement) {
  return { width: width - (width % 2), height: height - (height % 2) };
}

/** Draws stage, title, times and legend into `canvas`, which takes the stage's size. */
function drawStage(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const scene = getStageScene();
  const shown = useShownField.getState();
  if (!scene || !shown.values) throw new DatasetError('There is no field on the globe: choose one first.');
  const { width, height, pixelRatio } = scene.size;
  canvas.width = Math.round(width * pixelRatio);
  canvas.height = Math.round(height * pixelRatio);
  const context = canvas.getContext('2d')!;
  context.scale(pixelRatio, pixelRatio);
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const glow = context.createRadialGradient(width / 2, height / 2, 0, width / 2, height / 2, width * 0.7);
  glow.addColorStop(0, colour('--stage-inner'));
  glow.addColorStop(1, colour('--stage-outer'));
  context.fillStyle = glow;
  context.fillRect(0, 0, width, height);
  scene.picture(context, width, height);

  const write = (words: string, x: number, y: number, font: string, ink: string, align: CanvasTextAlign) => {
    context.font = `${font} system-ui, sans-serif`;
    context.textAlign = align;
    context.textBaseline = 'alphabetic';
    context.fillStyle = ink;
    context.fillText(words, x, y);
  };
  const [text, soft] = [colour('--text'), colour('--soft')];
  const { initialTime, leadHours, compare } = useView.getState();
  const title = shown.other
    ? `${layerTitle(shown)} · ${layerName(shown.layer)} | ${layerName(shown.other.layer)}`
    : `${layerTitle(shown)} · ${layerName(shown.layer)}`;
  write(title, 16, 28, '600 15px', text, 'left');
  if (initialTime !== null) {
    const valid = formatTime(initialTime + leadHours * 3600);
    const times = `${valid} · ${formatTime(initialTime)} ${formatLead(leadHours)}`;
    write(times, 16, 48, '13px', soft, 'left');
  }
  if (typeof compare?.divider === 'number' && shown.other) {
    context.fillStyle = text;
    context.fillRect(compare.divider * width - 0.5, 0, 1, height);
  }
  const scales =
    shown.other?.values && shown.other.colourMap !== shown.colourMap ? [shown, shown.other] : [shown];
  const barWidth = Math.min(340, width / scales.length - 48);
  scales.forEach(({ colourMap, range, unit }, i) => {
    const left = (width * (i + 0.5)) / scales.length - barWidth / 2;
    const top = height - 38;
    const gradient = context.createLinearGradient(left, 0, left + barWidth, 0);
    const table = colourTable(colourMap);
    for (let stop = 0; stop <= 32; stop++) {
      const [r, g, b] = table.subarray(4 * Math.round((stop / 32) * 255));
      gradient.addColorStop(stop / 32, `rgb(${r}, ${g}, ${b})`);
    }
    context.fillStyle = gradient;
    context.fillRect(left, top, barWidth, 9);
    const { values, step } = legendTicks(range, 5);
    for (const value of values) {
      const x = left + (barWidth * (value - range.low)) / (range.high - range.low);
      write(formatValue(value, step), x, top + 24, '11px', soft, 'center');
    }
    write(unit, left + barWidth + 8, top + 9, '12px', soft, 'left');
  });
  write(t('GraphCast Workbench'), width - 16, 28, '12px', soft, 'right');
  return canvas;
}

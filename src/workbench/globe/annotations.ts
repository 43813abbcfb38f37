/** What is written over the globe: values of isolines, highs and lows, the picked place, and the divider. */
import type { Point } from '../location_hash';
import type { Extreme } from './extremes';
import type { Seen, StageCamera, Viewport } from './stage_camera';

/** A value along an isoline, or a high or low. */
export interface Mark {
  kind: 'value' | Extreme['kind'];
  place: Point;
  /** Of a value: a place further along the isoline. */
  toward?: Point;
  text: string;
}

/** An edge between the grid and the mesh. */
export interface Arrow {
  kind: 'to mesh' | 'to grid';
  from: Point;
  to: Point;
}

/** Height of the globe, CSS pixels, below which its marks would cover it. */
const LEAST_ROOM = 220;
/** Rim of the disc beyond which text would lie flat. */
const LEAST_FACING = 0.18;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const INK = '#0a1118';
const HALO = 'rgba(255, 255, 255, 0.82)';
const EXTREME_INK = { high: '#0b4fc4', low: '#c01f14' };
const ARROW_INK = { 'to mesh': '#0b7285', 'to grid': '#6c1d9e' };
const EXTREME_LETTER = { high: 'H', low: 'L' };

export class Annotations {
  /** Marks of the first and of the second layer. */
  marks: [Mark[], Mark[]] = [[], []];
  /** The field lies under a veil: its marks would be read as the network's. */
  isVeiled = false;
  pick: Point | null = null;
  arrows: Arrow[] = [];
  private readonly context: CanvasRenderingContext2D;
  private pixelRatio = 1;

  /** @param canvas lies over the globe's */
  constructor(canvas: HTMLCanvasElement) {
    this.context = canvas.getContext('2d')!;
  }

  get canvas(): HTMLCanvasElement {
    return this.context.canvas;
  }

  resize(width: number, height: number, pixelRatio: number): void {
    this.pixelRatio = pixelRatio;
    this.context.canvas.width = Math.round(width * pixelRatio);
    this.context.canvas.height = Math.round(height * pixelRatio);
  }

  /** @param dividerX CSS pixels from the left where the second layer begins; null where there is no divider */
  draw(stage: StageCamera, dividerX: number | null): void {
    const { context, pixelRatio } = this;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    stage.viewports.forEach((viewport, i) => {
      context.save();
      context.beginPath();
      context.rect(viewport.left, viewport.top, viewport.width, viewport.height);
      context.clip();
      if (dividerX === null) {
        this.drawMarks(this.marks[i], stage, viewport, () => true);
      } else {
        this.drawMarks(this.marks[0], stage, viewport, ({ x }) => x < dividerX);
        this.drawMarks(this.marks[1], stage, viewport, ({ x }) => x >= dividerX);
      }
      for (const arrow of this.arrows) this.drawArrow(arrow, stage, viewport);
      if (this.pick) this.drawPick(stage.project(this.pick, viewport));
      context.restore();
    });
  }

  private drawMarks(
    marks: Mark[],
    stage: StageCamera,
    viewport: Viewport,
    isShown: (seen: Seen) => boolean,
  ): void {
    if (this.isVeiled || stage.roomHeight < LEAST_ROOM) return;
    const taken: Seen[] = [];
    for (const mark of marks) {
      const seen = stage.project(mark.place, viewport);
      if (seen.facing < LEAST_FACING || !isShown(seen)) continue;
      // What comes later makes room: highs and lows are first.
      if (taken.some(({ x, y }) => Math.abs(x - seen.x) < 26 && Math.abs(y - seen.y) < 22)) continue;
      if (mark.kind === 'value') {
        this.drawValue(mark.text, seen, stage.project(mark.toward!, viewport));
      } else {
        taken.push(seen);
        this.drawExtreme(mark.kind, mark.text, seen);
      }
    }
  }

  private drawValue(text: string, { x, y }: Seen, toward: Seen): void {
    const { context } = this;
    let angle = Math.atan2(toward.y - y, toward.x - x);
    // Never upside down.
    if (Math.abs(angle) > Math.PI / 2) angle += Math.PI;
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    this.write(text, 0, 0, `10px ${FONT}`, INK, 2.5);
    context.restore();
  }

  private drawExtreme(kind: Extreme['kind'], text: string, { x, y }: Seen): void {
    this.write(EXTREME_LETTER[kind], x, y - 4, `700 17px ${FONT}`, EXTREME_INK[kind], 3);
    this.write(text, x, y + 9, `600 10px ${FONT}`, EXTREME_INK[kind], 2.5);
  }

  /** From shortly after one end to shortly before the other: the two directions of an edge lie beside each other. */
  private drawArrow({ kind, from, to }: Arrow, stage: StageCamera, viewport: Viewport): void {
    const [a, b] = [stage.project(from, viewport), stage.project(to, viewport)];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    // Around the map's edge an edge has no straight way.
    if (a.facing < 0 || b.facing < 0 || length > viewport.width / 2 || length < 4) return;
    const [dx, dy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const at = (along: number, aside: number) =>
      [a.x + along * dx + aside * dy, a.y + along * dy - aside * dx] as const;
    const [start, end] = [Math.min(8, length / 4), length - Math.min(8, length / 4)];
    const { context } = this;
    context.beginPath();
    context.moveTo(...at(start, 2));
    context.lineTo(...at(end, 2));
    context.lineTo(...at(end - 7, 6));
    for (const [width, colour] of [
      [4.5, HALO],
      [2, ARROW_INK[kind]],
    ] as const) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    }
  }

  private drawPick({ x, y, facing }: Seen): void {
    if (facing < 0) return;
    const { context } = this;
    for (const [width, colour] of [
      [4.5, HALO],
      [2, INK],
    ] as const) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(x, y, 6, 0, 2 * Math.PI);
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ]) {
        context.moveTo(x + 6 * dx, y + 6 * dy);
        context.lineTo(x + 11 * dx, y + 11 * dy);
      }
      context.stroke();
    }
  }

  private write(text: string, x: number, y: number, font: string, colour: string, halo: number): void {
    const { context } = this;
    context.font = font;
    context.lineWidth = halo;
    context.strokeStyle = HALO;
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }
}

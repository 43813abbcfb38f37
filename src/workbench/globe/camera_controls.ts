/** Turning and zooming the globe or the map: drag with momentum, wheel, two fingers, keys; a click picks. */
import type { Camera } from '../location_hash';
import type { StageCamera } from './stage_camera';

const MIN_ZOOM = 0.7;
const MAX_ZOOM = 8;
/** A pointer that moves less than this while it is pressed has clicked. */
const CLICK_PIXELS = 4;

interface Point {
  x: number;
  y: number;
}

/**
 * Listens on the canvas and moves the camera. `hover` gets the pointer's place on the canvas, or null when it has
 * left or is dragging; `click` gets it when the pointer was pressed and released in one place.
 *
 * @returns a function that removes every listener
 */
export function attachCameraControls(
  element: HTMLCanvasElement,
  stage: StageCamera,
  camera: () => Camera,
  move: (camera: Camera) => void,
  hover: (pointer: Point | null) => void,
  click: (pointer: Point) => void,
): () => void {
  const pointers = new Map<number, Point>();
  const listening = new AbortController();
  const options = { signal: listening.signal };
  let speed = { longitude: 0, latitude: 0 };
  let gliding = 0;
  let lastMove = 0;
  /** Where the pointer was pressed, until it moves away or another comes. */
  let pressed: Point | null = null;

  const turn = (dx: number, dy: number) => {
    const scale = stage.degreesPerPixel();
    const { longitude, latitude, zoom } = camera();
    const change = { longitude: -dx * scale.longitude, latitude: dy * scale.latitude };
    move(clamped({ longitude: longitude + change.longitude, latitude: latitude + change.latitude, zoom }));
    return change;
  };

  const glide = () => {
    if (Math.hypot(speed.longitude, speed.latitude) < 0.02) return;
    const { longitude, latitude, zoom } = camera();
    move(clamped({ longitude: longitude + speed.longitude, latitude: latitude + speed.latitude, zoom }));
    speed = { longitude: speed.longitude * 0.92, latitude: speed.latitude * 0.92 };
    gliding = requestAnimationFrame(glide);
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      cancelAnimationFrame(gliding);
      element.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
      pressed = pointers.size === 1 && event.button === 0 ? { x: event.offsetX, y: event.offsetY } : null;
      speed = { longitude: 0, latitude: 0 };
      if (event.pointerType === 'touch') hover(null);
    },
    options,
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      const now = { x: event.offsetX, y: event.offsetY };
      const before = pointers.get(event.pointerId);
      if (!before) {
        hover(now);
        return;
      }
      if (pressed && distance(now, pressed) < CLICK_PIXELS) return;
      pressed = null;
      if (pointers.size === 2) {
        const other = [...pointers].find(([id]) => id !== event.pointerId)![1];
        const spread = distance(now, other) / Math.max(1, distance(before, other));
        move(clamped({ ...camera(), zoom: camera().zoom * spread }));
      } else {
        const change = turn(now.x - before.x, now.y - before.y);
        speed = {
          longitude: 0.6 * change.longitude + 0.4 * speed.longitude,
          latitude: 0.6 * change.latitude + 0.4 * speed.latitude,
        };
        lastMove = performance.now();
        hover(null);
      }
      pointers.set(event.pointerId, now);
    },
    options,
  );
  const release = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0 && !calm() && performance.now() - lastMove < 60)
      gliding = requestAnimationFrame(glide);
  };
  element.addEventListener(
    'pointerup',
    (event) => {
      release(event);
      if (pressed) click(pressed);
      pressed = null;
    },
    options,
  );
  element.addEventListener('pointercancel', release, options);
  element.addEventListener('pointerleave', () => hover(null), options);
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      move(clamped({ ...camera(), zoom: camera().zoom * Math.exp(-event.deltaY * 0.0012) }));
    },
    { ...options, passive: false },
  );
  return () => {
    cancelAnimationFrame(gliding);
    listening.abort();
  };
}

/** Whether the user asked their system for less motion. */
export function calm(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** The camera after a key: Shift and arrows turn, + and − zoom, 0 shows the whole globe; null for other keys. */
export function nudged(camera: Camera, key: string, shift: boolean): Camera | null {
  const { longitude, latitude, zoom } = camera;
  const angle = 12 / zoom;
  if (shift && key === 'ArrowLeft') return clamped({ longitude: longitude - angle, latitude, zoom });
  if (shift && key === 'ArrowRight') return clamped({ longitude: longitude + angle, latitude, zoom });
  if (shift && key === 'ArrowUp') return clamped({ longitude, latitude: latitude + angle, zoom });
  if (shift && key === 'ArrowDown') return clamped({ longitude, latitude: latitude - angle, zoom });
  if (key === '+' || key === '=') return clamped({ longitude, latitude, zoom: zoom * 1.25 });
  if (key === '-') return clamped({ longitude, latitude, zoom: zoom / 1.25 });
  if (key === '0') return { longitude, latitude, zoom: 1 };
  return null;
}

function clamped({ longitude, latitude, zoom }: Camera): Camera {
  return {
    longitude: ((((longitude + 180) % 360) + 360) % 360) - 180,
    latitude: Math.max(-90, Math.min(90, latitude)),
    zoom: Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom)),
  };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/**
 * The three.js scene behind the globe and the map. Draws only when something has changed, or the wind blows; knows
 * nothing of React.
 */
import {
  CanvasTexture,
  Color,
  Mesh,
  PlaneGeometry,
  Scene,
  type ShaderMaterial,
  SphereGeometry,
  WebGLRenderer,
} from 'three';
import type { Camera, Point, Projection } from '../location_hash';
import { Annotations, type Mark } from './annotations';
import type { Coastlines } from './coastlines';
import type { Between } from './drawing_work';
import { FieldMaterial, type Isolines, type LayerSlot, type SurfaceColours } from './field_material';
import type { FieldRaster } from './field_raster';
import { glowShell } from './glow_shell';
import { Lines } from './lines';
import { NetworkOverlay } from './network_overlay';
import type { Triangles } from './network_shapes';
import { projected } from './projected';
import { graticule, longitudeLatitude, segmentsOnSphere } from './sphere_geometry';
import { type Stage, StageCamera } from './stage_camera';
import type { WindRaster } from './wind_step';
import { WindTrails } from './wind_trails';

export interface GlobeColours extends SurfaceColours {
  coast: string;
  coastOpacity: number;
  graticule: string;
  graticuleOpacity: number;
  mesh: string;
  meshOpacity: number;
  glow: string;
  glowStrength: number;
}

/** One layer; two, with the second right of a share of the width; or two globes. */
export type Division = { divider: number } | 'two globes' | 'none';

const BLEND_MILLISECONDS = 260;
const TRAIL_STRENGTH = 0.8;
const SLOTS = ['A', 'B'] as const;

export class GlobeScene {
  readonly stage = new StageCamera();
  private readonly renderer: WebGLRenderer;
  private readonly shared = projected();
  private readonly scene = new Scene();
  private readonly surface = new FieldMaterial(this.shared);
  private readonly globe = new Mesh(new SphereGeometry(1, 128, 64), this.surface);
  private readonly map = new Mesh(new PlaneGeometry(360, 180), this.surface);
  private readonly coast = new Lines(0.15, this.shared);
  private readonly graticule = new Lines(0.3, this.shared);
  private readonly mesh = new Lines(0.8, this.shared);
  private readonly glow = glowShell();
  private readonly network = new NetworkOverlay(this.shared);
  private readonly trails: WindTrails;
  private readonly annotations: Annotations;
  private division: Division = 'none';
  /** CSS pixels, and framebuffer pixels per CSS pixel. */
  size = { width: 1, height: 1, pixelRatio: 1 };
  private frameRequest = 0;
  private readonly blendStart = { A: 0, B: 0 };
  private readonly fieldShape = { A: '', B: '' };
  private disposed = false;
  /** Its shaders have been compiled: a frame before that would wait for them, and the page with it. */
  private readonly compiled: Promise<void>;
  private isReady = false;
  private annotationsStale = true;
  private readonly redraw = () => this.invalidate();
  private readonly drawFrame = (now: number) => this.draw(now);

  /**
   * @param canvas the globe's own
   * @param labels lies over it
   * @throws Error when the browser has no WebGL 2
   */
  constructor(canvas: HTMLCanvasElement, labels: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.autoClear = false;
    // Asking how a shader fared waits for the GPU; the page is developed with it.
    this.renderer.debug.checkShaderErrors = import.meta.env.DEV;
    this.trails = new WindTrails(this.renderer, this.shared);
    this.annotations = new Annotations(labels);
    // three.js uploads everything anew by itself, but draws only when told to.
    canvas.addEventListener('webglcontextrestored', this.redraw);
    this.graticule.setSegments(segmentsOnSphere(graticule(30), 1.0015));
    this.map.visible = false;
    this.mesh.visible = false;
    const { globe, map, coast, mesh, network, glow } = this;
    this.scene.add(globe, map, this.graticule, coast, mesh, network, glow);
    const { stage } = this;
    const compiled = [this.renderer.compileAsync(this.scene, stage.camera), this.trails.compile()];
    this.compiled = Promise.all(compiled).then(() => {
      this.isReady = true;
      this.invalidate();
    });
  }

  /**
   * Uses every shader once, in a corner: its first use waits for the GPU, which may be busy with a training run when the
   * wind or the mesh are asked for. Best when the GPU has nothing else to do.
   */
  async rehearse(): Promise<void> {
    await this.compiled;
    if (this.disposed) return;
    const { renderer, stage } = this;
    const hidden = [this.map, this.mesh, this.network, ...this.network.children].filter(
      (one) => !one.visible,
    );
    this.trails.rehearse(stage);
    for (const one of hidden) one.visible = true;
    try {
      renderer.setScissorTest(true);
      renderer.setScissor(0, 0, 1, 1);
      renderer.render(this.scene, stage.camera);
    } finally {
      for (const one of hidden) one.visible = false;
      this.invalidate();
    }
  }

  resize(stage: Stage, pixelRatio: number): void {
    const { width, height } = stage;
    if (width === 0 || height === 0) return;
    const { size } = this;
    // A canvas is made anew by setting its size, to the same one too, and the page waits for it.
    if (size.width !== width || size.height !== height || size.pixelRatio !== pixelRatio) {
      this.size = { width, height, pixelRatio };
      this.renderer.setDrawingBufferSize(width, height, pixelRatio);
      this.annotations.resize(width, height, Math.max(1, pixelRatio));
      this.trails.resize(width, height);
      this.surface.uniforms.canvasSize.value.set(width * pixelRatio, height * pixelRatio);
    }
    this.stage.setStage(stage);
    this.setDivision(this.division);
  }

  setView(view: Camera): void {
    this.stage.setView(view);
    this.shared.middle.value = view.longitude;
    this.moved();
  }

  setProjection(projection: Projection): void {
    const isMap = projection === 'flat';
    this.stage.setProjection(projection);
    this.shared.isMap.value = isMap ? 1 : 0;
    this.map.visible = isMap;
    this.globe.visible = !isMap;
    this.glow.visible = !isMap;
    this.moved();
  }

  setDivision(division: Division): void {
    this.division = division;
    this.stage.setTwin(division === 'two globes');
    const { width, height, pixelRatio } = this.size;
    const [x, y, beyond] = divide(division, this.stage, width, height);
    this.shared.divide.value.set(x, y, beyond * pixelRatio);
    this.trails.setDivide(x, y, beyond);
    this.moved();
  }

  private moved(): void {
    this.trails.forget();
    this.invalidate();
  }

  setColours(colours: GlobeColours): void {
    this.surface.setSurface(colours);
    this.coast.material.paint(colours.coast, colours.coastOpacity);
    this.graticule.material.paint(colours.graticule, colours.graticuleOpacity);
    this.mesh.material.paint(colours.mesh, colours.meshOpacity);
    const { colour, strength } = (this.glow.material as ShaderMaterial).uniforms;
    colour.value = new Color(colours.glow).convertLinearToSRGB();
    strength.value = colours.glowStrength;
    this.invalidate();
  }

  setCoastlines({ segments, landImage }: Coastlines): void {
    if (this.disposed) return;
    this.coast.setSegments(segments);
    const land = new CanvasTexture(landImage);
    // South is its first row already.
    land.flipY = false;
    this.surface.setLand(land);
    this.invalidate();
  }

  setColourMap(slot: LayerSlot, table: Uint8Array): void {
    this.surface.setColours(slot, table);
    this.invalidate();
  }

  setRange(slot: LayerSlot, low: number, high: number, isolines: Isolines): void {
    this.surface.setRange(slot, low, high, isolines);
    this.invalidate();
  }

  /** Shows a field; `animate` blends from the former one where both have the same shape. */
  setField(slot: LayerSlot, raster: FieldRaster, between: Between, animate: boolean): void {
    if (this.disposed) return;
    const shape = `${raster.width}x${raster.height} ${between}`;
    const blend = animate && shape === this.fieldShape[slot];
    this.fieldShape[slot] = shape;
    this.surface.setField(slot, raster, blend);
    this.blendStart[slot] = blend ? performance.now() : 0;
    this.invalidate();
  }

  /** Whether a slot's field is drawn in this way. */
  showsField(slot: LayerSlot, between: Between): boolean {
    return this.fieldShape[slot].endsWith(between);
  }

  clearField(slot: LayerSlot): void {
    this.fieldShape[slot] = '';
    this.blendStart[slot] = 0;
    this.surface.clearField(slot);
    this.invalidate();
  }

  /** Isolines' values, highs and lows of a layer; highs and lows first. */
  setMarks(slot: LayerSlot, marks: Mark[]): void {
    this.annotations.marks[slot === 'A' ? 0 : 1] = marks;
    this.invalidate();
  }

  setPick(pick: Point | null): void {
    this.annotations.pick = pick;
    this.invalidate();
  }

  /** Lets particles drift in a layer's wind; null: no more. */
  setWind(slot: LayerSlot, wind: WindRaster | null): void {
    if (this.disposed) return;
    this.trails.setWind(slot, wind);
    this.surface.uniforms.trailStrength.value = this.trails.isOn ? TRAIL_STRENGTH : 0;
    this.invalidate();
  }

  setSoftware(software: boolean): void {
    this.trails.setSoftware(software);
  }

  /** @param positions, strengths as in `Lines` */
  setMesh(positions: Float32Array, strengths: Float32Array): void {
    if (this.disposed) return;
    this.mesh.setSegments(positions, strengths);
    this.invalidate();
  }

  /** Edges of one grid node, drawn as arrows: both ends of each on the unit sphere, [2 * edges, 3]. */
  setNodeEdges(gridToMesh: Float32Array, meshToGrid: Float32Array): void {
    this.annotations.arrows = [
      ...arrows(gridToMesh).map((ends) => ({ ...ends, kind: 'to mesh' as const })),
      ...arrows(meshToGrid).map((ends) => ({ ...ends, kind: 'to grid' as const })),
    ];
    this.invalidate();
  }

  showMesh(visible: boolean): void {
    this.mesh.visible = visible;
    this.invalidate();
  }

  showGraticule(visible: boolean): void {
    this.graticule.visible = visible;
    this.invalidate();
  }

  /** Draws once, soon; many changes before the next frame are one drawing. */
  private invalidate(): void {
    this.annotationsStale = true;
    this.requestFrame();
  }

  private requestFrame(): void {
    if (this.frameRequest !== 0 || this.disposed || !this.isReady) return;
    this.frameRequest = requestAnimationFrame(this.drawFrame);
  }

  private draw(now: number): void {
    this.frameRequest = 0;
    let goesOn = this.trails.isOn;
    for (const slot of SLOTS) {
      const start = this.blendStart[slot];
      const blend = start === 0 ? 1 : Math.min(1, (performance.now() - start) / BLEND_MILLISECONDS);
      this.surface.setBlend(slot, blend);
      if (blend < 1) goesOn = true;
      else this.blendStart[slot] = 0;
    }
    if (this.trails.isOn) {
      this.trails.advance(now, this.stage);
      this.surface.uniforms.trails.value = this.trails.texture;
    }
    this.drawScene();
    if (this.annotationsStale) {
      this.annotations.draw(this.stage, this.dividerX);
      this.annotationsStale = false;
    }
    if (goesOn) this.requestFrame();
  }

  private drawScene(): void {
    const { renderer, stage, size } = this;
    renderer.setScissorTest(false);
    renderer.setViewport(0, 0, size.width, size.height);
    renderer.clear();
    renderer.setScissorTest(stage.viewports.length > 1);
    for (const { left, top, width, height } of stage.viewports) {
      const bottom = size.height - top - height;
      renderer.setViewport(left, bottom, width, height);
      renderer.setScissor(left, bottom, width, height);
      renderer.render(this.scene, stage.camera);
    }
  }

  private get dividerX(): number | null {
    return typeof this.division === 'object' ? this.division.divider * this.size.width : null;
  }

  /** What is seen now, drawn into a picture of its own: the surface and what is written over it. */
  picture(context: CanvasRenderingContext2D, width: number, height: number): void {
    // The browser keeps a WebGL picture only until the task that drew it ends.
    this.drawScene();
    context.drawImage(this.renderer.domElement, 0, 0, width, height);
    this.annotations.draw(this.stage, this.dividerX);
    context.drawImage(this.annotations.canvas, 0, 0, width, height);
  }

  /** What the Network room draws over the field, and the veil between them; null for nothing and for no veil. */
  setNetwork(shapes: Triangles | null, veil: string | null): void {
    this.network.show(shapes, veil);
    this.annotations.isVeiled = shapes !== null && veil !== null;
    this.invalidate();
  }

  dispose(): void {
    this.disposed = true;
    cancelAnimationFrame(this.frameRequest);
    this.renderer.domElement.removeEventListener('webglcontextrestored', this.redraw);
    for (const lines of [this.coast, this.graticule, this.mesh]) lines.dispose();
    for (const object of [this.globe, this.map, this.glow]) object.geometry.dispose();
    (this.glow.material as ShaderMaterial).dispose();
    this.surface.dispose();
    this.trails.dispose();
    this.network.dispose();
    this.renderer.dispose();
  }
}

function arrows(ends: Float32Array): { from: Point; to: Point }[] {
  const place = (at: number) => longitudeLatitude(ends[at], ends[at + 1], ends[at + 2]);
  return Array.from({ length: ends.length / 6 }, (_, i) => ({ from: place(6 * i), to: place(6 * i + 3) }));
}

/** A pixel (CSS pixels from the bottom left) belongs to the second layer where x * a + y * b > c. */
function divide(
  division: Division,
  stage: StageCamera,
  width: number,
  height: number,
): [a: number, b: number, c: number] {
  if (division === 'none') return [1, 0, 1e9];
  if (division !== 'two globes') return [1, 0, division.divider * width];
  const second = stage.viewports[1];
  return stage.isStacked ? [0, -1, second.top - height] : [1, 0, second.left];
}

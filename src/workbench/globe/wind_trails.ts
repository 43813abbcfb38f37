/**
 * The trails that particles leave: a picture of the canvas that fades from frame to frame while they draw into it. How
 * many particles there are follows from how long frames take.
 */
import {
  GLSL3,
  LinearFilter,
  Mesh,
  NoBlending,
  OrthographicCamera,
  PlaneGeometry,
  RawShaderMaterial,
  RedFormat,
  Scene,
  type Texture,
  UnsignedByteType,
  Vector3,
  type WebGLRenderer,
  WebGLRenderTarget,
} from 'three';
import type { LayerSlot } from './field_material';
import { FramePace } from './frame_pace';
import type { Projected } from './projected';
import type { StageCamera } from './stage_camera';
import { MOST_PARTICLES, WindParticles } from './wind_particles';
import type { WindRaster } from './wind_step';

/** Seconds in which a trail falls to a third. */
const FADE = 0.55;
/** Longest step, s: after a pause particles go on from where they were. */
const LONGEST_STEP = 0.1;
/** Particles per CSS pixel of the canvas beyond which trails would cover the field. */
const DENSEST = 0.12;
/** Particles with which a software renderer begins. */
const FEW_PARTICLES = 8192;

const PASS_CAMERA = new OrthographicCamera(-1, 1, 1, -1, 0, 1);

export class WindTrails {
  private readonly renderer: WebGLRenderer;
  private readonly shared: Projected;
  private readonly particles = new Map<LayerSlot, WindParticles>();
  /** Of no layer now; their shaders are compiled. */
  private readonly resting: WindParticles[];
  private readonly divide = { value: new Vector3(1, 0, 1e9) };
  private readonly fade: RawShaderMaterial;
  private readonly pass = new Scene();
  private picture = trailTarget();
  private former = trailTarget();
  private readonly pace = new FramePace(FEW_PARTICLES, MOST_PARTICLES);
  private before = 0;
  private stale = true;

  constructor(renderer: WebGLRenderer, shared: Projected) {
    this.renderer = renderer;
    this.shared = shared;
    this.fade = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: 'in vec3 position; void main() { gl_Position = vec4(position.xy, 0.0, 1.0); }',
      // Eight bits would never fall to nothing by factors alone: each step takes at least one of them.
      fragmentShader: /* glsl */ `
        precision highp float;
        uniform sampler2D former;
        uniform float keep;
        out vec4 colour;
        void main() {
          float trail = texelFetch(former, ivec2(gl_FragCoord.xy), 0).r;
          colour = vec4(floor(trail * keep * 255.0) / 255.0);
        }
      `,
      depthTest: false,
      depthWrite: false,
      blending: NoBlending,
      uniforms: { former: { value: null }, keep: { value: 0 } },
    });
    const plane = new Mesh(new PlaneGeometry(2, 2), this.fade);
    plane.frustumCulled = false;
    this.pass.add(plane);
    this.resting = [new WindParticles(shared, this.divide)];
  }

  /** Resolves when every shader has been compiled. */
  async compile(): Promise<void> {
    const [particles] = this.resting;
    await Promise.all([this.renderer.compileAsync(this.pass, PASS_CAMERA), particles.compile(this.renderer)]);
  }

  /** Goes through every shader once without showing anything; particles that drift have done so. */
  rehearse(stage: StageCamera): void {
    if (this.isOn) return;
    const [particles] = this.resting;
    this.particles.set('A', particles);
    this.advance(0, stage);
    this.particles.delete('A');
    this.before = 0;
    this.stale = true;
  }

  get isOn(): boolean {
    return this.particles.size > 0;
  }

  get texture(): Texture {
    return this.picture.texture;
  }

  get particleCount(): number {
    const { width, height } = this.picture;
    return this.isOn ? Math.floor(Math.min(this.pace.amount, DENSEST * width * height)) : 0;
  }

  /** Where frames are drawn by the processor fewer particles are the beginning. */
  setSoftware(software: boolean): void {
    this.pace.start(software ? FEW_PARTICLES : MOST_PARTICLES);
  }

  /** Wind of a layer, or none. */
  setWind(slot: LayerSlot, raster: WindRaster | null): void {
    if (raster) {
      const particles =
        this.particles.get(slot) ?? this.resting.pop() ?? new WindParticles(this.shared, this.divide);
      this.particles.set(slot, particles);
      particles.setWind(raster);
    } else {
      const particles = this.particles.get(slot);
      if (particles) this.resting.push(particles);
      this.particles.delete(slot);
    }
    const both = this.particles.size === 2;
    this.particles.get('A')?.setSide(both ? -1 : 0);
    this.particles.get('B')?.setSide(both ? 1 : 0);
    this.before = 0;
  }

  /** Size of the picture, CSS pixels, and the divider in them: particles draw lines of one CSS pixel. */
  resize(width: number, height: number): void {
    this.picture.setSize(width, height);
    this.former.setSize(width, height);
    this.stale = true;
  }

  setDivide(x: number, y: number, beyond: number): void {
    this.divide.value.set(x, y, beyond);
  }

  /** The camera has moved: trails that were drawn belong to other places. */
  forget(): void {
    this.stale = true;
  }

  /** One frame: everything fades a little, and every particle goes a step further. */
  advance(now: number, stage: StageCamera): void {
    const elapsed = this.before === 0 ? 16 : now - this.before;
    if (this.before !== 0) this.pace.took(elapsed);
    this.before = now;
    const seconds = Math.min(LONGEST_STEP, elapsed / 1000);
    const { renderer } = this;
    const autoClear = renderer.autoClear;
    renderer.autoClear = false;

    [this.picture, this.former] = [this.former, this.picture];
    this.fade.uniforms.former.value = this.former.texture;
    this.fade.uniforms.keep.value = this.stale ? 0 : Math.exp(-seconds / FADE);
    this.stale = false;
    const { width, height } = this.picture;
    this.picture.viewport.set(0, 0, width, height);
    this.picture.scissorTest = false;
    renderer.setRenderTarget(this.picture);
    renderer.render(this.pass, PASS_CAMERA);

    const cap = stage.visibleCap();
    for (const particles of this.particles.values()) {
      particles.count = Math.floor(this.particleCount / this.particles.size);
      particles.advance(renderer, seconds, stage.view.zoom, cap);
      particles.setEye(stage.camera.position);
      for (const viewport of stage.viewports) {
        this.picture.viewport.set(
          viewport.left,
          height - viewport.top - viewport.height,
          viewport.width,
          viewport.height,
        );
        renderer.setRenderTarget(this.picture);
        renderer.render(particles.scene, stage.camera);
      }
    }
    renderer.setRenderTarget(null);
    renderer.autoClear = autoClear;
  }

  dispose(): void {
    for (const particles of [...this.particles.values(), ...this.resting]) particles.dispose();
    this.picture.dispose();
    this.former.dispose();
    this.fade.dispose();
    (this.pass.children[0] as Mesh).geometry.dispose();
  }
}

function trailTarget(): WebGLRenderTarget {
  return new WebGLRenderTarget(1, 1, {
    format: RedFormat,
    type: UnsignedByteType,
    minFilter: LinearFilter,
    magFilter: LinearFilter,
    depthBuffer: false,
  });
}

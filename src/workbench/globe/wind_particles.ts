/**
 * Particles in the wind of one layer, moved and drawn on the GPU. Their places live in two float textures: a step
 * reads the one and writes the other, and each particle is drawn as the line between the two.
 */
import {
  BufferGeometry,
  CustomBlending,
  DataTexture,
  FloatType,
  GLSL3,
  LineSegments,
  MaxEquation,
  Mesh,
  NearestFilter,
  OneFactor,
  OrthographicCamera,
  PlaneGeometry,
  RawShaderMaterial,
  RGBAFormat,
  Scene,
  Vector3,
  type WebGLRenderer,
  WebGLRenderTarget,
} from 'three';
import { PROJECTION_GLSL, type Projected } from './projected';
import { ADVECTION_GLSL, radiansPerSpeed, type WindRaster } from './wind_step';

/** Side of the textures that hold the particles: 65,536 of them. */
const SIDE = 256;
export const MOST_PARTICLES = SIDE * SIDE;

/** Mean time that a particle lives, s: long enough to draw its path, short enough to keep them evenly spread. */
const LIFE = 3;
/** Hours of wind that pass in a second at zoom 1; nearer, the same distance on the screen. */
const HOURS_PER_SECOND = 6;

const stepShader = /* glsl */ `
  precision highp float;
  precision highp sampler2D;
  uniform sampler2D states;   // place on the unit sphere, seconds left
  uniform sampler2D wind;
  uniform float seconds;
  uniform float scale;        // radians per m/s in this step
  uniform float life;
  uniform float seed;
  uniform vec3 capCentre;     // new particles begin where they can be seen
  uniform float capCosine;
  out vec4 state;
  ${ADVECTION_GLSL}

  // Dave Hoskins' hash without sine: the same on every GPU.
  vec3 random(vec3 p) {
    p = fract(p * vec3(0.1031, 0.1030, 0.0973));
    p += dot(p, p.yxz + 33.33);
    return fract((p.xxy + p.yxx) * p.zyx);
  }

  vec3 placeInCap(vec2 r) {
    float z = mix(capCosine, 1.0, r.x);
    float angle = r.y * 6.283185307179586;
    vec3 side = normalize(abs(capCentre.z) < 0.9 ? cross(capCentre, vec3(0, 0, 1)) : cross(capCentre, vec3(1, 0, 0)));
    float radius = sqrt(max(0.0, 1.0 - z * z));
    return normalize(capCentre * z + radius * (side * cos(angle) + cross(capCentre, side) * sin(angle)));
  }

  void main() {
    state = texelFetch(states, ivec2(gl_FragCoord.xy), 0);
    state.w -= seconds;
    if (state.w <= 0.0 || dot(state.xyz, capCentre) < capCosine - 0.02) {
      vec3 r = random(vec3(gl_FragCoord.xy, seed));
      state = vec4(placeInCap(r.xy), life * (0.4 + 1.2 * r.z));
    } else {
      state.xyz = advected(state.xyz, scale);
    }
  }
`;

const lineVertexShader = /* glsl */ `
  precision highp float;
  precision highp sampler2D;
  uniform sampler2D states;
  uniform sampler2D before;
  uniform sampler2D wind;
  uniform mat4 modelViewMatrix;
  uniform mat4 projectionMatrix;
  uniform vec3 eye;
  uniform float isMap;
  uniform float middle;
  out float strength;
  out float east;
  ${PROJECTION_GLSL}
  ${ADVECTION_GLSL}
  void main() {
    int particle = gl_VertexID >> 1;
    ivec2 at = ivec2(particle % ${SIDE}, particle / ${SIDE});
    vec4 now = texelFetch(states, at, 0);
    vec4 was = texelFetch(before, at, 0);
    vec4 there = windAt(now.xyz);
    // Newly born ones have no path yet: no wind carries anything that far. Those behind the globe are not seen.
    bool isNew = now.w > was.w || distance(now.xyz, was.xyz) > 0.06;
    bool hidden = isNew || there.w < 0.999 || (isMap < 0.5 && dot(now.xyz, eye) < 1.0);
    vec3 p = (gl_VertexID & 1) == 1 ? now.xyz : was.xyz;
    east = 0.0;
    if (isMap > 0.5) {
      p = vec3(onMap(p, now.xyz, middle), 0.02);
      east = p.x;
    }
    // A few are bright and carry the picture, the many are its texture; calm air is left empty.
    float rank = fract(float(particle) * 0.61803398875);
    float speed = length(there.xyz);
    strength = mix(0.08, 1.0, pow(rank, 6.0)) * smoothstep(0.0, 12.0, speed + 3.0) * min(1.0, now.w * 2.0);
    gl_Position = hidden ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * modelViewMatrix * vec4(p, 1.0);
  }
`;

const lineFragmentShader = /* glsl */ `
  precision highp float;
  uniform vec3 trailDivide;
  uniform float side; // 0: drawn everywhere; −1, 1: first or second layer only
  in float strength;
  in float east;
  out vec4 colour;
  void main() {
    float beyond = dot(gl_FragCoord.xy, trailDivide.xy) - trailDivide.z;
    if (abs(east) > 180.0 || beyond * side < 0.0) discard;
    colour = vec4(strength);
  }
`;

const PASS_CAMERA = new OrthographicCamera(-1, 1, 1, -1, 0, 1);

export class WindParticles {
  /** Drawn and moved; the others wait. */
  count = MOST_PARTICLES;
  /** To be drawn with the stage's own camera. */
  readonly scene = new Scene();
  private readonly pass = new Scene();
  private readonly step: RawShaderMaterial;
  private readonly lines: RawShaderMaterial;
  private readonly geometry = new BufferGeometry();
  private states = stateTarget();
  private before = stateTarget();
  private wind = windTexture({ width: 2, height: 2, data: new Float32Array(16) });
  private steps = 0;

  constructor(shared: Projected, trailDivide: { value: Vector3 }) {
    const wind = { value: this.wind };
    this.step = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: 'in vec3 position; void main() { gl_Position = vec4(position.xy, 0.0, 1.0); }',
      fragmentShader: stepShader,
      depthTest: false,
      depthWrite: false,
      uniforms: {
        wind,
        states: { value: null },
        seconds: { value: 0 },
        scale: { value: 0 },
        life: { value: LIFE },
        seed: { value: 0 },
        capCentre: { value: new Vector3() },
        capCosine: { value: -1 },
      },
    });
    this.lines = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: lineVertexShader,
      fragmentShader: lineFragmentShader,
      depthTest: false,
      depthWrite: false,
      blending: CustomBlending,
      blendEquation: MaxEquation,
      blendSrc: OneFactor,
      blendDst: OneFactor,
      uniforms: {
        ...shared,
        wind,
        states: { value: null },
        before: { value: null },
        eye: { value: new Vector3() },
        trailDivide,
        side: { value: 0 },
      },
    });
    const plane = new Mesh(new PlaneGeometry(2, 2), this.step);
    plane.frustumCulled = false;
    this.pass.add(plane);
    const segments = new LineSegments(this.geometry, this.lines);
    segments.frustumCulled = false;
    this.scene.add(segments);
  }

  /** Resolves when the shaders have been compiled. */
  async compile(renderer: WebGLRenderer): Promise<void> {
    await Promise.all([this.pass, this.scene].map((scene) => renderer.compileAsync(scene, PASS_CAMERA)));
  }

  setWind(raster: WindRaster): void {
    this.wind.dispose();
    this.wind = windTexture(raster);
    this.lines.uniforms.wind.value = this.wind;
    this.step.uniforms.wind.value = this.wind;
  }

  /** Restricts the drawing to one side of the divider: −1 the first layer's, 1 the second's, 0 both. */
  setSide(side: number): void {
    this.lines.uniforms.side.value = side;
  }

  /** Moves the particles by `seconds` of the viewer's time. */
  advance(
    renderer: WebGLRenderer,
    seconds: number,
    zoom: number,
    cap: { centre: Vector3; cosine: number },
  ): void {
    const { uniforms } = this.step;
    [this.states, this.before] = [this.before, this.states];
    uniforms.states.value = this.before.texture;
    uniforms.seconds.value = seconds;
    uniforms.scale.value = radiansPerSpeed((seconds * HOURS_PER_SECOND * 3600) / zoom);
    uniforms.seed.value = this.steps++ % 4096;
    uniforms.capCentre.value.copy(cap.centre);
    uniforms.capCosine.value = cap.cosine;
    this.states.viewport.set(0, 0, SIDE, Math.ceil(this.count / SIDE));
    renderer.setRenderTarget(this.states);
    renderer.render(this.pass, PASS_CAMERA);
    this.lines.uniforms.states.value = this.states.texture;
    this.lines.uniforms.before.value = this.before.texture;
    this.geometry.setDrawRange(0, 2 * this.count);
  }

  setEye(eye: Vector3): void {
    this.lines.uniforms.eye.value.copy(eye);
  }

  dispose(): void {
    for (const part of [this.states, this.before, this.wind, this.step, this.lines, this.geometry])
      part.dispose();
    (this.pass.children[0] as Mesh).geometry.dispose();
  }
}

/** All dead: the first step gives every particle its place. */
function stateTarget(): WebGLRenderTarget {
  return new WebGLRenderTarget(SIDE, SIDE, {
    format: RGBAFormat,
    type: FloatType,
    minFilter: NearestFilter,
    magFilter: NearestFilter,
    depthBuffer: false,
  });
}

function windTexture({ width, height, data }: WindRaster): DataTexture {
  const texture = new DataTexture(data, width, height, RGBAFormat, FloatType);
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}

/**
 * The three.js scene behind the globe. Draws only when something has changed; knows nothing of React.
 */
import {
  BackSide,
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  Color,
  LineSegments,
  Mesh,
  PerspectiveCamera,
  Raycaster,
  Scene,
  ShaderMaterial,
  Sphere,
  SphereGeometry,
  Vector2,
  Vector3,
  WebGLRenderer,
} from 'three';
import type { Camera } from '../location_hash';
import { FieldMaterial, type Isolines, type SurfaceColours } from './field_material';
import type { FieldRaster } from './field_raster';
import { LineMaterial } from './line_material';
import { graticule, longitudeLatitude, meshArcs, segmentsOnSphere } from './sphere_geometry';

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

const FIELD_OF_VIEW = 26;
/** Share of the free stage's shorter side that the globe fills at zoom 1. */
const FILL = 0.97;
const BLEND_MILLISECONDS = 260;
const UNIT_SPHERE = new Sphere(new Vector3(), 1);

export class GlobeScene {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 60);
  private readonly surface = new FieldMaterial();
  private readonly globe = new Mesh(new SphereGeometry(1, 128, 64), this.surface);
  private readonly coast = lines(new Float32Array(), 0.15);
  private readonly graticule = lines(segmentsOnSphere(graticule(30), 1.0015), 0.3);
  private readonly mesh = lines(new Float32Array(), 0.8);
  private readonly glow = glowShell();
  private view: Camera = { longitude: 0, latitude: 0, zoom: 1 };
  private frameRequest = 0;
  private blendStart = 0;
  /** Share of the stage's height that no control covers. */
  private openHeight = 1;
  private fieldShape = '';
  private disposed = false;
  private readonly redraw = () => this.invalidate();

  /** @throws Error when the browser has no WebGL 2 */
  constructor(canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    // three.js uploads everything anew by itself, but draws only when told to.
    canvas.addEventListener('webglcontextrestored', this.redraw);
    this.camera.up.set(0, 0, 1);
    this.mesh.visible = false;
    this.scene.add(this.globe, this.graticule, this.coast, this.mesh, this.glow);
  }

  /** `top` and `bottom`: CSS pixels that controls cover; the globe stands in the middle of what is left. */
  resize(width: number, height: number, pixelRatio: number, top: number, bottom: number): void {
    if (width === 0 || height === 0) return;
    this.openHeight = Math.max(0.3, 1 - (top + bottom) / height);
    this.renderer.setPixelRatio(pixelRatio);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.setViewOffset(width, height, 0, (bottom - top) / 2, width, height);
    this.camera.updateProjectionMatrix();
    this.setView(this.view);
  }

  setView(view: Camera): void {
    this.view = view;
    const distance = this.distance(view.zoom);
    const lon = (view.longitude * Math.PI) / 180;
    // At a pole the camera's up would be its own direction.
    const lat = (Math.max(-89.9, Math.min(89.9, view.latitude)) * Math.PI) / 180;
    this.camera.position.set(
      distance * Math.cos(lat) * Math.cos(lon),
      distance * Math.cos(lat) * Math.sin(lon),
      distance * Math.sin(lat),
    );
    this.camera.lookAt(0, 0, 0);
    this.invalidate();
  }

  /** Distance at which the globe's disc fills its share of the free stage, brought nearer by the zoom. */
  private distance(zoom: number): number {
    const halfAngle = (FIELD_OF_VIEW / 2) * (Math.PI / 180);
    const halfShorter = Math.tan(halfAngle) * Math.min(this.openHeight, this.camera.aspect);
    const whole = 1 / Math.sin(Math.atan(halfShorter * FILL));
    return 1 + (whole - 1) / zoom;
  }

  /** Degrees that the surface's middle turns when the pointer is dragged by one CSS pixel. */
  degreesPerPixel(height: number): number {
    const halfAngle = (FIELD_OF_VIEW / 2) * (Math.PI / 180);
    const surfacePerPixel = (2 * Math.tan(halfAngle) * (this.distance(this.view.zoom) - 1)) / height;
    return Math.min(0.6, (surfacePerPixel * 180) / Math.PI);
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

  setCoastlines(polylines: number[][][], landImage: HTMLCanvasElement): void {
    if (this.disposed) return;
    this.coast.geometry.dispose();
    this.coast.geometry = geometryOf(segmentsOnSphere(polylines, 1.002));
    this.surface.setLand(new CanvasTexture(landImage));
    this.invalidate();
  }

  setColourMap(table: Uint8Array): void {
    this.surface.setColours(table);
    this.invalidate();
  }

  setRange(low: number, high: number, isolines: Isolines): void {
    this.surface.setRange(low, high, isolines);
    this.invalidate();
  }

  /** Shows a field; `animate` blends from the former one where both have the same shape. */
  setField(raster: FieldRaster, animate: boolean): void {
    const shape = `${raster.width}x${raster.height}`;
    const blend = animate && shape === this.fieldShape;
    this.fieldShape = shape;
    this.surface.setField(raster, blend);
    this.blendStart = blend ? performance.now() : 0;
    this.invalidate();
  }

  clearField(): void {
    this.fieldShape = '';
    this.blendStart = 0;
    this.surface.clearField();
    this.invalidate();
  }

  setMesh(vertices: Float32Array, edges: Int32Array, levels: Uint8Array): void {
    if (this.disposed) return;
    const arcs = meshArcs(vertices, edges, levels);
    const finest = Math.max(1, levels[levels.length - 1]);
    this.mesh.geometry.dispose();
    // Fine edges are many: they recede, so that the coarse ones read.
    this.mesh.geometry = geometryOf(
      arcs.positions,
      arcs.levels.map((level) => 0.95 - 0.65 * (level / finest)),
    );
    this.invalidate();
  }

  showMesh(visible: boolean): void {
    this.mesh.visible = visible;
    this.invalidate();
  }

  /** Place under a point of the canvas, given as −1…1 from left to right and bottom to top; null off the globe. */
  placeAt(x: number, y: number): { longitude: number; latitude: number } | null {
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), this.camera);
    const hit = ray.ray.intersectSphere(UNIT_SPHERE, new Vector3());
    return hit && longitudeLatitude(hit.x, hit.y, hit.z);
  }

  /** Draws once, soon; many changes before the next frame are one drawing. */
  invalidate(): void {
    if (this.disposed) return;
    if (this.frameRequest === 0) this.frameRequest = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.frameRequest = 0;
    const elapsed = performance.now() - this.blendStart;
    const blend = this.blendStart === 0 ? 1 : Math.min(1, elapsed / BLEND_MILLISECONDS);
    this.surface.setBlend(blend);
    this.renderer.render(this.scene, this.camera);
    if (blend < 1) this.invalidate();
    else this.blendStart = 0;
  }

  dispose(): void {
    this.disposed = true;
    cancelAnimationFrame(this.frameRequest);
    this.renderer.domElement.removeEventListener('webglcontextrestored', this.redraw);
    for (const object of [this.globe, this.coast, this.graticule, this.mesh, this.glow]) {
      object.geometry.dispose();
      (object.material as ShaderMaterial).dispose();
    }
    this.renderer.dispose();
  }
}

function geometryOf(positions: Float32Array, strengths?: Float32Array): BufferGeometry {
  const geometry = new BufferGeometry().setAttribute('position', new BufferAttribute(positions, 3));
  const strength = strengths ?? new Float32Array(positions.length / 3).fill(1);
  return geometry.setAttribute('strength', new BufferAttribute(strength, 1));
}

function lines(positions: Float32Array, rim: number): LineSegments<BufferGeometry, LineMaterial> {
  return new LineSegments(geometryOf(positions), new LineMaterial(rim));
}

/** A thin shine outside the disc: the inside of a larger sphere, brightest where it meets the globe's rim. */
function glowShell(): Mesh {
  const material = new ShaderMaterial({
    side: BackSide,
    transparent: true,
    depthWrite: false,
    uniforms: { colour: { value: new Color() }, strength: { value: 0 } },
    vertexShader: /* glsl */ `
      varying vec3 vNormal;
      varying vec3 vToEye;
      void main() {
        vec4 p = modelViewMatrix * vec4(position, 1.0);
        vNormal = normalMatrix * normal;
        vToEye = -p.xyz;
        gl_Position = projectionMatrix * p;
      }
    `,
    fragmentShader: /* glsl */ `
      uniform vec3 colour;
      uniform float strength;
      varying vec3 vNormal;
      varying vec3 vToEye;
      void main() {
        float depth = abs(dot(normalize(vNormal), normalize(vToEye)));
        float shine = pow(clamp(depth * 1.75, 0.0, 1.0), 3.5) * strength;
        gl_FragColor = vec4(colour, shine);
      }
    `,
  });
  return new Mesh(new SphereGeometry(1.14, 96, 48), material);
}

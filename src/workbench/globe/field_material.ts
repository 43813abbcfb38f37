/**
 * The surface of the globe or the map: one or two fields through their colour maps, blended from one time to the next,
 * with isolines and the trails of the wind; or, where there is no field, plain land and sea.
 */
import {
  Color,
  DataTexture,
  FloatType,
  LinearFilter,
  NearestFilter,
  RedFormat,
  RGBAFormat,
  ShaderMaterial,
  type Texture,
  UnsignedByteType,
  Vector2,
} from 'three';
import type { FieldRaster } from './field_raster';
import type { Projected } from './projected';

const vertexShader = /* glsl */ `
  varying vec3 vPlace;
  varying vec3 vNormal;
  void main() {
    vPlace = position;
    vNormal = normalMatrix * normal;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;

/** Uniforms of one layer, by the layer's letter. */
const layerUniforms = (x: string) => /* glsl */ `
  uniform sampler2D field${x};
  uniform sampler2D previous${x};
  uniform sampler2D colours${x};
  uniform float blend${x};    // 0: previous field, 1: field
  uniform float presence${x}; // 0: land and sea only
  uniform float cells${x};    // 1: texels as they are, 0: smooth between them
  uniform vec2 range${x};
  uniform vec2 isolines${x};  // interval, 0 for none; offset in intervals: lines at (k + offset) * interval
`;

const shadeLayer = (x: string) => /* glsl */ `
  if (presence${x} > 0.0) {
    float value = at(field${x}, lonLat, cells${x});
    if (blend${x} < 1.0) value = mix(at(previous${x}, lonLat, cells${x}), value, blend${x});
    colour = shade(value, colours${x}, range${x}, isolines${x});
  }
`;

const fragmentShader = /* glsl */ `
  precision highp float;
  precision highp sampler2D;
  ${layerUniforms('A')}
  ${layerUniforms('B')}
  uniform sampler2D land;
  uniform sampler2D trails;
  uniform vec2 canvasSize;   // framebuffer pixels
  uniform float trailStrength;
  uniform vec3 divide;
  uniform float isMap;
  uniform float middle;
  uniform float lineStrength;
  uniform vec3 seaColour;
  uniform vec3 landColour;
  uniform vec3 missingColour;
  uniform float limb;        // how much the rim darkens
  varying vec3 vPlace;
  varying vec3 vNormal;
  const float PI = 3.14159265358979;

  // Texels by hand: float textures cannot be filtered everywhere, and the date line must wrap.
  float at(sampler2D t, vec2 lonLat, float cells) {
    ivec2 size = textureSize(t, 0);
    float x = lonLat.x * float(size.x);
    float y = clamp(lonLat.y, 0.0, 1.0) * float(size.y - 1);
    if (cells > 0.5) return texelFetch(t, ivec2(int(floor(x + 0.5)) % size.x, int(floor(y + 0.5))), 0).r;
    int column = int(floor(x));
    int row = min(int(floor(y)), size.y - 2);
    vec2 f = vec2(x - float(column), y - float(row));
    int east = (column + 1) % size.x;
    column = column % size.x;
    float south = mix(texelFetch(t, ivec2(column, row), 0).r, texelFetch(t, ivec2(east, row), 0).r, f.x);
    float north = mix(texelFetch(t, ivec2(column, row + 1), 0).r, texelFetch(t, ivec2(east, row + 1), 0).r, f.x);
    return mix(south, north, f.y);
  }

  vec3 shade(float value, sampler2D colours, vec2 range, vec2 isolines) {
    if (value >= 1e37) return missingColour;
    float t = (value - range.x) / (range.y - range.x);
    vec3 colour = textureLod(colours, vec2(clamp(t, 0.0, 1.0) * (255.0 / 256.0) + 0.5 / 256.0, 0.5), 0.0).rgb;
    if (isolines.x > 0.0) {
      float level = value / isolines.x - isolines.y;
      float width = max(fwidth(level), 1e-6);
      float distanceInPixels = abs(fract(level - 0.5) - 0.5) / width;
      // Where lines crowd closer than a few pixels they would only grey the field.
      float room = 1.0 - smoothstep(0.12, 0.3, width);
      colour = mix(colour, colour * 0.35, lineStrength * room * (1.0 - smoothstep(0.4, 1.2, distanceInPixels)));
    }
    return colour;
  }

  void main() {
    vec2 lonLat; // 0 to 1 from 0 degrees east, and from the south pole to the north pole
    if (isMap > 0.5) {
      lonLat = vec2(fract((vPlace.x + middle) / 360.0 + 1.0), vPlace.y / 180.0 + 0.5);
    } else {
      vec3 p = normalize(vPlace);
      lonLat = vec2(fract(atan(p.y, p.x) / (2.0 * PI) + 1.0), asin(clamp(p.z, -1.0, 1.0)) / PI + 0.5);
    }
    float isLand = textureLod(land, vec2(fract(lonLat.x + 0.5), lonLat.y), 0.0).r;
    vec3 colour = mix(seaColour, landColour, isLand);
    bool isSecond = dot(gl_FragCoord.xy, divide.xy) > divide.z;
    if (isSecond) {
      ${shadeLayer('B')}
    } else {
      ${shadeLayer('A')}
    }
    if (isMap < 0.5) {
      float facing = clamp(normalize(vNormal).z, 0.0, 1.0);
      colour *= 1.0 - limb * (1.0 - smoothstep(0.0, 0.55, facing));
    }
    if (trailStrength > 0.0) {
      // Dark over light colours, light over dark ones: legible over every field.
      float luminance = dot(colour, vec3(0.299, 0.587, 0.114));
      vec3 ink = mix(vec3(1.0), vec3(0.01, 0.03, 0.06), smoothstep(0.46, 0.54, luminance));
      colour = mix(colour, ink, trailStrength * textureLod(trails, gl_FragCoord.xy / canvasSize, 0.0).r);
    }
    gl_FragColor = vec4(colour, 1.0);
  }
`;

/** Isolines at (k + offset) * interval for whole k, in the field's shown unit; none for an interval of 0. */
export interface Isolines {
  interval: number;
  offset: number;
}

export interface SurfaceColours {
  sea: string;
  land: string;
  missing: string;
  limb: number;
}

/** The layer that is shown, or the one it is compared with, right of the divider. */
export type LayerSlot = 'A' | 'B';

export class FieldMaterial extends ShaderMaterial {
  constructor(shared: Projected) {
    super({
      vertexShader,
      fragmentShader,
      uniforms: {
        ...shared,
        ...layer('A'),
        ...layer('B'),
        land: { value: bytes(new Uint8Array(4), 1) },
        trails: { value: null },
        canvasSize: { value: new Vector2(1, 1) },
        trailStrength: { value: 0 },
        lineStrength: { value: 0.55 },
        seaColour: { value: new Color() },
        landColour: { value: new Color() },
        missingColour: { value: new Color() },
        limb: { value: 0.3 },
      },
    });
  }

  setLand(texture: Texture): void {
    this.uniforms.land.value.dispose();
    this.uniforms.land.value = texture;
  }

  setSurface({ sea, land, missing, limb }: SurfaceColours): void {
    setRaw(this.uniforms.seaColour.value, sea);
    setRaw(this.uniforms.landColour.value, land);
    setRaw(this.uniforms.missingColour.value, missing);
    this.uniforms.limb.value = limb;
  }

  setColours(slot: LayerSlot, table: Uint8Array): void {
    const colours = this.uniforms[`colours${slot}`];
    colours.value.dispose();
    colours.value = bytes(table, table.length / 4);
  }

  setRange(slot: LayerSlot, low: number, high: number, { interval, offset }: Isolines): void {
    this.uniforms[`range${slot}`].value.set(low, high);
    this.uniforms[`isolines${slot}`].value.set(interval, offset);
  }

  /** Shows `raster`; with `blend` the former one stays visible until `setBlend` has gone to 1. */
  setField(slot: LayerSlot, raster: FieldRaster, blend: boolean): void {
    const field = this.uniforms[`field${slot}`];
    const previous = this.uniforms[`previous${slot}`];
    previous.value.dispose();
    if (blend) {
      previous.value = field.value;
    } else {
      field.value.dispose();
      previous.value = emptyField();
    }
    field.value = floats(raster);
    this.uniforms[`blend${slot}`].value = blend ? 0 : 1;
    this.uniforms[`presence${slot}`].value = 1;
    this.uniforms[`cells${slot}`].value = raster.hasCells ? 1 : 0;
  }

  setBlend(slot: LayerSlot, blend: number): void {
    this.uniforms[`blend${slot}`].value = blend;
  }

  clearField(slot: LayerSlot): void {
    this.uniforms[`presence${slot}`].value = 0;
    this.uniforms[`blend${slot}`].value = 1;
  }

  /** Frees the textures too; the trails are another's. */
  override dispose(): void {
    const own = ['land', ...['field', 'previous', 'colours'].flatMap((name) => [`${name}A`, `${name}B`])];
    for (const name of own) this.uniforms[name].value.dispose();
    super.dispose();
  }
}

function layer(slot: LayerSlot) {
  return {
    [`field${slot}`]: { value: emptyField() },
    [`previous${slot}`]: { value: emptyField() },
    [`colours${slot}`]: { value: bytes(new Uint8Array(4), 1) },
    [`blend${slot}`]: { value: 1 },
    [`presence${slot}`]: { value: 0 },
    [`cells${slot}`]: { value: 0 },
    [`range${slot}`]: { value: new Vector2(0, 1) },
    [`isolines${slot}`]: { value: new Vector2(0, 0) },
  };
}

/** Colours reach the screen as written: the shader's output is not converted, so neither is its input. */
function setRaw(target: Color, css: string): void {
  target.set(css).convertLinearToSRGB();
}

function floats({ data, width, height }: FieldRaster): DataTexture {
  const texture = new DataTexture(data, width, height, RedFormat, FloatType);
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}

function emptyField(): DataTexture {
  return floats({ data: new Float32Array(4), width: 2, height: 2 });
}

function bytes(data: Uint8Array, width: number): DataTexture {
  const texture = new DataTexture(data, width, 1, RGBAFormat, UnsignedByteType);
  texture.minFilter = LinearFilter;
  texture.magFilter = LinearFilter;
  texture.needsUpdate = true;
  return texture;
}

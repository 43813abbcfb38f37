/**
 * The globe's surface: a field through its colour map, blended from one field to the next, with isolines; or, where
 * there is no field, plain land and sea.
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
} from 'three';
import type { FieldRaster } from './field_raster';

const vertexShader = /* glsl */ `
  varying vec3 vPlace;
  varying vec3 vNormal;
  void main() {
    vPlace = position;
    vNormal = normalMatrix * normal;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;

const fragmentShader = /* glsl */ `
  precision highp float;
  precision highp sampler2D;
  uniform sampler2D field;
  uniform sampler2D previousField;
  uniform sampler2D colours;
  uniform sampler2D land;
  uniform float blend;      // 0: previous field, 1: field
  uniform float presence;   // 0: land and sea only
  uniform vec2 range;
  uniform float interval;   // of isolines; 0: none
  uniform float lineOffset; // in intervals; isolines are at (k + lineOffset) * interval
  uniform float lineStrength;
  uniform vec3 seaColour;
  uniform vec3 landColour;
  uniform vec3 missingColour;
  uniform float limb;       // how much the rim darkens
  varying vec3 vPlace;
  varying vec3 vNormal;
  const float PI = 3.14159265358979;

  // Texels by hand: float textures cannot be filtered everywhere, and the date line must wrap.
  float at(sampler2D t, vec2 lonLat) {
    ivec2 size = textureSize(t, 0);
    float x = lonLat.x * float(size.x);
    float y = clamp(lonLat.y, 0.0, 1.0) * float(size.y - 1);
    int column = int(floor(x));
    int row = min(int(floor(y)), size.y - 2);
    vec2 f = vec2(x - float(column), y - float(row));
    int east = (column + 1) % size.x;
    column = column % size.x;
    float south = mix(texelFetch(t, ivec2(column, row), 0).r, texelFetch(t, ivec2(east, row), 0).r, f.x);
    float north = mix(texelFetch(t, ivec2(column, row + 1), 0).r, texelFetch(t, ivec2(east, row + 1), 0).r, f.x);
    return mix(south, north, f.y);
  }

  void main() {
    vec3 p = normalize(vPlace);
    float longitude = atan(p.y, p.x) / (2.0 * PI);
    vec2 lonLat = vec2(fract(longitude + 1.0), asin(clamp(p.z, -1.0, 1.0)) / PI + 0.5);

    float isLand = textureLod(land, vec2(longitude + 0.5, lonLat.y), 0.0).r;
    vec3 colour = mix(seaColour, landColour, isLand);

    if (presence > 0.0) {
      float value = at(field, lonLat);
      if (blend < 1.0) value = mix(at(previousField, lonLat), value, blend);
      vec3 shade = missingColour;
      if (value < 1e37) {
        float t = (value - range.x) / (range.y - range.x);
        shade = texture2D(colours, vec2(clamp(t, 0.0, 1.0) * (255.0 / 256.0) + 0.5 / 256.0, 0.5)).rgb;
        if (interval > 0.0) {
          float level = value / interval - lineOffset;
          float width = max(fwidth(level), 1e-6);
          float distanceInPixels = abs(fract(level - 0.5) - 0.5) / width;
          // Where lines crowd closer than a few pixels they would only grey the field.
          float room = 1.0 - smoothstep(0.12, 0.3, width);
          shade = mix(shade, shade * 0.35, lineStrength * room * (1.0 - smoothstep(0.4, 1.2, distanceInPixels)));
        }
      }
      colour = mix(colour, shade, presence);
    }
    float facing = clamp(normalize(vNormal).z, 0.0, 1.0);
    colour *= 1.0 - limb * (1.0 - smoothstep(0.0, 0.55, facing));
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

export class FieldMaterial extends ShaderMaterial {
  constructor() {
    super({
      vertexShader,
      fragmentShader,
      uniforms: {
        field: { value: emptyField() },
        previousField: { value: emptyField() },
        colours: { value: bytes(new Uint8Array(4), 1) },
        land: { value: bytes(new Uint8Array(4), 1) },
        blend: { value: 1 },
        presence: { value: 0 },
        range: { value: [0, 1] },
        interval: { value: 0 },
        lineOffset: { value: 0 },
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

  setColours(table: Uint8Array): void {
    this.uniforms.colours.value.dispose();
    this.uniforms.colours.value = bytes(table, table.length / 4);
  }

  setRange(low: number, high: number, isolines: Isolines): void {
    this.uniforms.range.value = [low, high];
    this.uniforms.interval.value = isolines.interval;
    this.uniforms.lineOffset.value = isolines.offset;
  }

  /** Shows `raster`; with `blend` the former one stays visible until `setBlend` has gone to 1. */
  setField(raster: FieldRaster, blend: boolean): void {
    const { field, previousField } = this.uniforms;
    previousField.value.dispose();
    if (blend) {
      previousField.value = field.value;
    } else {
      field.value.dispose();
      previousField.value = emptyField();
    }
    field.value = floats(raster);
    this.uniforms.blend.value = blend ? 0 : 1;
    this.uniforms.presence.value = 1;
  }

  setBlend(blend: number): void {
    this.uniforms.blend.value = blend;
  }

  /** Frees the textures too. */
  override dispose(): void {
    for (const name of ['field', 'previousField', 'colours', 'land']) this.uniforms[name].value.dispose();
    super.dispose();
  }

  clearField(): void {
    this.uniforms.presence.value = 0;
    this.uniforms.blend.value = 1;
  }
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

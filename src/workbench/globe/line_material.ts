import { Color, ShaderMaterial } from 'three';
import { PROJECTION_GLSL, type Projected } from './projected';

/**
 * Lines over the surface. On the globe they fade towards the rim, where a whole coast shrinks to a few pixels; each
 * vertex has its own strength. On the map both ends of a segment must lie on the same side: each vertex knows the
 * other end.
 */
export class LineMaterial extends ShaderMaterial {
  /** @param rim how much is left of a line at the rim of the disc: 0 for lines on the surface, 1 for arcs above it */
  constructor(rim: number, shared: Projected) {
    super({
      transparent: true,
      depthWrite: false,
      uniforms: { ...shared, colour: { value: new Color() }, opacity: { value: 1 }, rim: { value: rim } },
      vertexShader: /* glsl */ `
        attribute float strength;
        attribute vec3 other;
        uniform float rim;
        uniform float isMap;
        uniform float middle;
        varying float vStrength;
        varying float vEast;
        ${PROJECTION_GLSL}
        void main() {
          vec3 place = position;
          vStrength = strength;
          vEast = 0.0;
          if (isMap > 0.5) {
            place = vec3(onMap(position, position + other, middle), 0.01);
            vEast = place.x;
          }
          vec4 p = modelViewMatrix * vec4(place, 1.0);
          if (isMap < 0.5) {
            float facing = dot(normalize(normalMatrix * position), normalize(-p.xyz));
            vStrength *= mix(rim, 1.0, smoothstep(0.02, 0.4, facing));
          }
          gl_Position = projectionMatrix * p;
        }
      `,
      fragmentShader: /* glsl */ `
        uniform vec3 colour;
        uniform float opacity;
        varying float vStrength;
        varying float vEast;
        void main() {
          if (abs(vEast) > 180.0) discard;
          gl_FragColor = vec4(colour, opacity * vStrength);
        }
      `,
    });
  }

  paint(colour: string, opacity: number): void {
    // Written to the screen as given: see FieldMaterial.
    this.uniforms.colour.value.set(colour).convertLinearToSRGB();
    this.uniforms.opacity.value = opacity;
  }
}

import { Color, ShaderMaterial } from 'three';

/**
 * Lines over the globe's surface. They fade towards the rim, where a whole coast shrinks to a few pixels; each vertex
 * has its own strength.
 */
export class LineMaterial extends ShaderMaterial {
  /** @param rim how much is left of a line at the rim of the disc: 0 for lines on the surface, 1 for arcs above it */
  constructor(rim: number) {
    super({
      transparent: true,
      depthWrite: false,
      uniforms: { colour: { value: new Color() }, opacity: { value: 1 }, rim: { value: rim } },
      vertexShader: /* glsl */ `
        attribute float strength;
        uniform float rim;
        varying float vStrength;
        void main() {
          vec4 p = modelViewMatrix * vec4(position, 1.0);
          float facing = dot(normalize(normalMatrix * position), normalize(-p.xyz));
          vStrength = strength * mix(rim, 1.0, smoothstep(0.02, 0.4, facing));
          gl_Position = projectionMatrix * p;
        }
      `,
      fragmentShader: /* glsl */ `
        uniform vec3 colour;
        uniform float opacity;
        varying float vStrength;
        void main() {
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

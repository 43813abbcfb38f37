import { BackSide, Color, Mesh, ShaderMaterial, SphereGeometry } from 'three';

/** A thin shine outside the disc: the inside of a larger sphere, brightest where it meets the globe's rim. */
export function glowShell(): Mesh {
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

/** What the Network room draws over the globe or the map: the mesh's nodes, messages, and a veil over the field. */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  Group,
  Mesh,
  PlaneGeometry,
  ShaderMaterial,
  SphereGeometry,
} from 'three';
import type { Triangles } from './network_shapes';
import { PROJECTION_GLSL, type Projected } from './projected';

/** How much of the field the veil covers: enough for the mesh's colours to be read. */
const VEIL = 0.78;

export class NetworkOverlay extends Group {
  private readonly shapes: Mesh<BufferGeometry, ShaderMaterial>;
  private readonly veils: Mesh<BufferGeometry, ShaderMaterial>[];

  constructor(shared: Projected) {
    super();
    this.shapes = new Mesh(new BufferGeometry(), shapeMaterial(shared));
    // A bounding sphere on the globe says nothing of the map.
    this.shapes.frustumCulled = false;
    this.shapes.renderOrder = 2;
    this.veils = [
      new Mesh<BufferGeometry, ShaderMaterial>(new SphereGeometry(1, 128, 64), veilMaterial(shared, 0)),
      new Mesh<BufferGeometry, ShaderMaterial>(new PlaneGeometry(360, 180), veilMaterial(shared, 1)),
    ];
    for (const veil of this.veils) {
      veil.frustumCulled = false;
      veil.renderOrder = -1;
    }
    this.add(...this.veils, this.shapes);
    this.visible = false;
  }

  /** Shows these shapes over a veil of this colour, or none; null shows nothing. */
  show(triangles: Triangles | null, veil: string | null): void {
    this.visible = triangles !== null;
    if (!triangles) return;
    this.shapes.geometry.dispose();
    this.shapes.geometry = new BufferGeometry()
      .setAttribute('position', new BufferAttribute(triangles.positions, 3))
      .setAttribute('anchor', new BufferAttribute(triangles.anchors, 3))
      .setAttribute('colour', new BufferAttribute(triangles.colours, 4));
    for (const object of this.veils) {
      object.visible = veil !== null;
      // Written to the screen as given: see FieldMaterial.
      if (veil) object.material.uniforms.colour.value = new Color(veil).convertLinearToSRGB();
    }
  }

  override dispose(): void {
    for (const { geometry, material } of [this.shapes, ...this.veils]) {
      geometry.dispose();
      material.dispose();
    }
  }
}

function shapeMaterial(shared: Projected): ShaderMaterial {
  return new ShaderMaterial({
    side: DoubleSide,
    transparent: true,
    depthWrite: false,
    uniforms: { ...shared },
    vertexShader: /* glsl */ `
      attribute vec3 anchor;
      attribute vec4 colour;
      uniform float isMap;
      uniform float middle;
      varying vec4 vColour;
      varying float vEast;
      ${PROJECTION_GLSL}
      void main() {
        vec3 place = position;
        vColour = colour;
        vEast = 0.0;
        if (isMap > 0.5) {
          place = vec3(onMap(position, anchor, middle), 0.02);
          vEast = place.x;
        }
        gl_Position = projectionMatrix * modelViewMatrix * vec4(place, 1.0);
      }
    `,
    fragmentShader: /* glsl */ `
      varying vec4 vColour;
      varying float vEast;
      void main() {
        if (abs(vEast) > 180.0) discard;
        gl_FragColor = vColour;
      }
    `,
  });
}

/** @param forMap 1: drawn on the map only, 0: on the globe only */
function veilMaterial(shared: Projected, forMap: 0 | 1): ShaderMaterial {
  return new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    // It covers the surface exactly, right after that was drawn.
    depthTest: false,
    uniforms: { ...shared, forMap: { value: forMap }, colour: { value: new Color() }, veil: { value: VEIL } },
    vertexShader: /* glsl */ `
      uniform float isMap;
      uniform float forMap;
      void main() {
        vec4 outside = vec4(2.0, 2.0, 2.0, 1.0);
        bool wanted = abs(isMap - forMap) < 0.5;
        gl_Position = wanted ? projectionMatrix * modelViewMatrix * vec4(position, 1.0) : outside;
      }
    `,
    fragmentShader: /* glsl */ `
      uniform vec3 colour;
      uniform float veil;
      void main() {
        gl_FragColor = vec4(colour, veil);
      }
    `,
  });
}

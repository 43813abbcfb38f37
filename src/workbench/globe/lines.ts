/** Line segments over the globe or the map. */
import { BufferAttribute, BufferGeometry, LineSegments } from 'three';
import { LineMaterial } from './line_material';
import type { Projected } from './projected';

export class Lines extends LineSegments<BufferGeometry, LineMaterial> {
  /** @param rim see `LineMaterial` */
  constructor(rim: number, shared: Projected) {
    super(geometryOf(new Float32Array()), new LineMaterial(rim, shared));
    // A bounding sphere on the globe says nothing of the map.
    this.frustumCulled = false;
  }

  /**
   * @param positions [2 * segments, 3], both ends of each segment
   * @param strengths opacity per end; 1 when left out
   */
  setSegments(positions: Float32Array, strengths?: Float32Array): void {
    this.geometry.dispose();
    this.geometry = geometryOf(positions, strengths);
  }

  override dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
  }
}

function geometryOf(positions: Float32Array, strengths?: Float32Array): BufferGeometry {
  const others = new Float32Array(positions.length);
  for (let at = 0; at < positions.length; at += 6) {
    for (let axis = at; axis < at + 3; axis++) {
      others[axis] = positions[axis + 3];
      others[axis + 3] = positions[axis];
    }
  }
  const strength = strengths ?? new Float32Array(positions.length / 3).fill(1);
  return new BufferGeometry()
    .setAttribute('position', new BufferAttribute(positions, 3))
    .setAttribute('other', new BufferAttribute(others, 3))
    .setAttribute('strength', new BufferAttribute(strength, 1));
}

import { describe, expect, test } from 'vitest';
import { ConfigError } from '../errors';
import { expectClose, gridWithoutPoles, gridWithPoles } from './graph.fixture';
import { grid2meshEdges } from './grid2mesh';
import { meshHierarchy } from './icosahedron';
import { gridPositions } from './positions';

function fullSearch(grid: Float32Array, mesh: Float32Array, radius: number) {
  const senders: number[] = [];
  const receivers: number[] = [];
  for (let g = 0; g < grid.length / 3; g++) {
    for (let m = 0; m < mesh.length / 3; m++) {
      let squared = 0;
      for (let axis = 0; axis < 3; axis++) squared += (grid[3 * g + axis] - mesh[3 * m + axis]) ** 2;
      if (squared > radius * radius) continue;
      senders.push(g);
      receivers.push(m);
    }
  }
  return { senders, receivers };
}

const shifted = (longitudes: Float32Array, by: number) => longitudes.map((longitude) => longitude + by);
const nine = gridWithPoles(9);
const eight = gridWithoutPoles(8);
const grids = {
  'with poles': nine,
  'without poles': eight,
  'longitudes from -180': { latitudes: nine.latitudes, longitudes: shifted(nine.longitudes, -180) },
  'longitudes off zero': { latitudes: eight.latitudes, longitudes: shifted(eight.longitudes, 3.7) },
  'uneven latitudes': {
    latitudes: Float32Array.of(-88, -71, -70, -12, 3, 44, 89.9),
    longitudes: nine.longitudes,
  },
  'one row': { latitudes: Float32Array.of(12), longitudes: nine.longitudes },
  'the north pole alone': { latitudes: Float32Array.of(90), longitudes: nine.longitudes },
};

describe.each(Object.entries(grids))('%s', (_, { latitudes, longitudes }) => {
  test.each([0.02, 0.1, 0.35, 1, 1.7, 2])('radius %d: the pairs of a full search, in its order', (radius) => {
    const { vertices } = meshHierarchy(2)[radius < 1 ? 2 : 1];
    const { vectors } = gridPositions(latitudes, longitudes);
    const { senders, receivers } = grid2meshEdges(latitudes, longitudes, vectors, vertices, radius);
    const expected = fullSearch(vectors, vertices, radius);
    expectClose(senders, expected.senders, 0);
    expectClose(receivers, expected.receivers, 0);
  });
});

test('a pair at exactly the radius is connected', () => {
  const latitudes = Float32Array.of(0);
  const longitudes = Float32Array.of(0, 90, 180, 270);
  const grid = Float32Array.of(1, 0, 0, 0, 1, 0, -1, 0, 0, 0, -1, 0);
  const edges = (radius: number) =>
    grid2meshEdges(latitudes, longitudes, grid, Float32Array.of(1, 0, 0), radius);
  expect([...edges(2).senders]).toEqual([0, 1, 2, 3]);
  expect([...edges(2 - 1e-9).senders]).toEqual([0, 1, 3]);
});

test('a radius that connects everything with everything on a large grid is an error', () => {
  const { latitudes, longitudes } = gridWithPoles(1);
  const { vertices } = meshHierarchy(5)[5];
  const { vectors } = gridPositions(latitudes, longitudes);
  const build = () => grid2meshEdges(latitudes, longitudes, vectors, vertices, 2);
  expect(build).toThrow(ConfigError);
  expect(build).toThrow(/lower radius_query_fraction_edge_length/);
});

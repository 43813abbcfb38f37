import { DatasetError } from '../errors';

/**
 * Checks that a latitude/longitude grid is one that GraphCast's graph can be built on: degrees, ascending, latitudes
 * within -90 to 90 (with or without the poles, evenly spaced or Gaussian), longitudes once around the globe.
 *
 * @throws DatasetError naming the axis and the first value that does not fit
 */
export function requireGlobalGrid(latitudes: Float32Array, longitudes: Float32Array): void {
  requireAscending('latitude', latitudes);
  requireAscending('longitude', longitudes);
  for (const latitude of latitudes) {
    if (Math.abs(latitude) > 90) {
      throw new DatasetError(
        `The grid has a latitude of ${latitude} degrees where -90 to 90 was expected; check the order and units of its coordinates.`,
      );
    }
  }

  const columns = longitudes.length;
  const first = longitudes[0];
  const last = longitudes[columns - 1];
  if (last - first >= 360) {
    throw new DatasetError(
      `The grid's longitudes run from ${first} to ${last} degrees and meet themselves; drop the columns from ${first + 360} degrees on.`,
    );
  }
  const largestAllowed = (1.5 * 360) / columns;
  for (let column = 0; column < columns; column++) {
    const east = column + 1 < columns ? longitudes[column + 1] : first + 360;
    if (columns === 1 || east - longitudes[column] > largestAllowed) {
      throw new DatasetError(
        `The grid's longitudes leave ${east - longitudes[column]} degrees empty east of ${longitudes[column]}; ` +
          'GraphCast needs a global grid, evenly spaced once around the globe.',
      );
    }
  }
}

function requireAscending(axis: string, degrees: Float32Array): void {
  if (degrees.length === 0) {
    throw new DatasetError(`The grid has no ${axis}s; at least one was expected.`);
  }
  for (let i = 0; i < degrees.length; i++) {
    if (!Number.isFinite(degrees[i])) {
      throw new DatasetError(`The grid's ${axis} ${i} is ${degrees[i]}; a number of degrees was expected.`);
    }
    if (i > 0 && degrees[i] <= degrees[i - 1]) {
      throw new DatasetError(
        `The grid's ${axis}s are not ascending: ${degrees[i - 1]} is followed by ${degrees[i]}; sort the ${axis} axis and its data.`,
      );
    }
  }
}

/** |x[r]| for every row of x [rows, width]. */
export function rowNormReference(x: ArrayLike<number>, width: number): Float64Array {
  return Float64Array.from({ length: x.length / width }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < width; column++) sum += x[row * width + column] ** 2;
    return Math.sqrt(sum);
  });
}

/**
 * The layers of GraphCast in float64, written to be read: the truth that the GPU kernels are compared with.
 *
 * Every layer returns its output and its `backward`, which takes the loss's gradient with respect to the output,
 * adds to the gradients of the layer's parameters, and returns the gradient with respect to the input (reverse
 * mode by hand). Matrices are row-major, `[rows, columns]`: a row is a node or an edge.
 */

/** A parameter array with the gradient that backward passes add up in it. */
export interface Parameter {
  shape: number[];
  value: Float64Array;
  gradient: Float64Array;
}

/** Parameter arrays by their name in checkpoints. */
export type Parameters = Map<string, Parameter>;

/** Widens stored arrays to float64 and gives each a gradient of zeros. */
export function referenceParameters(
  arrays: Iterable<[name: string, array: { shape: number[]; data: ArrayLike<number> }]>,
): Parameters {
  const parameters: Parameters = new Map();
  for (const [name, { shape, data }] of arrays) {
    parameters.set(name, { shape, value: Float64Array.from(data), gradient: new Float64Array(data.length) });
  }
  return parameters;
}

export interface Layer {
  output: Float64Array;
  backward: (outputGradient: Float64Array) => Float64Array;
}

const LAYER_NORM_EPSILON = 1e-5;

/** y[r, j] = Σₖ x[r, k] w[k, j] + b[j]. */
export function linear(x: Float64Array, w: Parameter, b: Parameter): Layer {
  const [inputs, outputs] = w.shape;
  const rows = x.length / inputs;
  const output = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) output.set(b.value, r * outputs);
  addProduct(output, x, w.value, rows, inputs, outputs);

  const backward = (dy: Float64Array) => {
    for (let r = 0; r < rows; r++) for (let j = 0; j < outputs; j++) b.gradient[j] += dy[r * outputs + j];
    addProduct(w.gradient, transpose(x, rows, inputs), dy, inputs, rows, outputs); // dw = xᵀ dy
    const dx = new Float64Array(x.length);
    addProduct(dx, dy, transpose(w.value, inputs, outputs), rows, outputs, inputs); // dx = dy wᵀ
    return dx;
  };
  return { output, backward };
}

/** y = x σ(x), with σ(x) = 1 / (1 + e⁻ˣ). */
export function swish(x: Float64Array): Layer {
  const sigmoid = x.map((value) => 1 / (1 + Math.exp(-value)));
  const backward = (dy: Float64Array) => dy.map((g, i) => g * sigmoid[i] * (1 + x[i] * (1 - sigmoid[i])));
  return { output: x.map((value, i) => value * sigmoid[i]), backward };
}

/**
 * Per row: x̂ = (x − mean) / √(variance + ε), with the population variance; y = scale x̂ + offset.
 * Backward, with h = scale dy: dx = (h − mean(h) − x̂ mean(h x̂)) / √(variance + ε).
 */
export function layerNorm(x: Float64Array, scale: Parameter, offset: Parameter): Layer {
  const width = scale.value.length;
  const rows = x.length / width;
  const normalised = new Float64Array(x.length);
  const output = new Float64Array(x.length);
  const inverseDeviation = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const start = r * width;
    let mean = 0;
    for (let j = 0; j < width; j++) mean += x[start + j] / width;
    let variance = 0;
    for (let j = 0; j < width; j++) variance += (x[start + j] - mean) ** 2 / width;
    inverseDeviation[r] = 1 / Math.sqrt(variance + LAYER_NORM_EPSILON);
    for (let j = 0; j < width; j++) {
      normalised[start + j] = (x[start + j] - mean) * inverseDeviation[r];
      output[start + j] = normalised[start + j] * scale.value[j] + offset.value[j];
    }
  }

  const backward = (dy: Float64Array) => {
    const dx = new Float64Array(x.length);
    for (let r = 0; r < rows; r++) {
      const start = r * width;
      let meanH = 0;
      let meanHX = 0;
      for (let j = 0; j < width; j++) {
        const h = dy[start + j] * scale.value[j];
        meanH += h / width;
        meanHX += (h * normalised[start + j]) / width;
        scale.gradient[j] += dy[start + j] * normalised[start + j];
        offset.gradient[j] += dy[start + j];
      }
      for (let j = 0; j < width; j++) {
        const h = dy[start + j] * scale.value[j];
        dx[start + j] = (h - meanH - normalised[start + j] * meanHX) * inverseDeviation[r];
      }
    }
    return dx;
  };
  return { output, backward };
}

/** y[e] = x[index[e]]: node rows copied to edges. */
export function gather(x: Float64Array, index: Int32Array, width: number): Layer {
  const nodes = x.length / width;
  return { output: pick(x, index, width), backward: (dy) => sumInto(dy, index, nodes, width) };
}

/** y[n] = Σ of x[e] over the edges e with index[e] = n: edge rows summed at their receivers. */
export function segmentSum(x: Float64Array, index: Int32Array, nodes: number, width: number): Layer {
  return { output: sumInto(x, index, nodes, width), backward: (dy) => pick(dy, index, width) };
}

/** Joins matrices of equally many rows and of the same width side by side; `backward` splits the gradient. */
export function concatenate(parts: Float64Array[], width: number) {
  const rows = parts[0].length / width;
  const joined = parts.length * width;
  const output = new Float64Array(rows * joined);
  for (const [p, part] of parts.entries()) {
    for (let r = 0; r < rows; r++) {
      output.set(part.subarray(r * width, (r + 1) * width), r * joined + p * width);
    }
  }
  const backward = (dy: Float64Array) =>
    parts.map((part, p) => {
      const dx = new Float64Array(part.length);
      for (let r = 0; r < rows; r++) {
        const start = r * joined + p * width;
        dx.set(dy.subarray(start, start + width), r * width);
      }
      return dx;
    });
  return { output, backward };
}

/**
 * Linear layers with swish between them, then LayerNorm if the checkpoint has one for this module.
 * @param module path without `_mlp`, e.g. `mesh_gnn/~_networks_builder/processor_edges_0_mesh`
 */
export function mlp(parameters: Parameters, module: string, x: Float64Array): Layer {
  const layers: Layer[] = [];
  const apply = (layer: Layer) => {
    layers.push(layer);
    return layer.output;
  };
  let y = x;
  for (let k = 0; parameters.has(`${module}_mlp/~/linear_${k}:w`); k++) {
    if (k > 0) y = apply(swish(y));
    const w = parameter(parameters, `${module}_mlp/~/linear_${k}:w`);
    y = apply(linear(y, w, parameter(parameters, `${module}_mlp/~/linear_${k}:b`)));
  }
  if (parameters.has(`${module}_layer_norm:scale`)) {
    const scale = parameter(parameters, `${module}_layer_norm:scale`);
    y = apply(layerNorm(y, scale, parameter(parameters, `${module}_layer_norm:offset`)));
  }
  return {
    output: y,
    backward: (dy) => layers.reduceRight((gradient, layer) => layer.backward(gradient), dy),
  };
}

/** x + y, for residual connections and gradients that meet. */
export function add(x: Float64Array, y: Float64Array): Float64Array {
  return x.map((value, i) => value + y[i]);
}

function parameter(parameters: Parameters, name: string): Parameter {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`there is no parameter array ${name}`);
  return found;
}

function pick(x: Float64Array, index: Int32Array, width: number): Float64Array {
  const y = new Float64Array(index.length * width);
  for (let e = 0; e < index.length; e++) {
    y.set(x.subarray(index[e] * width, (index[e] + 1) * width), e * width);
  }
  return y;
}

function sumInto(x: Float64Array, index: Int32Array, nodes: number, width: number): Float64Array {
  const y = new Float64Array(nodes * width);
  for (let e = 0; e < index.length; e++) {
    for (let j = 0; j < width; j++) y[index[e] * width + j] += x[e * width + j];
  }
  return y;
}

/**
 * y[r, j] += Σₖ x[r, k] w[k, j]. Four k at a time, so that each element of y is loaded and stored once for
 * four products; this loop is nearly all of the reference's time.
 */
function addProduct(
  y: Float64Array,
  x: Float64Array,
  w: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let r = 0; r < rows; r++) {
    const start = r * columns;
    let k = 0;
    for (; k + 4 <= inner; k += 4) {
      const [x0, x1, x2, x3] = [
        x[r * inner + k],
        x[r * inner + k + 1],
        x[r * inner + k + 2],
        x[r * inner + k + 3],
      ];
      const w0 = k * columns;
      const w1 = w0 + columns;
      const w2 = w1 + columns;
      const w3 = w2 + columns;
      for (let j = 0; j < columns; j++) {
        y[start + j] += x0 * w[w0 + j] + x1 * w[w1 + j] + x2 * w[w2 + j] + x3 * w[w3 + j];
      }
    }
    for (; k < inner; k++) {
      for (let j = 0; j < columns; j++) y[start + j] += x[r * inner + k] * w[k * columns + j];
    }
  }
}

function transpose(x: Float64Array, rows: number, columns: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) y[c * rows + r] = x[r * columns + c];
  return y;
}

import {
  layerNorm,
  layerNormBackward,
  layerNormBackwardParameters,
  layerNormChunks,
} from '../../shaders/layer_norm/layer_norm';
import { layerNormSum } from '../../shaders/layer_norm_sum/layer_norm_sum';
import { type Gathered, linear } from '../../shaders/linear/linear';
import { linearBackwardWeights, weightPartials } from '../../shaders/linear/linear_backward_weights';
import { reducePartials } from '../../shaders/reduce_partials/reduce_partials';
import { transpose } from '../../shaders/transpose/transpose';
import { padded, type Tensor } from '../webgpu/tensor';
import { activation, gradientOf, overRows, type Recorder, weights } from './recorder';

/**
 * What the first linear layer acts on. GraphCast concatenates its inputs; here each input x_i is multiplied by its
 * own section of the weight: [x_0 | x_1 | …] W = Σ x_i W_i, and what varies per node only is multiplied per node
 * and gathered.
 */
export interface FirstLayer {
  terms: { x: Tensor; section: number }[];
  sender?: Gathered;
  receiver?: Gathered;
}

/** What the backward pass of an MLP needs. */
export interface MlpTape {
  path: string;
  terms: { x: Tensor; section: number }[];
  /** Per hidden layer, before and after the swish. */
  hidden: { pre: Tensor; activated: Tensor }[];
  /** Output [rows, width], before any layer norm. */
  y: Tensor;
}

const linearName = (path: string, layer: number, array: 'w' | 'b') =>
  `${path}_mlp/~/linear_${layer}:${array}`;

/**
 * Records an MLP (spec 5.1): hidden layers with swish, then a linear layer into `y` [rows, any width].
 * @param path module path without `_mlp`, e.g. `mesh_gnn/~_networks_builder/encoder_edges_mesh`
 */
export function recordMlp(net: Recorder, path: string, first: FirstLayer, y: Tensor): MlpTape {
  const { rows } = y;
  const hidden: MlpTape['hidden'] = [];
  for (let layer = 0; layer < net.hiddenLayers; layer++) {
    const activated = activation(net, `${path} hidden ${layer}`, rows);
    const pre = activation(net, `${path} before swish ${layer}`, rows);
    const keptPre = net.gradients ? pre : undefined;
    const bias = weights(net, linearName(path, layer, 'b'));
    const swish = { activation: 'swish', pre: keptPre, bias } as const;
    if (layer > 0) {
      const x = hidden[layer - 1].activated;
      const w = weights(net, linearName(path, layer, 'w'));
      recordLinear(net, { y: activated, x, w, ...swish });
    } else {
      const terms = [...first.terms];
      const last = terms.pop()!;
      let addend: Tensor | undefined;
      for (const { x, section } of terms) {
        const sum: Tensor = activation(net, `${path} term ${section}`, rows);
        recordLinear(net, { y: sum, x, w: weights(net, linearName(path, 0, 'w'), section), addend });
        addend = sum;
      }
      const w = weights(net, linearName(path, 0, 'w'), last.section);
      const { sender: senderAddend, receiver: receiverAddend } = first;
      recordLinear(net, { y: activated, x: last.x, w, addend, senderAddend, receiverAddend, ...swish });
    }
    hidden.push({ pre, activated });
  }
  const w = weights(net, linearName(path, net.hiddenLayers, 'w'));
  const bias = weights(net, linearName(path, net.hiddenLayers, 'b'));
  recordLinear(net, { y, x: hidden[hidden.length - 1].activated, w, bias });
  return { path, terms: first.terms, hidden, y };
}

/** The gradient of a term's input: added to what the tensor holds, or written over it. */
export interface InputGradient {
  dx: Tensor;
  accumulate: boolean;
}

/**
 * Records the gradient of an MLP: parameters' gradients are added up, the gradients of the first layer's terms go
 * where `inputs` says (in the order of the terms).
 * @param dy gradient of the MLP's output [rows, width]
 * @returns the gradient before the first swish [rows, latent], for what was gathered there
 */
export function recordMlpBackward(
  net: Recorder,
  tape: MlpTape,
  dy: Tensor,
  inputs: (InputGradient | undefined)[],
): Tensor {
  const { path, hidden } = tape;
  let gradient = dy;
  for (let layer = net.hiddenLayers; layer > 0; layer--) {
    const { pre, activated } = hidden[layer - 1];
    recordWeightGradient(net, path, layer, 0, activated, gradient, true);
    const dPre = activation(net, `${path} gradient ${layer - 1}`, dy.rows);
    recordLinearBackward(net, linearName(path, layer, 'w'), 0, {
      dx: dPre,
      dy: gradient,
      swishGradientAt: pre,
    });
    gradient = dPre;
  }
  tape.terms.forEach(({ x, section }, i) => {
    recordWeightGradient(net, path, 0, section, x, gradient, i === 0);
    const input = inputs[i];
    if (!input) return;
    recordLinearBackward(net, linearName(path, 0, 'w'), section, { ...input, dy: gradient });
  });
  return gradient;
}

/** Node latents [nodes, latent] times their section of an MLP's first weight, to be gathered by edges. */
export function recordProjection(net: Recorder, path: string, section: number, nodes: Tensor): Tensor {
  const y = activation(net, `${path} projection ${section}`, nodes.rows);
  recordLinear(net, { y, x: nodes, w: weights(net, linearName(path, 0, 'w'), section) });
  return y;
}

/** The gradient of {@link recordProjection}: into the weight's section and into the node latents. */
export function recordProjectionBackward(
  net: Recorder,
  path: string,
  section: number,
  nodes: Tensor,
  dProjection: Tensor,
  input: InputGradient,
): void {
  recordWeightGradient(net, path, 0, section, nodes, dProjection, false);
  recordLinearBackward(net, linearName(path, 0, 'w'), section, { ...input, dy: dProjection });
}

/** A normalised output, and what its backward pass needs. */
export interface NormTape {
  path: string;
  x: Tensor;
  statistics: Tensor;
}

/** Where layer norm writes; nowhere, where only its backward pass is wanted. */
export interface NormOutputs {
  /** The normalised rows. */
  y?: Tensor;
  /** residual + y */
  sum?: Tensor;
  residual?: Tensor;
}

/** Records layer norm over an MLP's output. */
export function recordNorm(net: Recorder, path: string, x: Tensor, out: NormOutputs): NormTape {
  const { statistics, scale, offset } = normTensors(net, path, x);
  overRows(net, x.rows, [x], 10 * x.width, (cut) => {
    const { y, sum, residual } = out;
    const kept = net.gradients ? cut(statistics) : undefined;
    net.plan.add(
      layerNorm({
        y: cut(y),
        sum: cut(sum),
        residual: cut(residual),
        statistics: kept,
        x: cut(x),
        scale,
        offset,
      }),
    );
  });
  return { path, x, statistics };
}

/**
 * Records layer norm over messages, and their sums at receivers.
 * @param out `y` need not hold the messages afterwards
 * @param sums `out`: a row for each of the segments of messages that begin at `starts`
 */
export function recordNormAndSums(
  net: Recorder,
  path: string,
  x: Tensor,
  out: NormOutputs & { y: Tensor },
  sums: { out: Tensor; starts: Tensor },
): NormTape {
  const { statistics, scale, offset } = normTensors(net, path, x);
  const kept = net.gradients ? statistics : undefined;
  net.plan.add(layerNormSum({ ...out, ...sums, statistics: kept, x, scale, offset }));
  return { path, x, statistics };
}

const normTensors = (net: Recorder, path: string, x: Tensor) => ({
  statistics: net.plan.transient(`${path} statistics`, x.rows, 2),
  scale: weights(net, `${path}_layer_norm:scale`),
  offset: weights(net, `${path}_layer_norm:offset`),
});

/**
 * Records the gradient of layer norm for the incoming gradient dy[r] + table[index[r]].
 * @returns gradient of the norm's input, i.e. of the MLP's output
 */
export function recordNormBackward(
  net: Recorder,
  tape: NormTape,
  incoming: { dy?: Tensor; gathered?: Gathered },
): Tensor {
  const { plan } = net;
  const { path, x, statistics } = tape;
  const scale = weights(net, `${path}_layer_norm:scale`);
  const dx = activation(net, `${path} norm gradient`, x.rows, x.width);
  overRows(net, x.rows, [x], 10 * x.width, (cut) => {
    const { dy, gathered } = incoming;
    const from = {
      x: cut(x),
      statistics: cut(statistics),
      dy: cut(dy),
      gathered: gathered && { table: gathered.table, index: cut(gathered.index) },
    };
    plan.add(layerNormBackward({ dx: cut(dx), scale, ...from }));
    const rows = from.x.rows;
    const partial = plan.transient(
      `${path} norm partial`,
      layerNormChunks(rows, x.width),
      2 * padded(x.width),
    );
    plan.add(layerNormBackwardParameters({ partial, ...from }));
    const [dScale, dOffset] = ['scale', 'offset'].map((name) =>
      gradientOf(net, `${path}_layer_norm:${name}`),
    );
    plan.add(reducePartials({ into: dScale, partial, column: 0 }));
    plan.add(reducePartials({ into: dOffset, partial, column: padded(x.width) }));
  });
  return dx;
}

/** One linear layer in as many windows of rows as bindings ask for. */
function recordLinear(net: Recorder, o: Parameters<typeof linear>[0]): void {
  overRows(net, o.y.rows, [o.y, o.x], 2 * o.x.width * o.y.width, (cut) => {
    const gather = (g: Gathered | undefined) => g && { table: g.table, index: cut(g.index) };
    net.plan.add(
      linear({
        ...o,
        y: cut(o.y),
        x: cut(o.x),
        addend: cut(o.addend),
        pre: cut(o.pre),
        swishGradientAt: cut(o.swishGradientAt),
        senderAddend: gather(o.senderAddend),
        receiverAddend: gather(o.receiverAddend),
      }),
    );
  });
}

/** The gradient of a linear layer's input: the product with the transposed section of its weight. */
function recordLinearBackward(
  net: Recorder,
  name: string,
  section: number,
  o: { dx: Tensor; dy: Tensor; swishGradientAt?: Tensor; accumulate?: boolean },
): void {
  const { dx, dy, ...rest } = o;
  const w = weights(net, name, section);
  const wt = net.plan.transient(`${name} transposed`, padded(w.width), w.rows);
  net.plan.add(transpose({ wt, w }));
  recordLinear(net, { y: dx, x: dy, w: wt, ...rest });
}

/** Adds xᵀ dy to a weight's gradient and, `withBias`, the column sums of dy to the bias's. */
function recordWeightGradient(
  net: Recorder,
  path: string,
  layer: number,
  section: number,
  x: Tensor,
  dy: Tensor,
  withBias: boolean,
): void {
  const dw = gradientOf(net, linearName(path, layer, 'w'), section);
  const db = withBias ? gradientOf(net, linearName(path, layer, 'b')) : undefined;
  overRows(net, dy.rows, [x, dy], 2 * x.width * dy.width, (cut) => {
    const rows = { x: cut(x), dy: cut(dy) };
    const { chunks, width, biasColumn } = weightPartials(rows.x, rows.dy);
    const partial = net.plan.transient(`${path} weight partial ${layer}`, chunks, width);
    net.plan.add(linearBackwardWeights({ partial, ...rows, withBias }));
    net.plan.add(reducePartials({ into: dw, partial, column: 0 }));
    if (db) net.plan.add(reducePartials({ into: db, partial, column: biasColumn }));
  });
}

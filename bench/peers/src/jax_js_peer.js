/**
 * jax-js, traced and jitted, with the first edge layer split: the fastest of its forms on this work. jax-js counts
 * references: a call consumes its arguments, `.ref` keeps one alive.
 *
 * Three faults of jax-js 0.1.25 are worked around:
 * - the gradient of `nn.silu` is NaN below -88.7, where its exp(-x) overflows; a mesh node at a pole, which sums eighty
 *   messages, comes there. The sigmoid's argument is kept above -60.
 * - `jit` fails ("scatter input is not imm") where the gradient that reaches `np.take` is a view of another array;
 *   multiplying by an array of ones makes it a result of its own.
 * - there is no segment sum: the transpose of `np.take` is one.
 */
import { ADAMW, LEARNING_RATE, MODEL } from './work';

/**
 * @param {import('@jax-js/jax')} jax
 * @param {import('./work').Work} work
 * @param {string} version
 * @param {<T>(promise: Promise<T>) => Promise<T>} wait how this engine waits for a step; in Node it lets jax-js have both cores
 * @returns {Promise<import('./runner').Runner>}
 */
export async function createJaxJsPeer(jax, work, version, wait) {
  const { numpy: np, nn, tree } = jax;
  const ready = await jax.init('webgpu');
  if (!ready.includes('webgpu')) throw new Error(`jax-js finds no WebGPU here, only ${ready.join(', ')}.`);
  jax.defaultDevice('webgpu');
  const { queue } = jax.getWebGPUDevice();

  const ref = (x) => x.ref;
  const swish = (x) => ref(x).mul(nn.sigmoid(np.maximum(x, -60)));
  const linear = (x, w, b) => np.matmul(x, ref(w)).add(ref(b));
  const gather = (x, index) => np.take(x, ref(index.ids), 0).mul(ref(index.one));
  const layerNorm = (x, scale, offset) => {
    const centred = x.sub(np.mean(ref(x), 1, { keepdims: true }));
    const variance = np.mean(np.square(ref(centred)), 1, { keepdims: true });
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(ref(scale))
      .add(ref(offset));
  };
  const segmentSum = (x, index, segments) => {
    const [y, transpose] = jax.vjp((t) => np.take(t, ref(index.ids), 0), [np.zeros([segments, x.shape[1]])]);
    y.dispose();
    return transpose(x)[0];
  };

  const afterFirst = (p, name, z) => {
    const out = linear(swish(z), p[`${name}.w1`], p[`${name}.b1`]);
    return p[`${name}.scale`] ? layerNorm(out, p[`${name}.scale`], p[`${name}.offset`]) : out;
  };
  const mlp = (p, name, x) => afterFirst(p, name, linear(x, p[`${name}.w0`], p[`${name}.b0`]));
  /** Nodes meet their rows of the first weight before they are gathered. Consumes the edges, keeps the nodes. */
  const messages = (p, name, edges, senders, s, receivers, r) => {
    const width = edges.shape[1];
    const rows = (i) => ref(p[`${name}.w0`]).slice([i * width, (i + 1) * width]);
    const z = np.matmul(edges, rows(0)).add(ref(p[`${name}.b0`]));
    const [sent, received] = [np.matmul(ref(senders), rows(1)), np.matmul(ref(receivers), rows(2))];
    return afterFirst(p, name, z.add(gather(sent, s)).add(gather(received, r)));
  };
  const joined = (nodes, sums) => np.concatenate([nodes, sums], 1);

  const lossOf = (p, d) => {
    let grid = mlp(p, 'embed_grid', ref(d.gridInput));
    let mesh = mlp(p, 'embed_mesh', ref(d.meshInput));
    let sent = messages(p, 'g2m_edge', mlp(p, 'embed_g2m', ref(d.g2m)), grid, d.g2mS, mesh, d.g2mR);
    mesh = ref(mesh).add(mlp(p, 'g2m_mesh', joined(mesh, segmentSum(sent, d.g2mR, mesh.shape[0]))));
    grid = ref(grid).add(mlp(p, 'g2m_grid', grid));
    let edges = mlp(p, 'embed_mesh_edge', ref(d.mesh));
    for (let step = 0; step < MODEL.gnn_msg_steps; step++) {
      const isLast = step + 1 === MODEL.gnn_msg_steps;
      sent = messages(p, `proc${step}_edge`, isLast ? edges : ref(edges), mesh, d.meshS, mesh, d.meshR);
      const sums = segmentSum(isLast ? sent : ref(sent), d.meshR, mesh.shape[0]);
      mesh = ref(mesh).add(mlp(p, `proc${step}_node`, joined(mesh, sums)));
      if (!isLast) edges = edges.add(sent);
    }
    sent = messages(p, 'm2g_edge', mlp(p, 'embed_m2g', ref(d.m2g)), mesh, d.m2gS, grid, d.m2gR);
    mesh.dispose();
    grid = ref(grid).add(mlp(p, 'm2g_grid', joined(grid, segmentSum(sent, d.m2gR, grid.shape[0]))));
    const error = mlp(p, 'decode', grid).sub(ref(d.target));
    const loss = np.mean(ref(d.weight).mul(np.square(error)));
    tree.dispose([p, d]);
    return loss;
  };

  const floats = (data, shape) => np.array(data, { shape, dtype: np.float32 });
  const data = dataOf(work, floats, (ids) => ({
    ids: np.array(ids, { shape: [ids.length], dtype: np.int32 }),
    one: np.ones([1, 1]),
  }));
  const initial = Object.fromEntries(
    Object.entries(work.parameters).map(([name, array]) => [name, floats(array.data, array.shape)]),
  );
  const lossAndGradients = jax.jit((p, d) => jax.valueAndGrad(lossOf)(p, d));

  const { b1, b2, eps, weight_decay } = ADAMW;
  const updated = (p, m, v, g, correction) => {
    const m1 = m.mul(b1).add(ref(g).mul(1 - b1));
    const v1 = v.mul(b2).add(np.square(g).mul(1 - b2));
    const rms = np.sqrt(ref(v1).div(ref(correction.second))).add(eps);
    const direction = ref(m1).div(ref(correction.first)).div(rms);
    const decayed = p.ndim > 1 ? p.mul(1 - LEARNING_RATE * weight_decay) : p;
    return { p: decayed.sub(direction.mul(LEARNING_RATE)), m: m1, v: v1 };
  };
  const train = jax.jit((state, d, correction) => {
    const [loss, gradients] = jax.valueAndGrad(lossOf)(tree.ref(state.p), d);
    const next = { p: {}, m: {}, v: {} };
    for (const name of Object.keys(state.p)) {
      const one = updated(state.p[name], state.m[name], state.v[name], gradients[name], correction);
      for (const part of ['p', 'm', 'v']) next[part][name] = one[part];
    }
    tree.dispose(correction);
    return [loss, next];
  });
  const zeros = () =>
    Object.fromEntries(Object.entries(initial).map(([name, x]) => [name, np.zeros(x.shape)]));
  let state = { p: tree.ref(initial), m: zeros(), v: zeros() };
  let done = 0;
  const read = async (arrays) => {
    const values = {};
    for (const [name, x] of Object.entries(arrays)) values[name] = await x.data();
    return values;
  };
  return {
    peer: 'jaxjs',
    variant: 'split',
    version,
    async gradients() {
      const [loss, gradients] = lossAndGradients(tree.ref(initial), tree.ref(data));
      loss.dispose();
      return read(gradients);
    },
    async step() {
      done++;
      const correction = { first: np.array(1 - b1 ** done), second: np.array(1 - b2 ** done) };
      const [loss, next] = train(state, tree.ref(data), correction);
      state = next;
      // One queue runs everything in order: when the loss is there and the queue is empty, the rest is there too.
      const [value] = await wait(loss.data());
      await wait(queue.onSubmittedWorkDone());
      return value;
    },
    parameters: () => read(tree.ref(state.p)),
  };
}

/** The work's arrays as jax-js holds them: channels and structural features side by side, edges, loss weights. */
function dataOf({ graph, channels, target, area, channelWeights }, floats, index) {
  const inputs = channels.shape[1];
  const width = inputs + 3;
  const withStructure = (features, fields) => {
    const rows = features.length / 3;
    const out = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      if (fields) out.set(fields.subarray(row * inputs, (row + 1) * inputs), row * width);
      out.set(features.subarray(3 * row, 3 * row + 3), row * width + inputs);
    }
    return floats(out, [rows, width]);
  };
  const outputs = channelWeights.length;
  const weight = target.data.map((_, i) => area[Math.floor(i / outputs)] * channelWeights[i % outputs]);
  const edges = (name, { senders, receivers, features }) => ({
    [name]: floats(features, [senders.length, 4]),
    [`${name}S`]: index(senders),
    [`${name}R`]: index(receivers),
  });
  return {
    gridInput: withStructure(graph.gridNodeFeatures, channels.data),
    meshInput: withStructure(graph.meshNodeFeatures),
    ...edges('g2m', graph.grid2mesh),
    ...edges('mesh', graph.mesh),
    ...edges('m2g', graph.mesh2grid),
    target: floats(target.data, target.shape),
    weight: floats(weight, target.shape),
  };
}

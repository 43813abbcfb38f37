import type { Dictionary } from './language';

/** The Network and the Kernels room. */
export const NETWORK: Dictionary = {
  'Inside the network': '网络内部',
  Mesh: '网格',
  Node: '节点',
  Message: '消息',
  'How near': '远近',
  'A step of 6 h takes the weather from the grid to the mesh, lets the mesh’s nodes talk, and brings back what changes.':
    '一个 6 h 步把天气从格点带到网格，让网格节点相互传递消息，再带回变化量。',
  'Every mesh node keeps a latent: a row of numbers that its neighbours’ messages rewrite step by step.':
    '每个网格节点都有一个隐向量：邻居的消息逐步改写这组数。',
  'In each step a node adds up the messages of its neighbours, near ones on fine levels and far ones on coarse levels.':
    '每一步中，节点把邻居的消息相加：细层级的邻居近，粗层级的邻居远。',
  'A message is what a small network makes of the edge and of both its ends, scaled to a common size by a layer norm.':
    '消息由一个小网络根据边及其两端算出，再经层归一化统一大小。',
  'M{size}, {nodes} nodes, {steps} processor steps': 'M{size}，{nodes} 个节点，{steps} 个处理器步',
  'Mesh node': '网格节点',
  'Previous node': '上一节点',
  'Node {node}': '节点 {node}',
  'node {node}': '节点 {node}',
  'Next node': '下一节点',
  'Click the globe for the nearest node, or step from node to node.':
    '点击球面选取最近的节点，或逐个节点查看。',
  'Processor step': '处理器步',
  '0 is after the encoder; every step sends one message along each edge of the mesh.':
    '0 为编码器之后；每一步沿网格的每条边发送一条消息。',
  'Nodes show': '节点显示',
  Latent: '隐向量',
  Gradient: '梯度',
  Reach: '可达范围',
  'Reading…': '正在读取…',
  'What goes through the network stands here once it has been read.': '读取网络后，流经其中的数值显示于此。',
  'Read again': '重新读取',
  'Reading the network': '正在读取网络',
  'While the run trains, it is read every few seconds.': '训练期间每隔几秒读取一次。',
  'The data end here: without a truth at +6 h there is no gradient of the loss.':
    '数据到此为止：没有 +6 h 的真值，就没有损失的梯度。',
  'One step of 6 h forward, and the gradient of its loss back.': '前向一个 6 h 步，再反向求其损失的梯度。',
  'Open a dataset: its grid is what the network’s mesh listens to.':
    '请打开数据集：网络的网格从其格点接收信息。',
  'Building the network and running one step…': '正在构建网络并运行一步…',
  'Norms and gradients need a WebGPU device.': '范数与梯度需要 WebGPU 设备。',
  'A step starts from two frames: choose a later initial time.': '一步需要两个时次：请选择更晚的起报时间。',

  // Whole network
  'Encode, process, decode': '编码、处理、解码',
  'Grid: {count} points': '格点：{count} 个',
  'Two frames of weather, and what is known of the sun and the ground.':
    '两个时次的天气，以及已知的太阳与地表信息。',
  'Encoder: {count} messages': '编码器：{count} 条消息',
  'Mesh: {count} nodes': '网格：{count} 个节点',
  'A latent of {count} numbers on each.': '每个节点一个 {count} 维隐向量。',
  'Processor: {steps} steps of {count} messages': '处理器：{steps} 步，每步 {count} 条消息',
  'Mesh, {steps} steps later': '网格，{steps} 步之后',
  'Each step has weights of its own.': '每一步有各自的权重。',
  'Decoder: {count} messages, three to each point': '解码器：{count} 条消息，每个格点三条',
  'Grid: the change over 6 h': '格点：6 h 变化',
  'Added to the newest frame, it is the forecast; the next step starts from there.':
    '加到最新时次上即为预报；下一步由此开始。',
  'Norm of the latents, mean over nodes': '隐向量范数，节点平均',
  'Norm of the loss’s gradient, mean over nodes': '损失梯度范数，节点平均',
  'Mesh nodes that the picked node has heard from': '选定节点已收到其信息的网格节点',
  'Norm of a node’s latent, no unit': '节点隐向量的范数，无单位',
  'Norm of the gradient at a node’s latent, no unit': '节点隐向量处梯度的范数，无单位',
  'Processor step from which it is heard': '从第几个处理器步起能收到',
  'Read from below: the gradient of this step’s loss, {loss}, flows from the last step back.':
    '自下而上看：本步损失（{loss}）的梯度从最后一步向前回传。',
  'Grey nodes are not heard yet at step {step}.': '灰色节点在第 {step} 步尚未传到。',
  'Node {node}: {value}, at step {step}.': '节点 {node}：{value}，第 {step} 步。',
  encoder: '编码器',
  'step {step}': '第 {step} 步',

  // Node and message
  'Messages to node {node}, step {step}': '发往节点 {node} 的消息，第 {step} 步',
  'norm, no unit': '范数，无单位',
  'Their norms appear once a step has been run.': '运行一步后显示其范数。',
  'Its norms appear once a step has been run.': '运行一步后显示其范数。',
  'Fresh weights: the layer norm gives every message the norm √{latent}. Train, and they part.':
    '全新权重：层归一化使每条消息的范数都是 √{latent}。训练之后便有差异。',
  'What it depends on': '它依赖什么',
  '{count} grid points': '{count} 个格点',
  'After step {step}': '第 {step} 步之后',
  '{mesh} of {nodes} mesh nodes, {grid} of {points} grid points':
    '网格节点 {mesh} / {nodes}，格点 {grid} / {points}',
  '{distance} km': '{distance} km',
  'level {level}': '层级 {level}',
  'From node {sender} to node {node}': '从节点 {sender} 到节点 {node}',
  'the edge’s latent: {distance} km on level {level}, {count} numbers':
    '边的隐向量：层级 {level}，长 {distance} km，{count} 个数',
  'the sender’s latent, at {place}': '发送节点的隐向量，位于 {place}',
  'the receiver’s latent, at {place}': '接收节点的隐向量，位于 {place}',
  'Go to the sender': '转到发送节点',
  'Norm of the message by step': '消息范数，逐步',
  'The receiver adds all its messages up, then updates its latent; the edge adds this one to its own.':
    '接收节点把所有消息相加后更新其隐向量；边则把这条消息加到自己的隐向量上。',

  // Sensitivity
  'What does a forecast value depend on? Its gradient, sent back to the initial state.':
    '一个预报值取决于什么？将其梯度回传到初始状态即可得知。',
  'Forecast variable': '预报变量',
  'Forecast level': '预报气压层',
  'Lead time, steps': '预报时效，步',
  'Of the value at {place}, {lead}. Click the globe for another place.':
    '针对 {place}、{lead} 的值。点击球面可换地点。',
  'Passes through the network': '网络计算遍数',
  'Pass {done} of {total}, {rate} a second, {left} left.':
    '第 {done} / {total} 遍，每秒 {rate} 遍，剩余 {left}。',
  'Show sensitivity': '显示敏感性',
  'Input frame': '输入时次',
  'Change per': '变化量按',
  'Deviation σ': '标准差 σ',
  Unit: '单位',
  'The globe: how {field} at {place}, {lead}, changes with the field above the globe, by {parameters}.':
    '球面：{place}、{lead} 的{field}如何随球面上方所选变量场而变；参数：{parameters}。',
  'Show it on the globe again': '再次显示在球面上',
  'Compute a sensitivity in the Network room first.': '请先在网络房间计算敏感性。',
  'A forecast’s gradient is known for the fields that it predicts: choose another variable.':
    '只有所预报的变量才有梯度：请选择其他变量。',

  // Kernels
  'Train: while this room is open, an update is timed kernel by kernel every few seconds.':
    '请开始训练：本房间打开时，每隔几秒对一次更新逐内核计时。',
  'Roofline, update {update}': 'Roofline 图，第 {update} 次更新',
  'Roofline plot': 'Roofline 图',
  'FLOP per byte': 'FLOP/字节',
  '{milliseconds} ms on the GPU': 'GPU 上 {milliseconds} ms',
  'Time by kernel': '各内核耗时',
  'kernel, rows × columns': '内核，行 × 列',
  time: '时间',
  'of limit': '占上限',
  'Read its WGSL': '查看其 WGSL',
  'Measured limits of this adapter: {flops} GFLOP/s of multiply-adds, {bytes} GB/s of copying. A share is of the limit that binds. Click a kernel to read it.':
    '此适配器的实测上限：乘加 {flops} GFLOP/s，复制 {bytes} GB/s。占比以起限制作用的上限为准。点击内核可阅读其代码。',
  'Read the WGSL': '阅读 WGSL',
  'Every kernel, forward and backward, with its formula.': '每个内核的前向与反向代码及公式。',
  Kernel: '内核',
  'Compiled for': '编译版本',
  '{number} of {count}: {constants}': '{number} / {count}：{constants}',
  'Not compiled on this device yet: its body, without the generated header.':
    '尚未在此设备上编译：仅显示主体，不含生成的头部。',
  'WGSL of {kernel}': '{kernel} 的 WGSL',
  Copied: '已复制',
  Copy: '复制',

  // Memory
  'Memory plan': '内存规划',
  '{title}:': '{title}：',
  '{preset}, mesh M{mesh}, latent {latent}, {steps} steps: chosen in the Train room':
    '{preset}，网格 M{mesh}，隐向量 {latent} 维，{steps} 步：在训练房间选择',
  'Autoregressive steps': '自回归步数',
  'Forecast steps of 6 h that one training window rolls out; 1, then 2 to 12 in GraphCast.':
    '一个训练窗口展开的 6 h 预报步数；GraphCast 先为 1，再为 2 至 12。',
  'Memory, GB': '内存，GB',
  'GPU memory to use at most; 0 for no limit. Less memory means more is computed a second time.':
    '最多使用的 GPU 内存；0 表示不限。内存越少，重复计算越多。',
  'GPU memory': 'GPU 内存',
  'Planning…': '正在规划…',
  'Open a dataset: its grid and levels decide what a run takes.':
    '请打开数据集：其格点与气压层决定训练所需内存。',
  'Training, 1 step': '训练，1 步',
  'Training, {count} steps': '训练，{count} 步',
  'Smallest budget: {bytes}.': '最小预算：{bytes}。',
  'Computed again in the backward pass: {parts}.': '反向传播中重新计算：{parts}。',
  'messages between grid and mesh': '格点与网格之间的消息',
  'node networks': '节点网络',
  'insides of processor steps': '处理器步的内部量',
  'the processor’s state kept every {steps} steps': '每 {steps} 步保留处理器状态',
  'the state of every step kept': '保留每一步的状态',
  '{parts}; {kept}': '{parts}；{kept}',
  nothing: '无',
  'Needs bindings of {binding} and buffers of {buffer}.': '需要 {binding} 的绑定和 {buffer} 的缓冲区。',
  'WebGPU guarantees {binding} and {buffer}.': 'WebGPU 保证 {binding} 和 {buffer}。',
  'This GPU allows {binding} and {buffer}.': '此 GPU 允许 {binding} 和 {buffer}。',
  parameters: '参数',
  gradients: '梯度',
  moments: '优化器矩',
  'frames of lead times': '各时效的时次',
  'graph, frames and constants': '图、时次与常量',
  'activations of a step': '一步的激活值',
};

import type { Dictionary } from './language';

/** The six lessons. */
export const LESSONS: Dictionary = {
  // 1
  'The grid and the mesh': '格点与网格',
  'Weather lives on a grid; the network thinks on a mesh.': '天气在格点上，网络在网格上思考。',
  'The grid crowds at the poles': '格点在极地拥挤',
  'Weather comes on a latitude-longitude grid: GraphCast’s has 721 × 1,440 points, 1,038,240 grid nodes, one every 0.25°.':
    '天气数据在经纬格点上：GraphCast 有 721 × 1,440 个点，即 1,038,240 个格点，每 0.25° 一个。',
  'Every row has as many points, however short it is: towards the poles they crowd.':
    '每个纬圈无论多短，点数都一样：越近极地越拥挤。',
  'Move the row to the pole: the distance to the next point along it falls with the cosine of the latitude.':
    '把这一行移向极地：沿纬圈到下一格点的距离随纬度的余弦减小。',
  'An icosahedron, refined': '细化的二十面体',
  'The mesh begins as an icosahedron: 12 nodes, 20 equal faces. A refinement halves every edge and lifts the new nodes onto the sphere.':
    '网格始于二十面体：12 个节点，20 个相等的面。每次细化把每条边二分，并把新节点抬到球面上。',
  'Refined M times it has 10 · 4^M + 2 nodes: 10,242 for M5 (GraphCast_small), 40,962 for M6 (GraphCast). No pole is special.':
    '细化 M 次后有 10 · 4^M + 2 个节点：M5（GraphCast_small）为 10,242，M6（GraphCast）为 40,962。极地不再特殊。',
  'Refine the mesh on the globe: each time four times the nodes, half the edge length.':
    '在球面上细化网格：每次节点约为四倍，边长减半。',
  'The multi-mesh keeps every level': '多重网格保留所有层级',
  'Nodes of a coarse mesh are nodes of every finer one too. GraphCast keeps the edges of all levels: the short ones reach the neighbour, the long ones cross a continent in one message.':
    '粗网格的节点也是所有更细网格的节点。GraphCast 保留所有层级的边：短边通向邻居，长边一条消息就跨越大陆。',
  'Together that is 20 · (4^(M+1) − 1) directed edges: 81,900 for M5, 327,660 for M6.':
    '合计 20 · (4^(M+1) − 1) 条有向边：M5 为 81,900，M6 为 327,660。',
  'Switch levels on and off: the coarse ones have few edges, and those reach far.':
    '开关各层级：粗层级的边少，但伸得远。',
  'From the grid to the mesh and back': '从格点到网格，再返回',
  'The encoder joins a grid node to every mesh node within 0.6 of the finest mesh’s longest edge: to 1, 2 or 3 at 1° and M5, 101,892 edges in all.':
    '编码器把格点连到距离在最细网格最长边 0.6 倍以内的所有网格节点：1° 与 M5 时为 1、2 或 3 个，共 101,892 条边。',
  'The decoder joins it to the 3 corners of the triangle that holds it: 195,480 edges. Near the poles one mesh node serves hundreds of grid nodes.':
    '解码器把格点连到其所在三角形的 3 个顶点：共 195,480 条边。极地附近一个网格节点服务数百个格点。',
  'Move the picked grid node: its edges to the mesh and from the mesh are drawn on the globe.':
    '移动选定的格点：它与网格之间往返的边画在球面上。',

  // 2
  'A message': '一条消息',
  'What one node tells another, and how far the news gets.': '一个节点告诉另一个什么，消息能传多远。',
  'Three latents in, one out': '三个隐向量进，一个出',
  'Every node and every edge carries a latent: a vector of L numbers, 512 in GraphCast. A message is computed on an edge from its own latent, its sender’s and its receiver’s.':
    '每个节点和每条边都带有隐向量：L 个数，GraphCast 为 512。边上的消息由边自身、发送节点和接收节点的隐向量算出。',
  'The message function is an MLP with one hidden layer and swish, x · sigmoid(x), then LayerNorm. All edges of a processor step share its weights.':
    '消息函数是单隐藏层的 MLP，激活函数为 swish，即 x · sigmoid(x)，之后是 LayerNorm。同一处理器步的所有边共享权重。',
  'Change L: the weights of one message function grow with its square.':
    '改变 L：一个消息函数的权重数随其平方增长。',
  'Who sends': '谁在发送',
  'A node receives along 6 edges (5 at the icosahedron’s 12 corners) of every level that it belongs to. On M6, 30,720 nodes have only the finest 6; an old corner has 35.':
    '节点在其所属的每个层级上沿 6 条边接收（二十面体的 12 个顶点为 5 条）。M6 上有 30,720 个节点只有最细的 6 条；最初的顶点有 35 条。',
  'That is what makes coarse nodes hubs: they hear the neighbour and the other side of an ocean in the same step.':
    '因此粗层级节点成为枢纽：同一步中既听到邻居，也听到大洋彼岸。',
  'Choose a node of an older level: more senders, from farther away.':
    '选一个更早层级的节点：发送者更多、更远。',
  'Summed, then added': '求和，再相加',
  'A node sums its incoming messages, passes [node, Σ] through an MLP and LayerNorm, and adds the result to its latent. The edge adds its message to its own latent.':
    '节点把收到的消息求和，将 [节点, Σ] 送入 MLP 与 LayerNorm，再把结果加到自己的隐向量上。边把消息加到边自身的隐向量上。',
  'The sum has a fixed order here, so that the same seed gives the same bits.':
    '此处求和顺序固定，因此相同种子给出逐位相同的结果。',
  'Walk through the processor’s steps: the norm of each message that the node receives, read from the network as it is now.':
    '逐个处理器步查看：节点收到的每条消息的范数，直接读自当前网络。',
  'How far the news gets': '消息能传多远',
  'One processor step carries news one edge further. On the finest mesh alone that is one neighbour per step; over the multi-mesh’s long edges the whole globe is a few steps away.':
    '每个处理器步把信息多传一条边。仅在最细网格上，每步只到一个邻居；借助多重网格的长边，几步即可遍及全球。',
  'GraphCast takes 16 steps, with weights of its own in each.': 'GraphCast 走 16 步，每步有各自的权重。',
  'Change the message-passing steps: what share of the mesh a node can know of, with and without the long edges.':
    '改变消息传递步数：有无长边时，一个节点能知道网格的多大部分。',

  // 3
  'One step of 6 h, from two frames of weather to the next.': '一个 6 h 步：由两个时次的天气得到下一个。',
  'What goes in': '输入什么',
  'For every grid node: the state at −6 h and 0 h, the forcings at −6 h, 0 h and +6 h (sunshine, time of day, time of year), and what never changes (height, land).':
    '对每个格点：−6 h 与 0 h 的状态，−6 h、0 h 与 +6 h 的强迫项（日照、一日中的时刻、一年中的时间），以及不变的量（高度、海陆）。',
  'With 37 levels GraphCast reads 471 channels, and adds 3 for where the node is: sin(latitude), cos and sin(longitude). All are normalised.':
    '37 层时 GraphCast 读入 471 个通道，另加 3 个位置通道：纬度的正弦、经度的余弦与正弦。全部经过归一化。',
  'Look at the inputs one by one on the globe.': '在球面上逐个查看输入。',
  'The processor holds the weights': '权重集中于处理器',
  'The encoder carries the grid’s latents onto the mesh in one message step. The processor passes messages on the mesh alone, 10,242 nodes in place of 65,160 at 1°. The decoder carries the result back.':
    '编码器用一个消息步把格点的隐向量带到网格上。处理器只在网格上传递消息：1° 时是 10,242 个节点，而非 65,160 个。解码器再把结果带回。',
  'GraphCast has 36,348,131 parameters with 37 levels, GraphCast_small 35,979,347: nearly all in the processor’s 16 steps.':
    '37 层的 GraphCast 有 36,348,131 个参数，GraphCast_small 有 35,979,347 个：几乎都在处理器的 16 步中。',
  'Add message-passing steps: every one brings its own edge and node weights.':
    '增加消息传递步数：每一步都带来各自的边权重与节点权重。',
  'What goes through it': '其中流过什么',
  'After the encoder every mesh node holds what it gathered from the grid. Each step adds an update to it (a residual), so the latents grow; LayerNorm keeps each update to a like size.':
    '编码器之后，每个网格节点持有从格点收集的信息。每一步加上一个更新量（残差），隐向量因而增大；LayerNorm 使各步更新量大小相近。',
  'Walk through the steps: the norm of every mesh node’s latent on the globe, its mean beside it.':
    '逐步查看：球面上是各网格节点隐向量的范数，旁边是其平均值。',
  'What comes out is a change': '输出的是变化量',
  'The decoder’s last MLP, without LayerNorm, gives every grid node one number per predicted field: 227 in GraphCast, 83 in GraphCast_small.':
    '解码器最后的 MLP 不带 LayerNorm，为每个格点的每个预报量给出一个数：GraphCast 为 227 个，GraphCast_small 为 83 个。',
  'It is no weather yet: times the standard deviation of 6 h differences it is the change that is added to the last frame.':
    '它还不是天气：乘以 6 h 差值的标准差，才是加到最后时次上的变化量。',
  'Forecast 6 h: the change that the network predicts, and beside it the frame that it makes.':
    '预报 6 h：网络预报的变化量，旁边是由此得到的时次。',

  // 4
  'The loss and its weights': '损失及其权重',
  'One number that says how wrong a forecast is.': '用一个数表示预报错得有多厉害。',
  'Squared, in like units': '统一单位后求平方',
  'Pascal and kelvin cannot be added. Errors are divided by the standard deviation of the field’s change over 6 h, then squared: an error of 1 is as large as the usual change.':
    '帕斯卡与开尔文不能相加。误差先除以该变量 6 h 变化的标准差，再求平方：误差为 1，即与通常的变化一样大。',
  'The mean is taken over grid nodes and levels, then the variables are summed.':
    '对格点与气压层求平均，再对变量求和。',
  'Forecast 6 h: the error on the globe, and its root mean square beside that of persistence.':
    '预报 6 h：球面上是误差，旁边是其均方根，与持续性预报并列。',
  'a(lat): an area is an area': 'a(lat)：按面积计',
  'A grid counts the poles too often. Every row is weighted by its area, cos(lat), and the weights are scaled to mean 1.':
    '经纬格点重复计算了极地。每一行按其面积 cos(lat) 加权，并把权重缩放到均值 1。',
  'At 1° the equator weighs 1.580, 45° 1.117, and a node on the pole 0.0034.':
    '1° 时赤道的权重为 1.580，45° 为 1.117，极点上的格点为 0.0034。',
  'Move the row: what one grid node of it counts in the loss.': '移动这一行：其中一个格点在损失中的分量。',
  's(p): by pressure': 's(p)：按气压',
  'A level weighs by its pressure over the mean of all levels: roughly the air’s density. Of the 13 levels, 1000 hPa weighs 2.158 and 50 hPa 0.108.':
    '各层权重为其气压除以所有层的均值，大致正比于空气密度。13 层中，1000 hPa 为 2.158，50 hPa 为 0.108。',
  'So the stratosphere, which weather hardly feels, costs little.': '因此对天气影响甚小的平流层代价很低。',
  'Choose a level: it is shown on the globe and lit among the weights.':
    '选择气压层：它显示在球面上，并在权重中高亮。',
  'w_v: by variable': 'w_v：按变量',
  'Every variable on levels weighs 1, and so does 2 m temperature. The 10 m winds, sea-level pressure and precipitation weigh 0.1 each.':
    '气压层上的变量权重均为 1，2 m 温度亦然。10 m 风、海平面气压和降水各为 0.1。',
  'The authors say the weights were not tuned much, but that equal surface weights were worse.':
    '作者称这些权重未经多少调整，但地面变量取等权时效果更差。',
  'Train some updates: what each variable adds to the loss, live.':
    '训练若干次更新：实时查看各变量对损失的贡献。',

  // 5
  'The backward pass and AdamW': '反向传播与 AdamW',
  'From one error to a step of every weight.': '从一个误差到每个权重的一步。',
  'The error flows back': '误差回传',
  'The backward pass runs every kernel’s gradient in reverse: decoder, processor from its last step to its first, encoder. It costs about twice the forward pass.':
    '反向传播逆序运行每个内核的梯度：解码器、处理器（从最后一步到第一步）、编码器。代价约为前向传播的两倍。',
  'Residuals let the gradient pass each step unharmed, as they let the latent pass forward.':
    '残差使梯度完好地穿过每一步，正如前向时使隐向量穿过。',
  'Walk back through the steps: the norm of the loss’s gradient at every mesh node’s latent.':
    '逐步往回看：损失在各网格节点隐向量处的梯度范数。',
  'Clipped at 32': '裁剪到 32',
  'All gradients together are one long vector. When its norm is above 32 it is scaled back to 32: one bad window must not throw the weights far off.':
    '所有梯度合成一个长向量。其范数超过 32 时缩回 32：一个坏样本不应把权重抛得太远。',
  'Train: the norm of each update’s gradient beside the limit.': '训练：每次更新的梯度范数与上限对照。',
  'AdamW’s step': 'AdamW 的一步',
  'AdamW divides the gradient’s running mean by the root of its running square, so that every weight moves at a like rate, and pulls weight matrices towards 0.':
    'AdamW 把梯度的滑动平均除以其平方滑动平均的根，使各权重以相近的速度移动，并把权重矩阵拉向 0。',
  'β₁ 0.9, β₂ 0.95, ε 10⁻⁸, weight decay 0.1, peak learning rate η 0.001 in GraphCast.':
    'GraphCast：β₁ 0.9，β₂ 0.95，ε 10⁻⁸，权重衰减 0.1，峰值学习率 η 0.001。',
  'Train, change the learning rate by ten, train again: the curve before stays for comparison.':
    '训练，把学习率改变十倍，再训练：之前的曲线留作对比。',
  'The schedule': '学习率计划',
  'The rate climbs to its peak over 1,000 updates, then falls to 0 along half a cosine over 299,000; 11,000 more at 3 · 10⁻⁷ train longer and longer forecasts. A run here has the same shape in its own length.':
    '学习率在 1,000 次更新内升到峰值，再用 299,000 次沿半个余弦降到 0；之后 11,000 次以 3 · 10⁻⁷ 训练越来越长的预报。此处的训练按自身长度取相同形状。',
  'Change the updates, and follow the live run along its schedule.': '改变更新次数，观察训练沿计划进行。',

  // 6
  'Rolling out and error growth': '滚动预报与误差增长',
  'A forecast feeds on itself, and so does its error.': '预报以自身为输入，误差亦然。',
  'Each step feeds the next': '一步喂给下一步',
  'The network knows one step of 6 h. Its output becomes the newest input frame, and so on: 40 steps make 10 days.':
    '网络只会一个 6 h 步。其输出成为最新的输入时次，如此往复：40 步即 10 天。',
  'Only the forcings are known ahead: the sun’s place needs no forecast.':
    '只有强迫项可预先得知：太阳的位置无需预报。',
  'Run the forecast: frames appear on the globe as they are computed.':
    '运行预报：算出的时次随即显示在球面上。',
  'Errors grow': '误差增长',
  'A small error in one step is part of the next one’s input. In the atmosphere itself small differences double within days; no model escapes that.':
    '一步中的小误差会进入下一步的输入。大气本身的微小差异数日内就会加倍；任何模式都无法避免。',
  'Persistence, which says that nothing changes, is the least that a forecast has to beat.':
    '持续性预报认为一切不变，是预报至少要胜过的基准。',
  'Move the lead time: the error spreads on the globe as the RMSE climbs.':
    '移动预报时效：均方根误差上升，误差在球面上扩散。',
  'Training for it': '为此而训练',
  'A network trained on one step never saw its own errors. GraphCast’s last 11,000 updates roll out 2, then 3, up to 12 steps, and send the gradient back through all of them.':
    '只用一步训练的网络从未见过自己的误差。GraphCast 最后的 11,000 次更新展开 2 步、3 步，直至 12 步，并让梯度穿过所有步回传。',
  'More training first: train, forecast again, and compare.': '先多训练：训练，再次预报，然后比较。',
  'The forecast before stays in the chart, dashed.': '之前的预报以虚线留在图中。',
};

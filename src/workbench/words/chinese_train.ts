import type { Dictionary } from './language';

/** The Train room, and what the status line says of a run. */
export const TRAIN: Dictionary = {
  // Network
  'Start from': '初始权重',
  'New weights, or the open checkpoint, whose sizes the run then has.':
    '全新权重，或已打开的检查点；后者决定训练的规模。',
  'New weights': '全新权重',
  Task: '任务',
  'all that the data hold': '数据所含的全部变量',
  '37 levels, as GraphCast': '37 层，同 GraphCast',
  '13 levels, as GraphCast_small': '13 层，同 GraphCast_small',
  '13 levels, no rain read, as GraphCast_operational': '13 层，不读入降水，同 GraphCast_operational',
  'The fields that are read and predicted; a released model’s where the data hold all of them.':
    '网络读入与预报的变量；若数据齐全，也可用已发布模型的任务。',
  Preset: '预设',
  '{description}.': '{description}。',
  'Smallest; for 10 degree data, minutes on any machine': '最小；适合 10° 数据，任何电脑上数分钟即可',
  'Small; for 6 degree data': '小型；适合 6° 数据',
  'Medium; for 2 to 4 degree data, needs a real GPU': '中型；适合 2° 至 4° 数据，需要独立 GPU',
  "GraphCast_small's sizes: 1 degree, 13 levels, 36 million parameters":
    'GraphCast_small 的规模：1°，13 层，3600 万参数',
  "GraphCast's sizes: 0.25 degree, 37 levels": 'GraphCast 的规模：0.25°，37 层',
  "GraphCast_operational's sizes: 0.25 degree, 13 levels, no precipitation input":
    'GraphCast_operational 的规模：0.25°，13 层，无降水输入',
  'Latent size': '隐向量维数',
  'Width of every hidden vector; 512 in GraphCast.': '每个隐向量的宽度；GraphCast 为 512。',
  'Mesh refinements': '网格细化次数',
  'Times the icosahedron’s edges are halved, here to {nodes} nodes; 6 in GraphCast.':
    '二十面体的边被二分的次数，此处得 {nodes} 个节点；GraphCast 为 6。',
  'Message-passing steps': '消息传递步数',
  'Rounds of messages along the multi-mesh’s edges; 16 in GraphCast.':
    '沿多重网格的边传递消息的轮数；GraphCast 为 16。',

  'the checkpoint’s': '检查点的',
  '{inputs} of {allInputs} inputs and {outputs} of {allOutputs} outputs are carried over':
    '沿用 {inputs} / {allInputs} 个输入通道与 {outputs} / {allOutputs} 个输出通道',
  '{counts}; the Train room says which.': '{counts}；详见训练室。',
  '{counts}.': '{counts}。',
  'New: {added}. Dropped: {dropped}.': '新增：{added}。舍去：{dropped}。',
  'Inputs: {inputs} Outputs: {outputs}': '输入：{inputs} 输出：{outputs}',
  'The {part} is frozen: its new channels stay as they begin.': '{part}已冻结：其新增通道保持初始值不变。',
  'Carry it over': '沿用匹配的通道',
  '{name}, carried over to other variables': '{name}（已沿用到其他变量）',
  'Frozen parts': '冻结部分',
  'Loss weights': '损失权重',
  'Loss weights: {count} changed': '损失权重：已更改 {count} 项',
  'How much each variable’s error counts in the loss, without unit; in GraphCast 0.1 for rain, pressure and wind at the surface, 1 for all others.':
    '每个变量的误差在损失中的权重，无单位；GraphCast 中降水、海平面气压和地面风为 0.1，其余为 1。',
  'GraphCast’s weights': 'GraphCast 的权重',
  processor: '处理器',
  decoder: '解码器',
  'Parts that keep their weights while the others learn, for fine-tuning; none in GraphCast.':
    '微调时权重保持不变的部分，其余部分继续学习；GraphCast 无。',

  // Schedule
  Training: '训练',
  'Learning rate': '学习率',
  'AdamW’s step at its peak, after a warm-up and before a cosine decay to 0; 0.001 in GraphCast.':
    'AdamW 的峰值步长，先预热，后按余弦衰减至 0；GraphCast 为 0.001。',
  Updates: '更新次数',
  'Optimiser steps of the whole run; 311,000 in GraphCast.': '整个训练的优化步数；GraphCast 为 311,000。',
  'Batch size': '批大小',
  'Windows of 18 h or more in one update, drawn at random; 32 in GraphCast.':
    '每次更新随机抽取的样本窗口数，每个至少 18 h；GraphCast 为 32。',
  'Fine-tuning steps': '微调步数',
  '1: the run learns single steps of 6 h only; 12 in GraphCast, which fine-tunes on 2 to 12.':
    '1：只学习 6 h 的单步预报；GraphCast 为 12，依次用 2 至 12 步微调。',
  'The last tenth of the updates learns forecasts of 2 steps of 6 h; up to 12 in GraphCast.':
    '最后十分之一的更新学习 2 个 6 h 步的预报；GraphCast 最多 12 步。',
  'The last tenth of the updates learns forecasts of 2 to {steps} steps of 6 h; 12 in GraphCast.':
    '最后十分之一的更新学习 2 至 {steps} 个 6 h 步的预报；GraphCast 为 12 步。',
  Activations: '激活值',
  'How intermediate values are stored; bfloat16, as in GraphCast, takes half the memory.':
    '中间值的存储方式；bfloat16（同 GraphCast）占一半内存。',
  Seed: '随机种子',
  'Whole number that fixes the first weights and the order of the windows.': '整数；决定初始权重与样本顺序。',
  'Moving average': '滑动平均',
  'Decay per update of an average of the weights, which an exported run has as checkpoint_average.npz.':
    '权重滑动平均每次更新的衰减系数；导出的训练中存为 checkpoint_average.npz。',
  'Bad update': '异常更新时',
  stop: '停止',
  'skip the batch': '跳过该批',
  'roll back': '回退',
  'A loss or gradient that is not finite stops the run, at its last checkpoint.':
    '损失或梯度不是有限值时，停止训练并回到上一检查点。',
  'A batch whose loss or gradient is not finite changes nothing; ten in a row stop the run.':
    '损失或梯度不是有限值的批不产生任何改变；连续十批则停止训练。',
  'A loss or gradient that is not finite puts the run back to its last checkpoint, and halves the learning rate.':
    '损失或梯度不是有限值时，回到上一检查点并将学习率减半。',
  Schedule: '学习率计划',
  'learning rate, 1 to {steps} steps': '学习率，1 至 {steps} 步',
  'learning rate': '学习率',

  // Validation
  Validation: '验证',
  'Held out': '留出比例',
  'Share of the days that are not trained on, in %; moving it holds out the last ones.':
    '不参与训练的天数比例（%）；拖动滑块即留出末段。',
  'First and last day of each, from {first} to {last}. GraphCast: 1979 to 2015, 2016 and 2017, and from 2018 for tests.':
    '各时段的首日与末日，在 {first} 至 {last} 之间。GraphCast：训练 1979 至 2015 年，验证 2016 与 2017 年，测试自 2018 年起。',
  Test: '测试',
  '1 day': '1 天',
  '{count} days': '{count} 天',
  '{period}: first day': '{period}：首日',
  '{period}: last day': '{period}：末日',
  '{period} begins on {first}, before the data do: their first day is {day}.':
    '{period}始于 {first}，早于数据的首日 {day}。',
  '{period} ends on {last}, after the data do: their last day is {day}.':
    '{period}止于 {last}，晚于数据的末日 {day}。',
  '{period} and {other} share the days {first} to {last}: a day can serve one of them only.':
    '{period}与{other}在 {first} 至 {last} 重叠：一天只能属于其中之一。',
  '{period} needs a first and a last day, such as 2001-01-31.': '{period}需要首日与末日，例如 2001-01-31。',
  '{period} ends on {last}, before it begins, on {first}.': '{period}的末日 {last} 早于首日 {first}。',
  'The link’s dates do not fit these data. {problem} Open the data that the link is about, or choose dates.':
    '链接中的日期与此数据不符。{problem}请打开链接所指的数据，或另选日期。',
  'The link’s run starts from a checkpoint: open it, or train new weights.':
    '链接中的训练从检查点开始：请打开该检查点，或训练全新权重。',
  'Validate every': '验证间隔',
  'Updates between two scores on held-out days: loss and RMSE to 72 h, of 4 forecasts.':
    '两次验证之间的更新次数：对留出日的 4 次预报计算损失与至 72 h 的均方根误差。',
  'Without validation nothing tells whether the network learns its days by heart.':
    '没有验证，就无从判断网络是否只是死记硬背。',
  'RMSE over climatology’s, by day of the year from the training days':
    '均方根误差与气候态之比（由训练日按年内日期求得）',
  'RMSE over persistence’s, after update {update}': '均方根误差与持续性预报之比，第 {update} 次更新后',

  // Actions
  'Preparing…': '准备中…',
  Pause: '暂停',
  'Go on': '继续',
  Step: '单步',
  'Single update: S': '单次更新：S',
  'Stop: end this run': '停止：结束本次训练',
  Preparation: '准备进度',
  '{rate} {unit}/s, {span} left': '{rate} {unit}/s，剩余 {span}',
  frames: '时次',
  'Saved in this browser at update {update}.': '已在第 {update} 次更新时保存于此浏览器。',
  'Training needs a WebGPU device.': '训练需要 WebGPU 设备。',
  'The run has ended; its parameters stay for forecasts until the next run.':
    '训练已结束；在下次训练前，其参数仍可用于预报。',
  'Settings are fixed until this run is stopped.': '停止本次训练前，设置不可更改。',
  'Everything runs on this machine.': '一切都在本机运行。',
  'Preparing the run': '正在准备训练',
  'Computing statistics': '正在计算统计量',
  'Building the network': '正在构建网络',
  'Validating on held-out days': '正在用留出日验证',
  'Asking for the GPU again': '正在重新请求 GPU',

  // Figures
  Loss: '损失',
  'Validation loss': '验证损失',
  'Samples/s': '样本/s',
  'samples/s': '样本/s',
  'GPU memory, MiB': 'GPU 内存，MiB',
  Parameters: '参数',
  'The curve starts with the first update.': '曲线从第一次更新开始。',
  Alarms: '警报',
  'Loss by variable': '各变量损失',
  'this run': '本次训练',
  update: '更新',
  train: '训练',
  validation: '验证',
  '{name}, validation': '{name}，验证',
  'Log scale': '对数坐标',
  Smoothing: '平滑',
  'Show all': '显示全部',
  'Loss of which variable': '哪个变量的损失',
  'all variables': '所有变量',
  'Gradient norm': '梯度范数',
  '{title}: drag to zoom, or use +, −, ← and →; 0 shows all':
    '{title}：拖动缩放，或用 +、−、← 和 →；按 0 显示全部',

  // Runs
  Runs: '训练记录',
  'Every run is kept in this browser and listed here. Drop an exported run (.zip) to take it in.':
    '每次训练都保存在此浏览器并列于此处。拖入导出的训练（.zip）即可导入。',
  Name: '名称',
  Best: '最佳',
  'Draw {name}': '绘制 {name}',
  'Best: least validation loss. Times are UTC. A run dropped here as .zip is taken in.':
    '最佳：最小验证损失。时间为 UTC。拖入 .zip 即可导入训练。',
  'Name of {name}': '{name} 的名称',
  Resume: '恢复',
  Export: '导出',
  Delete: '删除',
  'Stop it first': '请先停止',
  'Scores its forecasts in the Score room': '在评分室评定其预报',
  'stands at update {update} of {total}.': '停在第 {update} / {total} 次更新。',
  'Open {file} again to resume it.': '请重新打开 {file} 以恢复训练。',
  '{name} is deleted.': '已删除 {name}。',
  '{name} is stopped at update {update} of {total}.': '{name} 已停在第 {update} / {total} 次更新。',
  'Stop the run that is open first.': '请先停止已打开的训练。',
  Undo: '撤销',
  '{name} is among the runs now, at update {update} of {total}.':
    '已导入 {name}，位于第 {update} / {total} 次更新。',

  // Status line
  'No run yet': '尚无训练',
  'forecast step': '预报步',
  loss: '损失',
  idle: '空闲',
  preparing: '准备中',
  paused: '已暂停',
  finished: '已完成',
  'alarm: {kind}': '警报：{kind}',
  'gradient spike': '梯度突增',
  starving: '数据供给不足',
  'validation rising': '验证损失上升',
  'bad update': '异常更新',
  'rolled back': '已回退',
  'device lost': '设备丢失',
};

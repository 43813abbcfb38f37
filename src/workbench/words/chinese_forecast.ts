import type { Dictionary } from './language';

/** The Forecast and the Score room. */
export const FORECAST: Dictionary = {
  'after update {update}': '第 {update} 次更新后',
  'untrained: random first weights': '未训练：随机初始权重',
  'random first weights': '随机初始权重',
  'Steps of 6 h': '6 h 步数',
  'Each step feeds on the one before, here to {lead}; 40 steps, 10 days, in GraphCast.':
    '每步以前一步为输入，此处至 {lead}；GraphCast 为 40 步，即 10 天。',
  'The forecast as NetCDF or zipped Zarr, the network as GraphCast’s own checkpoint file.':
    '预报存为 NetCDF 或压缩的 Zarr，网络存为 GraphCast 自己的检查点文件。',
  Image: '图像',
  Animation: '动画',
  'Save image: {key}': '保存图像：{key}',
  'Lead times recorded': '已录制的预报时效',
  'Run forecast': '运行预报',
  'Forecast steps': '预报步',
  'Step {done} of {steps}.': '第 {done} / {steps} 步。',
  'Step {done} of {steps}, {left} left.': '第 {done} / {steps} 步，剩余 {left}。',
  'A forecast needs a WebGPU device.': '预报需要 WebGPU 设备。',
  'A forecast starts from two frames: choose an initial time with one 6 h before it.':
    '预报需要两个时次：请选择 6 h 前也有数据的起报时间。',
  'Frames appear on the globe as they are computed.': '算出的时次会随即显示在球面上。',
  'Run a forecast to compare it with the truth, and with no change at all.':
    '运行预报，以便与真值及持续性预报对比。',
  hour: '小时',
  persistence: '持续性',
  Persistence: '持续性预报',
  Lead: '预报时效',
  Change: '变化',

  // Score
  'Forecasts to score': '待评分的预报',
  'Longest lead time, days': '最长预报时效，天',
  'How far each forecast goes; 10 days in GraphCast’s scorecard.':
    '每次预报的长度；GraphCast 评分卡为 10 天。',
  'Between initial times': '起报间隔',
  'Hours from one forecast to the next; 12 h in GraphCast’s scorecard.':
    '相邻两次预报的间隔小时数；GraphCast 评分卡为 12 h。',
  Comparison: '对比',
  'Relative to': '相对于',
  Climatology: '气候态',
  'Other scores': '其他评分',
  RMSE: '均方根误差',
  'Anomaly correlation': '距平相关',
  Region: '区域',
  Global: '全球',
  'Northern extratropics (20–90° N)': '北半球热带外（20–90° N）',
  'Southern extratropics (20–90° S)': '南半球热带外（20–90° S）',
  'Extratropics (beyond 20°)': '热带外（20° 以外）',
  'Tropics (20° S – 20° N)': '热带（20° S – 20° N）',
  'Arctic (60–90° N)': '北极（60–90° N）',
  'Antarctic (60–90° S)': '南极（60–90° S）',
  Europe: '欧洲',
  'North America': '北美',
  'North Atlantic': '北大西洋',
  'North Pacific': '北太平洋',
  'East Asia': '东亚',
  'Australia and New Zealand': '澳大利亚和新西兰',
  Land: '陆地',
  Sea: '海洋',
  '{name}, {count} forecasts': '{name}，{count} 次预报',
  'Open scores…': '打开评分…',
  'The numbers as a table or as JSON, the table as a picture, or a scorecard that stands alone.':
    '数值存为表格或 JSON，表格存为图片，或存为独立的评分卡。',
  'Save as {kind}': '保存为 {kind}',
  'Score forecasts': '评分',
  'Scoring needs a WebGPU device.': '评分需要 WebGPU 设备。',
  'Scored are the test days, else the validation days, else all of the data.':
    '有测试日则对其评分，否则对验证日，再否则对全部数据评分。',
  'The first forecast is being made…': '正在进行第一次预报…',
  'Step {done} of {total} · {rate} steps/s · {left} left':
    '第 {done} / {total} 步 · {rate} 步/s · 剩余 {left}',
  Scorecard: '评分卡',
  'The first scores come with the first forecast.': '完成第一次预报后即有评分。',
  'Score forecasts, and see by variable and lead time where they beat no change at all.':
    '为预报评分，按变量与时效查看何处优于持续性预报。',
  'RMSE relative to {baseline}': '均方根误差，相对于{baseline}',
  'Anomaly correlation, coloured against {baseline}': '距平相关，以{baseline}为基准着色',
  '{name} · {count} of {planned} forecasts': '{name} · {count} / {planned} 次预报',
  'No anomaly correlation without a climatology: the data are too short or too long for one.':
    '没有气候态就没有距平相关：数据过短或过长，无法求气候态。',
  Field: '变量场',
  Colours: '颜色',
  'smaller error': '误差较小',
  'larger error': '误差较大',
  '{field}, {hours} h: {text}. Show its error and its curve.':
    '{field}，{hours} h：{text}。显示其误差与曲线。',
  '{score} of {name} against {baseline}': '{name} 的 {score}，相对于{baseline}',
};

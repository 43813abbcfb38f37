/** Lessons 4 to 6: how the network learns. Numbers of GraphCast are those of spec 8, 9 and 11. */
import { type Lesson, only, PLAIN } from './lessons_script';

export const LOSS: Lesson = {
  title: 'The loss and its weights',
  summary: 'One number that says how wrong a forecast is.',
  steps: [
    {
      heading: 'Squared, in like units',
      text: [
        'Pascal and kelvin cannot be added. Errors are divided by the standard deviation of the field’s change over 6 h, then squared: an error of 1 is as large as the usual change.',
        'The mean is taken over grid nodes and levels, then the variables are summed.',
      ],
      formula: 'loss = Σ_v w_v · mean(a(lat) · s(p) · e²)',
      controls: ['forecast', 'variable'],
      figure: 'error growth',
      see: 'Forecast 6 h: the error on the globe, and its root mean square beside that of persistence.',
      show: () => ({
        ...PLAIN,
        overlays: only('graticule'),
        layer: 'error',
        leadHours: 6,
        pick: null,
      }),
    },
    {
      heading: 'a(lat): an area is an area',
      text: [
        'A grid counts the poles too often. Every row is weighted by its area, cos(lat), and the weights are scaled to mean 1.',
        'At 1° the equator weighs 1.580, 45° 1.117, and a node on the pole 0.0034.',
      ],
      controls: ['latitude'],
      figure: 'area weights',
      see: 'Move the row: what one grid node of it counts in the loss.',
      show: ({ pick }) => ({
        ...PLAIN,
        overlays: only('graticule'),
        pick: pick ?? { longitude: 15, latitude: 60 },
      }),
    },
    {
      heading: 's(p): by pressure',
      text: [
        'A level weighs by its pressure over the mean of all levels: roughly the air’s density. Of the 13 levels, 1000 hPa weighs 2.158 and 50 hPa 0.108.',
        'So the stratosphere, which weather hardly feels, costs little.',
      ],
      controls: ['level'],
      figure: 'level weights',
      see: 'Choose a level: it is shown on the globe and lit among the weights.',
      show: () => ({ ...PLAIN, overlays: only('isolines', 'graticule'), pick: null }),
    },
    {
      heading: 'w_v: by variable',
      text: [
        'Every variable on levels weighs 1, and so does 2 m temperature. The 10 m winds, sea-level pressure and precipitation weigh 0.1 each.',
        'The authors say the weights were not tuned much, but that equal surface weights were worse.',
      ],
      controls: ['train', 'variable'],
      figure: 'variable weights',
      see: 'Train some updates: what each variable adds to the loss, live.',
      show: () => ({ ...PLAIN, overlays: only('isolines', 'graticule'), pick: null }),
    },
  ],
};

export const BACKWARD_AND_ADAMW: Lesson = {
  title: 'The backward pass and AdamW',
  summary: 'From one error to a step of every weight.',
  steps: [
    {
      heading: 'The error flows back',
      text: [
        'The backward pass runs every kernel’s gradient in reverse: decoder, processor from its last step to its first, encoder. It costs about twice the forward pass.',
        'Residuals let the gradient pass each step unharmed, as they let the latent pass forward.',
      ],
      controls: ['processor step'],
      figure: 'mesh nodes',
      see: 'Walk back through the steps: the norm of the loss’s gradient at every mesh node’s latent.',
      network: { zoom: 'mesh', shows: 'gradient' },
      show: () => ({ ...PLAIN, overlays: only(), pick: null }),
    },
    {
      heading: 'Clipped at 32',
      text: [
        'All gradients together are one long vector. When its norm is above 32 it is scaled back to 32: one bad window must not throw the weights far off.',
      ],
      formula: 'g ← g · min(1, 32 / ‖g‖)',
      controls: ['train'],
      figure: 'gradient norm',
      see: 'Train: the norm of each update’s gradient beside the limit.',
    },
    {
      heading: 'AdamW’s step',
      text: [
        'AdamW divides the gradient’s running mean by the root of its running square, so that every weight moves at a like rate, and pulls weight matrices towards 0.',
        'β₁ 0.9, β₂ 0.95, ε 10⁻⁸, weight decay 0.1, peak learning rate η 0.001 in GraphCast.',
      ],
      formula: 'w ← w − η · (m̂ / (√v̂ + ε) + 0.1 · w)',
      controls: ['learning rate', 'train'],
      figure: 'learning curve',
      see: 'Train, change the learning rate by ten, train again: the curve before stays for comparison.',
    },
    {
      heading: 'The schedule',
      text: [
        'The rate climbs to its peak over 1,000 updates, then falls to 0 along half a cosine over 299,000; 11,000 more at 3 · 10⁻⁷ train longer and longer forecasts. A run here has the same shape in its own length.',
      ],
      controls: ['updates', 'train'],
      figure: 'schedule',
      see: 'Change the updates, and follow the live run along its schedule.',
    },
  ],
};

export const ROLLING_OUT: Lesson = {
  title: 'Rolling out and error growth',
  summary: 'A forecast feeds on itself, and so does its error.',
  steps: [
    {
      heading: 'Each step feeds the next',
      text: [
        'The network knows one step of 6 h. Its output becomes the newest input frame, and so on: 40 steps make 10 days.',
        'Only the forcings are known ahead: the sun’s place needs no forecast.',
      ],
      controls: ['forecast steps', 'rollout'],
      figure: 'error growth',
      see: 'Run the forecast: frames appear on the globe as they are computed.',
      show: () => ({ ...PLAIN, overlays: only('isolines', 'graticule'), layer: 'forecast', pick: null }),
    },
    {
      heading: 'Errors grow',
      text: [
        'A small error in one step is part of the next one’s input. In the atmosphere itself small differences double within days; no model escapes that.',
        'Persistence, which says that nothing changes, is the least that a forecast has to beat.',
      ],
      controls: ['lead time', 'variable'],
      figure: 'error growth',
      see: 'Move the lead time: the error spreads on the globe as the RMSE climbs.',
      show: () => ({ ...PLAIN, overlays: only('graticule'), layer: 'error', pick: null }),
    },
    {
      heading: 'Training for it',
      text: [
        'A network trained on one step never saw its own errors. GraphCast’s last 11,000 updates roll out 2, then 3, up to 12 steps, and send the gradient back through all of them.',
        'More training first: train, forecast again, and compare.',
      ],
      controls: ['train', 'rollout'],
      figure: 'error growth',
      see: 'The forecast before stays in the chart, dashed.',
      show: () => ({ ...PLAIN, overlays: only('graticule'), layer: 'error', pick: null }),
    },
  ],
};

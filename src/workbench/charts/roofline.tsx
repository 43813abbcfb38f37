import type { AdapterRates } from '../../webgpu/adapter_rates';
import type { RooflineRow } from '../../webgpu/roofline';
import { t } from '../words/words';
import { decadeTicks, rooflineScale } from './roofline_scale';

interface RooflineProperties {
  kernels: RooflineRow[];
  limits: AdapterRates;
  /** Name of the kernel to bring out. */
  chosen: string | null;
  onChoose(kernel: string): void;
  /** A click; the table beside the plot has a button for it. */
  onRead(kernel: string): void;
}

const WIDTH = 296;
const HEIGHT = 190;
const MARGIN = { left: 40, right: 8, top: 8, bottom: 32 };

/** A power of ten without zeros that say nothing. */
const label = (tick: number) =>
  Number(tick.toPrecision(1)).toLocaleString('en', { maximumFractionDigits: 9 });

/**
 * Every kernel's rate over its arithmetic intensity, under the roof of what the adapter was measured to do: the
 * slope is its memory, the ceiling its multiply-adds. A dot's area is the kernel's share of the time.
 */
export function Roofline({ kernels, limits, chosen, onChoose, onRead }: RooflineProperties) {
  const shown = kernels.filter(({ flops, bytes, seconds }) => flops > 0 && bytes > 0 && seconds > 0);
  const scale = rooflineScale(shown, limits);
  const x = (intensity: number) => MARGIN.left + scale.x(intensity) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (rate: number) => HEIGHT - MARGIN.bottom - scale.y(rate) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const ridge = limits.flopsPerSecond / limits.bytesPerSecond;
  const [leastX, mostX] = scale.intensities;
  const roof = [
    [leastX, leastX * limits.bytesPerSecond],
    [ridge, limits.flopsPerSecond],
    [mostX, limits.flopsPerSecond],
  ].map(([intensity, rate]) => `${x(intensity).toFixed(1)},${y(rate).toFixed(1)}`);

  return (
    <svg className="roofline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('Roofline plot')}>
      <g className="axis">
        {decadeTicks(scale.intensities).map((tick) => (
          <g key={tick}>
            <line x1={x(tick)} x2={x(tick)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />
            <text x={x(tick)} y={HEIGHT - MARGIN.bottom + 13} textAnchor="middle">
              {label(tick)}
            </text>
          </g>
        ))}
        {decadeTicks(scale.rates).map((tick) => (
          <g key={tick}>
            <line x1={MARGIN.left} x2={WIDTH - MARGIN.right} y1={y(tick)} y2={y(tick)} />
            <text x={MARGIN.left - 5} y={y(tick) + 4} textAnchor="end">
              {label(tick / 1e9)}
            </text>
          </g>
        ))}
        <text x={WIDTH - MARGIN.right} y={HEIGHT - 4} textAnchor="end">
          {t('FLOP per byte')}
        </text>
        <text x={MARGIN.left + 4} y={MARGIN.top + 9}>
          GFLOP/s
        </text>
      </g>
      <polyline className="roof" points={roof.join(' ')} />
      {shown.map((kernel) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut; the table beside the plot has the buttons
        <circle
          key={`${kernel.kernel} ${kernel.variant}`}
          className={kernel.kernel === chosen ? 'chosen' : ''}
          cx={x(kernel.intensity)}
          cy={y(kernel.flopsPerSecond)}
          r={2 + 10 * Math.sqrt(kernel.share)}
          onPointerEnter={() => onChoose(kernel.kernel)}
          onClick={() => onRead(kernel.kernel)}
        >
          <title>{kernel.kernel}</title>
        </circle>
      ))}
    </svg>
  );
}

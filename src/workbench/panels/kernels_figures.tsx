import '../charts/charts.css';
import { lazy, Suspense, useState } from 'react';
import { Roofline } from '../charts/roofline';
import { useKernels } from '../state/kernels';
import { formatValue } from '../units';
import { t } from '../words/words';
import { MemoryFigures } from './memory_figures';

/** Brings the kernels' texts with it. */
const KernelReader = lazy(() => import('./kernel_reader'));

/** What the Kernels room says: where a step's time goes, how near the adapter's limits, the WGSL, and the memory plan. */
export function KernelsFigures() {
  const report = useKernels((state) => state.report);
  return (
    <>
      {report ? (
        <Times {...report} />
      ) : (
        <section className="section">
          <h2>{t('Kernels')}</h2>
          <p className="empty-note">
            {t('Train: while this room is open, an update is timed kernel by kernel every few seconds.')}
          </p>
        </section>
      )}
      <Suspense>
        <KernelReader />
      </Suspense>
      <MemoryFigures />
    </>
  );
}

function Times({ kernels, limits, update }: NonNullable<ReturnType<typeof useKernels.getState>['report']>) {
  const [chosen, choose] = useState<string | null>(null);
  const read = (kernel: string) => useKernels.setState({ read: kernel });
  const total = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <>
      <figure className="chart">
        <div className="heading">
          <h2>{t('Roofline, update {update}', { update: update.toLocaleString('en') })}</h2>
          <span className="readout">
            {t('{milliseconds} ms on the GPU', { milliseconds: formatValue(total * 1e3) })}
          </span>
        </div>
        <Roofline kernels={kernels} limits={limits} chosen={chosen} onChoose={choose} onRead={read} />
      </figure>
      <section className="section">
        <h2>{t('Time by kernel')}</h2>
        <table className="score-table kernel-table">
          <thead>
            <tr>
              <th scope="col">{t('kernel, rows × columns')}</th>
              <th scope="col">{t('time')}</th>
              <th scope="col">GFLOP/s</th>
              <th scope="col">{t('of limit')}</th>
            </tr>
          </thead>
          <tbody>
            {kernels.map((row) => (
              <tr
                key={`${row.kernel} ${row.variant}`}
                className={row.kernel === chosen ? 'shown' : ''}
                onPointerEnter={() => choose(row.kernel)}
              >
                <th scope="row">
                  <button type="button" title={t('Read its WGSL')} onClick={() => read(row.kernel)}>
                    {row.kernel}
                  </button>
                </th>
                <td>{Math.round(100 * row.share)} %</td>
                <td>{formatValue(row.flopsPerSecond / 1e9)}</td>
                <td>{Math.round(100 * row.shareOfLimit)} %</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="why-below">
          {t(
            'Measured limits of this adapter: {flops} GFLOP/s of multiply-adds, {bytes} GB/s of copying. A share is of the limit that binds. Click a kernel to read it.',
            {
              flops: formatValue(limits.flopsPerSecond / 1e9),
              bytes: formatValue(limits.bytesPerSecond / 1e9),
            },
          )}
        </p>
      </section>
    </>
  );
}

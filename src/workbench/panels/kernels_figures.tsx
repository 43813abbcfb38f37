import '../charts/charts.css';
import { useState } from 'react';
import { Roofline } from '../charts/roofline';
import { useKernels } from '../state/kernels';
import { formatValue } from '../units';
import { MemoryFigures } from './memory_figures';

/** What the Kernels room says: where a step's time goes, how near the adapter's limits, and the memory plan. */
export function KernelsFigures() {
  const { report } = useKernels();
  const [chosen, choose] = useState<string | null>(null);
  if (!report) {
    return (
      <>
        <section className="section">
          <h2>Kernels</h2>
          <p className="empty-note">
            Train: while this room is open, an update is timed kernel by kernel every few seconds.
          </p>
        </section>
        <MemoryFigures />
      </>
    );
  }
  const { kernels, limits, update } = report;
  const total = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <>
      <figure className="chart">
        <div className="heading">
          <h2>Roofline, update {update.toLocaleString('en')}</h2>
          <span className="readout">{formatValue(total * 1e3)} ms on the GPU</span>
        </div>
        <Roofline kernels={kernels} limits={limits} chosen={chosen} onChoose={choose} />
      </figure>
      <section className="section">
        <h2>Time by kernel</h2>
        <table className="score-table kernel-table">
          <thead>
            <tr>
              <th scope="col">kernel, rows × columns</th>
              <th scope="col">time</th>
              <th scope="col">GFLOP/s</th>
              <th scope="col">of limit</th>
            </tr>
          </thead>
          <tbody>
            {kernels.map((row) => (
              <tr
                key={`${row.kernel} ${row.variant}`}
                className={row.kernel === chosen ? 'shown' : ''}
                onPointerEnter={() => choose(row.kernel)}
              >
                <th scope="row">{row.kernel}</th>
                <td>{Math.round(100 * row.share)} %</td>
                <td>{formatValue(row.flopsPerSecond / 1e9)}</td>
                <td>{Math.round(100 * row.shareOfLimit)} %</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="why-below">
          Measured limits of this adapter: {formatValue(limits.flopsPerSecond / 1e9)} GFLOP/s of
          multiply-adds, {formatValue(limits.bytesPerSecond / 1e9)} GB/s of copying. A share is of the limit
          that binds.
        </p>
      </section>
      <MemoryFigures />
    </>
  );
}

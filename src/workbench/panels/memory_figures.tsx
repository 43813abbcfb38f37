import type { MemoryOutcome } from '../../training/memory_plan';
import { formatBytes, recomputed } from '../../training/memory_plan_words';
import { useMemory } from '../state/memory';
import { t } from '../words/words';

/** What training and forecasting would take on the GPU, part by part. */
export function MemoryFigures() {
  const { answer, planning, arSteps } = useMemory();
  if (!answer) {
    return (
      <section className="section">
        <h2>GPU memory</h2>
        <p className="empty-note">
          {planning ? 'Planning…' : 'Open a dataset: its grid and levels decide what a run takes.'}
        </p>
      </section>
    );
  }
  const { forecast, training, limits } = answer;
  const steps = `${arSteps} step${arSteps === 1 ? '' : 's'}`;
  return (
    <div aria-busy={planning}>
      <Outcome title={`Training, ${steps}`} outcome={training} limits={limits} />
      <Outcome title="Forecast" outcome={forecast} limits={limits} />
    </div>
  );
}

interface OutcomeProperties {
  title: string;
  outcome: MemoryOutcome;
  limits: { maxBinding: number; maxBufferSize: number; guaranteed: boolean };
}

function Outcome({ title, outcome, limits }: OutcomeProperties) {
  if ('refused' in outcome) {
    return (
      <section className="section">
        <h2>{title}</h2>
        <p>{outcome.refused}</p>
      </section>
    );
  }
  const { parts, total, policy, smallest, widestBinding, largestBuffer } = outcome;
  const tooWide = widestBinding > limits.maxBinding || largestBuffer > limits.maxBufferSize;
  const whose = limits.guaranteed ? 'WebGPU guarantees' : 'this GPU allows';
  return (
    <section className="section">
      <h2>
        {title}: <strong>{formatBytes(total)}</strong>
      </h2>
      <div className="bars">
        {Object.entries(parts).map(([part, bytes]) => (
          <div key={part} style={{ display: 'contents' }}>
            <span>{part}</span>
            <span className="bar">
              <i style={{ width: `${(100 * bytes) / total}%` }} />
            </span>
            <span className="value">{formatBytes(bytes)}</span>
          </div>
        ))}
      </div>
      {smallest && (
        <p className="why-below">{t('Smallest budget: {bytes}.', { bytes: formatBytes(smallest) })}</p>
      )}
      {policy && <p className="why-below">Computed again in the backward pass: {recomputed(policy)}.</p>}
      {tooWide && (
        <p className="why-below warning">
          Needs bindings of {formatBytes(widestBinding)} and buffers of {formatBytes(largestBuffer)}; {whose}{' '}
          {formatBytes(limits.maxBinding)} and {formatBytes(limits.maxBufferSize)}.
        </p>
      )}
    </section>
  );
}

import type { MemoryOutcome } from '../../training/memory_plan';
import { recomputed } from '../../training/memory_plan_words';
import { formatBytes } from '../../webgpu/bytes_in_words';
import { useMemory } from '../state/memory';
import { t } from '../words/words';

/** What training and forecasting would take on the GPU, part by part. */
export function MemoryFigures() {
  const { answer, planning, arSteps } = useMemory();
  if (!answer) {
    return (
      <section className="section">
        <h2>{t('GPU memory')}</h2>
        <p className="empty-note">
          {planning ? t('Planning…') : t('Open a dataset: its grid and levels decide what a run takes.')}
        </p>
      </section>
    );
  }
  const { forecast, training, limits } = answer;
  const forTraining =
    arSteps === 1 ? t('Training, 1 step') : t('Training, {count} steps', { count: arSteps });
  return (
    <div aria-busy={planning}>
      <Outcome title={forTraining} outcome={training} limits={limits} />
      <Outcome title={t('Forecast')} outcome={forecast} limits={limits} />
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
  return (
    <section className="section">
      <h2>
        {t('{title}:', { title })} <strong>{formatBytes(total)}</strong>
      </h2>
      <div className="bars">
        {Object.entries(parts).map(([part, bytes]) => (
          <div key={part} style={{ display: 'contents' }}>
            <span>{t(part)}</span>
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
      {policy && (
        <p className="why-below">
          {t('Computed again in the backward pass: {parts}.', { parts: recomputed(policy, t) })}
        </p>
      )}
      {tooWide && (
        <p className="why-below warning">
          {t('Needs bindings of {binding} and buffers of {buffer}.', {
            binding: formatBytes(widestBinding),
            buffer: formatBytes(largestBuffer),
          })}{' '}
          {t(
            limits.guaranteed
              ? 'WebGPU guarantees {binding} and {buffer}.'
              : 'This GPU allows {binding} and {buffer}.',
            {
              binding: formatBytes(limits.maxBinding),
              buffer: formatBytes(limits.maxBufferSize),
            },
          )}
        </p>
      )}
    </section>
  );
}

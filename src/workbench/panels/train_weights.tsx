import { variableWeights } from '../../training/loss_weights';
import { trainedTask } from '../state/carried';
import { useData } from '../state/data';
import { changeSetting, isRunOpen, useTraining } from '../state/training';
import { LARGEST_WEIGHT } from '../state/usual_settings';
import { displayOf } from '../units';
import { t } from '../words/words';
import { NumberInput } from './setting';

const WHY = 'loss-weights-why';

/** What each predicted variable's error weighs in the loss. */
export function LossWeightsSection() {
  const { settings, phase, config } = useTraining();
  const { checkpoint, dataset } = useData();
  const open = isRunOpen(phase);
  const start = settings.fresh ? null : checkpoint;
  const task = open && config ? config.task : trainedTask(start, settings.task, dataset);
  if (!task) return null;
  const usual = variableWeights(task.targetVariables);
  const chosen = settings.variableWeights ?? {};
  const changed = task.targetVariables.filter((name) => chosen[name] !== undefined);
  const choose = (name: string, weight: number) => {
    const { [name]: _, ...others } = chosen;
    changeSetting('variableWeights', weight === usual[name] ? others : { ...others, [name]: weight });
  };
  return (
    <details className="section">
      <summary>
        {changed.length === 0
          ? t('Loss weights')
          : t('Loss weights: {count} changed', { count: changed.length })}
      </summary>
      <p className="why-below" id={WHY}>
        {t(
          'How much each variable’s error counts in the loss, without unit; in GraphCast 0.1 for rain, pressure and wind at the surface, 1 for all others.',
        )}
      </p>
      {task.targetVariables.map((name) => (
        <div key={name} className="setting">
          <label htmlFor={`weight-${name}`}>{t(displayOf(name).label)}</label>
          <div className="value">
            <NumberInput
              id={`weight-${name}`}
              value={chosen[name] ?? usual[name]}
              least={0}
              most={LARGEST_WEIGHT}
              step="any"
              disabled={open}
              describedBy={WHY}
              onChange={(weight) => choose(name, weight)}
            />
          </div>
        </div>
      ))}
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={open || changed.length === 0}
          onClick={() => changeSetting('variableWeights', {})}
        >
          {t('GraphCast’s weights')}
        </button>
      </div>
    </details>
  );
}

import './panels.css';
import { useMemory } from '../state/memory';
import { useTraining } from '../state/training';
import { t } from '../words/words';
import { NumberInput, RangeInput, Setting } from './setting';
import { TrainActions } from './train_actions';

/** The Kernels room's controls: what the memory plan is for, and the run that is watched. */
export function KernelsPanel() {
  const { arSteps, budget } = useMemory();
  const { preset, latentSize, meshSize, messageSteps } = useTraining(({ settings }) => settings);
  return (
    <>
      <div className="panel">
        <section className="section">
          <h2>{t('Memory plan')}</h2>
          <dl className="facts">
            <dt>{t('Network')}</dt>
            <dd>
              {t('{preset}, mesh M{mesh}, latent {latent}, {steps} steps: chosen in the Train room', {
                preset,
                mesh: meshSize,
                latent: latentSize,
                steps: messageSteps,
              })}
            </dd>
          </dl>
          <Setting
            id="plan-ar-steps"
            label={t('Autoregressive steps')}
            why={t('Forecast steps of 6 h that one training window rolls out; 1, then 2 to 12 in GraphCast.')}
          >
            <RangeInput
              id="plan-ar-steps"
              value={arSteps}
              least={1}
              most={12}
              disabled={false}
              onChange={(value) => useMemory.setState({ arSteps: value })}
            />
          </Setting>
          <Setting
            id="plan-budget"
            label={t('Memory, GB')}
            why={t(
              'GPU memory to use at most; 0 for no limit. Less memory means more is computed a second time.',
            )}
          >
            <NumberInput
              id="plan-budget"
              value={budget}
              least={0}
              most={512}
              step="any"
              disabled={false}
              onChange={(value) => useMemory.setState({ budget: value })}
            />
          </Setting>
        </section>
      </div>
      <TrainActions />
    </>
  );
}

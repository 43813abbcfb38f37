import { lazy, Suspense } from 'react';
import { schedulePoints } from '../../training/schedule_points';
import { ELEMENT_TYPES } from '../../webgpu/tensor';
import { phasesOf } from '../../worker/run_phases';
import { changeSetting, isRunOpen, useTraining } from '../state/training';
import { t } from '../words/words';
import { NumberInput, RangeInput, SelectInput, Setting } from './setting';
import { AverageSetting, BadUpdateSetting } from './train_rules';

const LineChart = lazy(() => import('../charts/line_chart'));

/** Autoregressive steps of the paper's fine-tuning. */
const MOST_AR_STEPS = 12;

/** Learning rate, length, batches and steps of a run, with the schedule that follows from them. */
export function ScheduleSection() {
  const { settings, phase } = useTraining();
  const fixed = isRunOpen(phase);
  const arSteps = settings.arSteps ?? 1;
  return (
    <section className="section">
      <h2>{t('Training')}</h2>
      <SchedulePicture />
      <Setting
        id="learning-rate"
        label={t('Learning rate')}
        why={t(
          'AdamW’s step at its peak, after a warm-up and before a cosine decay to 0; 0.001 in GraphCast.',
        )}
      >
        <NumberInput
          id="learning-rate"
          value={settings.learningRate}
          least={1e-7}
          most={0.1}
          step="any"
          disabled={fixed}
          onChange={(value) => changeSetting('learningRate', value)}
        />
      </Setting>
      <Setting
        id="updates"
        label={t('Updates')}
        why={t('Optimiser steps of the whole run; 311,000 in GraphCast.')}
      >
        <NumberInput
          id="updates"
          value={settings.updates}
          least={1}
          most={1e6}
          disabled={fixed}
          onChange={(value) => changeSetting('updates', value)}
        />
      </Setting>
      <Setting
        id="batch-size"
        label={t('Batch size')}
        why={t('Windows of 18 h or more in one update, drawn at random; 32 in GraphCast.')}
      >
        <NumberInput
          id="batch-size"
          value={settings.batchSize ?? 1}
          least={1}
          most={1024}
          disabled={fixed}
          onChange={(value) => changeSetting('batchSize', value)}
        />
      </Setting>
      <Setting id="ar-steps" label={t('Fine-tuning steps')} why={fineTuningWords(arSteps)}>
        <RangeInput
          id="ar-steps"
          value={arSteps}
          least={1}
          most={MOST_AR_STEPS}
          disabled={fixed}
          onChange={(value) => changeSetting('arSteps', value)}
        />
      </Setting>
      <Setting
        id="activations"
        label={t('Activations')}
        why={t('How intermediate values are stored; bfloat16, as in GraphCast, takes half the memory.')}
      >
        <SelectInput
          id="activations"
          value={settings.activations ?? 'float32'}
          choices={ELEMENT_TYPES.map((name) => ({ value: name, label: name }))}
          disabled={fixed}
          onChange={(value) => changeSetting('activations', value)}
        />
      </Setting>
      <Setting
        id="seed"
        label={t('Seed')}
        why={t('Whole number that fixes the first weights and the order of the windows.')}
      >
        <NumberInput
          id="seed"
          value={settings.seed}
          least={0}
          most={2 ** 31 - 1}
          disabled={fixed}
          onChange={(value) => changeSetting('seed', value)}
        />
      </Setting>
      <AverageSetting />
      <BadUpdateSetting />
    </section>
  );
}

function fineTuningWords(steps: number): string {
  if (steps === 1) {
    return t('1: the run learns single steps of 6 h only; 12 in GraphCast, which fine-tunes on 2 to 12.');
  }
  const words =
    steps === 2
      ? 'The last tenth of the updates learns forecasts of 2 steps of 6 h; up to 12 in GraphCast.'
      : 'The last tenth of the updates learns forecasts of 2 to {steps} steps of 6 h; 12 in GraphCast.';
  return t(words, { steps });
}

/** The learning rate over the whole run, drawn before it runs. */
function SchedulePicture() {
  const { settings, config, phase, updates } = useTraining();
  const phases = isRunOpen(phase) && config ? config.phases : phasesOf(settings);
  const points = schedulePoints(phases);
  const steps = points.at(-1)?.arSteps ?? 1;
  const key = JSON.stringify(phases);
  return (
    <div className="schedule">
      <Suspense fallback={<div className="chart" style={{ height: 134 }} />}>
        <LineChart
          key={key}
          title={t('Schedule')}
          xLabel={t('update')}
          x={points.map(({ update }) => update + 1)}
          series={[
            {
              label: steps > 1 ? t('learning rate, 1 to {steps} steps', { steps }) : t('learning rate'),
              values: points.map(({ learningRate }) => learningRate),
              colour: '--accent',
            },
          ]}
          length={updates}
          height={106}
        />
      </Suspense>
    </div>
  );
}

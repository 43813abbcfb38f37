import './panels.css';
import { useMemory } from '../state/memory';
import { useTraining } from '../state/training';
import { NumberInput, RangeInput, Setting } from './setting';
import { TrainActions } from './train_panel';

/** The Kernels room's controls: what the memory plan is for, and the run that is watched. */
export function KernelsPanel() {
  const { arSteps, budget } = useMemory();
  const { preset, latentSize, meshSize, messageSteps } = useTraining(({ settings }) => settings);
  return (
    <>
      <div className="panel">
        <section className="section">
          <h2>Memory plan</h2>
          <dl className="facts">
            <dt>Network</dt>
            <dd>
              {preset}, mesh M{meshSize}, latent {latentSize}, {messageSteps} steps: chosen in the Train room
            </dd>
          </dl>
          <Setting
            id="plan-ar-steps"
            label="Autoregressive steps"
            why="Forecast steps of 6 h that one training window rolls out; 1, then 2 to 12 in GraphCast."
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
            label="Memory, GB"
            why="GPU memory to use at most; 0 for no limit. Less memory means more is computed a second time."
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

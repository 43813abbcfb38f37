import './panels.css';
import './learn.css';
import { useEffect } from 'react';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { lessonAt } from '../state/lessons';
import { useModel } from '../state/lessons_model';
import type { LessonFigure, LessonStep } from '../state/lessons_script';
import { readNetwork, useNetwork } from '../state/network';
import { useTraining } from '../state/training';
import { useView } from '../state/view';
import { t } from '../words/words';
import { GraphFigure, MeshSizesFigure, ReachFigure, RowSpacingFigure } from './learn_figures_mesh';
import { ChannelsFigure, MessageShapeFigure, NetworkTable, ParametersFigure } from './learn_figures_network';
import {
  ErrorGrowthFigure,
  GradientNormFigure,
  LearningCurveFigure,
  ScheduleFigure,
} from './learn_figures_runs';
import { AreaWeightsFigure, LevelWeightsFigure, VariableWeightsFigure } from './learn_figures_weights';
import { NodeFigure } from './network_figures_node';
import { MeshFigure } from './network_figures_whole';

const FIGURES: Record<LessonFigure, () => React.JSX.Element | null> = {
  'area weights': AreaWeightsFigure,
  channels: ChannelsFigure,
  'error growth': ErrorGrowthFigure,
  'gradient norm': GradientNormFigure,
  graph: GraphFigure,
  'learning curve': LearningCurveFigure,
  'level weights': LevelWeightsFigure,
  'mesh nodes': MeshFigure,
  'mesh sizes': MeshSizesFigure,
  'message shape': MessageShapeFigure,
  node: NodeFigure,
  parameters: ParametersFigure,
  reach: ReachFigure,
  'row spacing': RowSpacingFigure,
  schedule: ScheduleFigure,
  'variable weights': VariableWeightsFigure,
};

/** What a lesson gives to see, from what the page computes; without a lesson, the network beside GraphCast. */
export function LearnFigures() {
  const found = lessonAt(useView(({ lesson }) => lesson));
  if (!found) return <NetworkTable />;
  const { step } = found;
  const Figure = FIGURES[step.figure];
  return step.network ? (
    <InsideNetwork inside={step.network}>
      <Figure />
    </InsideNetwork>
  ) : (
    <Figure />
  );
}

/** Reads the network as it is now; what is read lies over the globe too. */
function InsideNetwork(props: { inside: NonNullable<LessonStep['network']>; children: React.ReactNode }) {
  const { inside, children } = props;
  const { graph, reading, message } = useNetwork();
  const { model } = useModel();
  const dataset = useData((data) => data.dataset);
  const ready = useDevice((device) => device.status === 'ready');
  const initialTime = useView((view) => view.initialTime);
  const phase = useTraining((state) => state.phase);
  useEffect(() => useNetwork.setState(inside), [inside]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew when what it is read from has changed
  useEffect(() => {
    if (dataset && ready && phase !== 'preparing') void readNetwork();
  }, [model, dataset, ready, initialTime, phase]);
  return (
    <>
      {graph && children}
      {(!graph || message !== '') && (
        <section className="section">
          <p className="empty-note">
            {reading
              ? t('Building the network and running one step…')
              : t(message || 'The network appears here once there are data and a WebGPU device.')}
          </p>
        </section>
      )}
    </>
  );
}

import './theme.css';
import './controls.css';
import './app.css';
import './globe/globe.css';
import { type ComponentType, lazy, Suspense, useEffect, useRef } from 'react';
import { listenForKeys } from './keyboard';
import type { Room } from './location_hash';
import { CommandPalette } from './panels/command_palette';
import { DropTarget } from './panels/drop_target';
import { ErrorBoundary } from './panels/error_boundary';
import { FieldBar } from './panels/field_bar';
import { ForecastFigures } from './panels/forecast_figures';
import { ForecastPanel } from './panels/forecast_panel';
import { Header } from './panels/header';
import { KernelsFigures } from './panels/kernels_figures';
import { KernelsPanel } from './panels/kernels_panel';
import { KeysDialog } from './panels/keys_dialog';
import { LearnFigures } from './panels/learn_figures';
import { LearnPanel } from './panels/learn_panel';
import { Legend } from './panels/legend';
import { NetworkControls } from './panels/network_controls';
import { NetworkFigures } from './panels/network_figures';
import { NoWebGpu } from './panels/no_webgpu';
import { Notices } from './panels/notices';
import { PointFigures } from './panels/point_figures';
import { Rooms } from './panels/rooms';
import { ScoreFigures } from './panels/score_figures';
import { ScorePanel } from './panels/score_panel';
import { StatusLine } from './panels/status_line';
import { Timeline } from './panels/timeline';
import { TrainFigures } from './panels/train_figures';
import { TrainPanel } from './panels/train_panel';
import { Welcome } from './panels/welcome';
import { useData } from './state/data';
import { useScores } from './state/scores';
import { useShownField } from './state/shown_field';
import { useTraining } from './state/training';
import { useView } from './state/view';
import { useLanguage } from './words/language';
import { t } from './words/words';

/** What each room puts left and right of the globe. */
const PANELS: Record<Room, { Controls: ComponentType; Figures: ComponentType }> = {
  train: { Controls: TrainPanel, Figures: TrainFigures },
  forecast: { Controls: ForecastPanel, Figures: ForecastFigures },
  score: { Controls: ScorePanel, Figures: ScoreFigures },
  network: { Controls: NetworkControls, Figures: NetworkFigures },
  kernels: { Controls: KernelsPanel, Figures: KernelsFigures },
  learn: { Controls: LearnPanel, Figures: LearnFigures },
};

const Globe = lazy(() => import('./globe/globe'));

export function App() {
  const room = useView((view) => view.room);
  const sheetOpen = useView((view) => view.sheetOpen);
  const hasData = useData((data) => data.dataset !== null);
  const hasRun = useTraining(({ updates }) => updates > 0);
  const hasScores = useShownField(({ scores }) => scores !== null);
  const scored = useScores(({ scores }) => scores !== null);
  const speaking = {
    train: hasRun,
    forecast: hasScores,
    score: scored,
    network: hasData,
    kernels: hasData,
    learn: false,
  }[room];
  // Lessons pick places for figures of their own.
  const hasPick = useView((view) => view.pick !== null && view.room !== 'learn');
  const { Controls, Figures } = PANELS[room];
  const language = useLanguage((state) => state.language);
  useEffect(listenForKeys, []);
  const sheet = useRef<HTMLDivElement>(null);
  // On a narrow screen every room begins at its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the room is what is scrolled for
  useEffect(() => {
    sheet.current?.scrollTo(0, 0); // returns a promise in some browsers, which is no way to clean up
  }, [room]);

  return (
    // Texts are looked up while rendering: another language renders everything anew.
    <div className="app" key={language}>
      <Header />
      <Rooms />
      <main className="stage" aria-label={t('Globe')}>
        <ErrorBoundary what={t('The globe')}>
          <Suspense fallback={<div className="globe" />}>
            <Globe />
          </Suspense>
        </ErrorBoundary>
        {hasData && <FieldBar />}
        <div className="below-globe">
          {hasData && <Legend />}
          {hasData && <Timeline />}
        </div>
        {!hasData && <Welcome />}
        <NoWebGpu />
      </main>
      <div ref={sheet} className={`sheet ${speaking || hasPick ? 'speaking' : ''}`} hidden={!sheetOpen}>
        <button
          type="button"
          className="sheet-close"
          aria-label={t('Close the panel')}
          onClick={() => useView.setState({ sheetOpen: false })}
        />
        <section className="left" aria-label={t('Controls')}>
          <Controls />
        </section>
        <aside className="right-column" aria-label={t('Figures')}>
          <ErrorBoundary key={room} what={t('The figures')}>
            {hasPick && <PointFigures />}
            <Figures />
          </ErrorBoundary>
        </aside>
      </div>
      <StatusLine />
      <Notices />
      <KeysDialog />
      <CommandPalette />
      <DropTarget />
    </div>
  );
}

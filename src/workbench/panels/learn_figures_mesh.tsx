/** Figures of the lessons on grid and mesh. */
import '../charts/charts.css';
import { lazy, Suspense } from 'react';
import type { MeshEdges } from '../../worker/protocol';
import { useData } from '../state/data';
import { reachBySteps, useGraph, useMeshEdges } from '../state/lessons_graph';
import { useModel } from '../state/lessons_model';
import { useView } from '../state/view';
import { formatValue } from '../units';
import { t } from '../words/words';
import { meshNodes } from './welcome';

const LineChart = lazy(() => import('../charts/line_chart'));

/** Mean radius of the Earth, km. */
const EARTH_RADIUS = 6371;
const CHART_HEIGHT = 200;

const count = (value: number) => value.toLocaleString('en');

/** Distance between neighbours along a row of the open data's grid. */
export function RowSpacingFigure() {
  const dataset = useData((data) => data.dataset);
  const picked = useView((view) => view.pick?.latitude ?? 0);
  if (!dataset) return null;
  const rows = dataset.latitudes.length;
  const columns = dataset.longitudes.length;
  const spacing = (latitude: number) =>
    ((2 * Math.PI * EARTH_RADIUS) / columns) * Math.cos((latitude * Math.PI) / 180);
  const latitudes = Array.from({ length: 91 }, (_, i) => i);
  return (
    <>
      <dl className="figures-grid">
        <div>
          <dt>{t('Grid nodes')}</dt>
          <dd>
            {count(rows * columns)} <small>{`${rows} × ${columns}`}</small>
          </dd>
        </div>
        <div>
          <dt>{t('To the next at {latitude}°', { latitude: Math.round(picked) })}</dt>
          <dd>
            {formatValue(Math.max(0, spacing(picked)), 1)} <small>km</small>
          </dd>
        </div>
      </dl>
      <Suspense fallback={<div className="chart" style={{ height: CHART_HEIGHT + 48 }} />}>
        <LineChart
          title={t('Distance along a row, km')}
          xLabel={t('degrees of latitude')}
          x={latitudes}
          series={[
            { label: t('to the next point'), values: latitudes.map(spacing), colour: '--accent' },
            marked(latitudes, picked, spacing),
          ]}
          length={latitudes.length}
          height={CHART_HEIGHT}
          xSteps={[15, 30]}
        />
      </Suspense>
    </>
  );
}

/** The picked row as a line from 0 up to the curve. */
export function marked(latitudes: number[], picked: number, curve: (latitude: number) => number) {
  const at = latitudes.reduce((best, next) =>
    Math.abs(next - picked) < Math.abs(best - picked) ? next : best,
  );
  return {
    label: `${Math.round(picked)}°`,
    x: [at - 0.01, at],
    values: [0, curve(at)],
    colour: '--second',
  };
}

/** Nodes and edges of every refinement; those that are drawn are lit, and counted together. */
export function MeshSizesFigure() {
  const { model } = useModel();
  const chosen = useView((view) => view.meshLevels);
  const mesh = useMeshEdges();
  const levels = Array.from({ length: model.mesh_size + 1 }, (_, level) => level);
  const shown = chosen ?? levels;
  const lengths = mesh && meanLengths(mesh);
  const directed = (level: number) => 60 * 4 ** level;
  return (
    <section className="section">
      <h2>{t('Refinements of the icosahedron')}</h2>
      <table className="lesson-table">
        <thead>
          <tr>
            <th scope="col">{t('Level')}</th>
            <th scope="col">{t('Nodes')}</th>
            <th scope="col">{t('Edges')}</th>
            <th scope="col">{t('Mean length, km')}</th>
          </tr>
        </thead>
        <tbody>
          {levels.map((level) => (
            <tr key={level} className={shown.includes(level) ? 'shown' : ''}>
              <th scope="row">M{level}</th>
              <td>{count(meshNodes(level))}</td>
              <td>{count(directed(level))}</td>
              <td>{lengths?.[level] === undefined ? '–' : count(Math.round(lengths[level]))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="why-below" role="status">
        {t('On the globe: {edges} directed edges between {nodes} nodes.', {
          edges: count(shown.filter((l) => l <= model.mesh_size).reduce((sum, l) => sum + directed(l), 0)),
          nodes: count(meshNodes(Math.min(model.mesh_size, Math.max(...shown)))),
        })}
      </p>
    </section>
  );
}

/** Mean length of each level's edges along the sphere, km. */
function meanLengths({ vertices, edges, levels }: MeshEdges): number[] {
  const sums: number[] = [];
  const counts: number[] = [];
  levels.forEach((level, edge) => {
    const [a, b] = [3 * edges[2 * edge], 3 * edges[2 * edge + 1]];
    const chord = Math.hypot(
      vertices[a] - vertices[b],
      vertices[a + 1] - vertices[b + 1],
      vertices[a + 2] - vertices[b + 2],
    );
    sums[level] = (sums[level] ?? 0) + 2 * EARTH_RADIUS * Math.asin(chord / 2);
    counts[level] = (counts[level] ?? 0) + 1;
  });
  return sums.map((sum, level) => sum / counts[level]);
}

/** Edges between grid and mesh, beside those of GraphCast_small (spec 3.3). */
export function GraphFigure() {
  const graph = useGraph();
  if (!graph) return null;
  const fed = new Int32Array(graph.meshNodes);
  for (const node of graph.grid2mesh.receivers) fed[node]++;
  const rows: [string, string, string][] = [
    [t('Grid nodes'), count(graph.gridNodes), '65,160'],
    [t('Mesh nodes'), count(graph.meshNodes), '10,242'],
    [t('Grid to mesh'), count(graph.grid2mesh.senders.length), '101,892'],
    [t('On the mesh'), count(graph.mesh.senders.length), '81,900'],
    [t('Mesh to grid'), count(graph.mesh2grid.senders.length), '195,480'],
    [t('Grid nodes per mesh node'), `${Math.min(...fed)}–${Math.max(...fed)}`, '4–594'],
  ];
  return (
    <section className="section">
      <h2>{t('Nodes and directed edges')}</h2>
      <table className="lesson-table">
        <thead>
          <tr>
            <td />
            <th scope="col">{t('Here, M{size}', { size: graph.meshSize })}</th>
            <th scope="col">{t('1°, M5')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, here, there]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{here}</td>
              <td>{there}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="why-below">{t('1° and M5 are GraphCast_small’s.')}</p>
    </section>
  );
}

/** What share of the mesh a node's latent can depend on, by processor step. */
export function ReachFigure() {
  const graph = useGraph();
  const { model } = useModel();
  if (!graph) return null;
  const { all, finest } = reachBySteps(graph, model.gnn_msg_steps);
  const percent = (shares: number[]) => shares.map((share) => 100 * share);
  return (
    <>
      <dl className="figures-grid">
        <div>
          <dt>{t('Multi-mesh, {steps} steps', { steps: model.gnn_msg_steps })}</dt>
          <dd>
            {formatValue(100 * all[all.length - 1], 0.1)} <small>%</small>
          </dd>
        </div>
        <div>
          <dt>{t('Finest level alone')}</dt>
          <dd>
            {formatValue(100 * finest[finest.length - 1], 0.1)} <small>%</small>
          </dd>
        </div>
      </dl>
      <Suspense fallback={<div className="chart" style={{ height: CHART_HEIGHT + 48 }} />}>
        <LineChart
          title={t('Mesh nodes heard from, %')}
          xLabel={t('step')}
          x={all.map((_, step) => step)}
          series={[
            { label: t('multi-mesh'), values: percent(all), colour: '--accent' },
            { label: t('finest alone'), values: percent(finest), colour: '--second', dashed: true },
          ]}
          length={all.length}
          height={CHART_HEIGHT}
          xSteps={[1, 2, 4]}
        />
      </Suspense>
    </>
  );
}

/** Figures of the lessons on what the network is made of. */
import { PRESETS } from '../../graphcast/config';
import { parameterArrays } from '../../graphcast/parameters';
import { type ChannelLayout, channelLayout } from '../../weather/channels';
import { TASKS, type Task, taskFromDataset } from '../../weather/task';
import type { DatasetSummary } from '../../worker/protocol';
import { useData } from '../state/data';
import { useModel } from '../state/lessons_model';
import { t } from '../words/words';
import { meshNodes } from './welcome';

const count = (value: number) => value.toLocaleString('en');

/** What the open checkpoint, or a new network on the open data, reads and predicts; null without data. */
function useChannels(): ChannelLayout | null {
  const { dataset, checkpoint } = useData();
  const task = checkpoint?.task ?? (dataset && taskOf(dataset));
  return task && channelLayout(task);
}

function taskOf({ name, levels, variables }: DatasetSummary): Task | null {
  try {
    return taskFromDataset({ name, levels, variables: new Map(variables.map((info) => [info.name, info])) });
  } catch {
    // Nothing in these data varies in time: the Train room says so.
    return null;
  }
}

function Comparison(props: { title: string; rows: [string, string, string][]; note?: string }) {
  const { title, rows, note } = props;
  return (
    <section className="section">
      <h2>{title}</h2>
      <table className="lesson-table">
        <thead>
          <tr>
            <td />
            <th scope="col">{t('Here')}</th>
            <th scope="col">GraphCast</th>
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
      {note && <p className="why-below">{note}</p>}
    </section>
  );
}

/** The network of the page beside GraphCast: what the lessons are about, in numbers. */
export function NetworkTable() {
  const { model } = useModel();
  const dataset = useData((data) => data.dataset);
  const channels = useChannels();
  const graphcast = PRESETS.graphcast.model;
  const edges = (size: number) => 20 * (4 ** (size + 1) - 1);
  const parts = channels && parameterCounts(model, channels);
  const rows: [string, string, string][] = [
    [
      t('Grid nodes'),
      dataset ? count(dataset.latitudes.length * dataset.longitudes.length) : '–',
      count(721 * 1440),
    ],
    [t('Mesh nodes'), count(meshNodes(model.mesh_size)), count(meshNodes(graphcast.mesh_size))],
    [t('Multi-mesh edges'), count(edges(model.mesh_size)), count(edges(graphcast.mesh_size))],
    [t('Latent size'), count(model.latent_size), count(graphcast.latent_size)],
    [t('Message-passing steps'), count(model.gnn_msg_steps), count(graphcast.gnn_msg_steps)],
    [t('Parameters'), parts ? count(sum(Object.values(parts))) : '–', count(36_348_131)],
  ];
  return (
    <Comparison
      title={t('The network')}
      rows={rows}
      note={t('Small enough to train while you watch; built as GraphCast is.')}
    />
  );
}

/** What one message function is made of (spec 5.1, 5.2). */
export function MessageShapeFigure() {
  const { model } = useModel();
  const rows = [model.latent_size, PRESETS.graphcast.model.latent_size].map((latent) => ({
    in: `3 × ${latent} = ${count(3 * latent)}`,
    hidden: count(latent),
    out: count(latent),
    // Two linear layers with their biases, scale and offset.
    weights: count(3 * latent * latent + latent + latent * latent + latent + 2 * latent),
  }));
  const named: [string, keyof (typeof rows)[0]][] = [
    [t('Numbers in'), 'in'],
    [t('Hidden layer'), 'hidden'],
    [t('Numbers out'), 'out'],
    [t('Weights'), 'weights'],
  ];
  return (
    <Comparison
      title={t('One message function')}
      rows={named.map(([name, key]) => [name, rows[0][key], rows[1][key]])}
      note={t('Edge latents begin as 4 numbers: length, and where the sender lies as the receiver sees it.')}
    />
  );
}

/** Input and output channels by kind. */
export function ChannelsFigure() {
  const here = useChannels();
  if (!here) return null;
  const rows = [here, channelLayout(TASKS.TASK)].map((layout) => {
    const of = (source: string) => layout.inputs.filter((channel) => channel.source === source).length;
    const total = layout.inputs.length;
    return [of('state'), of('forcing'), of('static'), total, total + 3, layout.state.length].map(count);
  });
  const names = [
    t('State, 2 frames'),
    t('Forcings, 3 times'),
    t('Static'),
    t('Input channels'),
    t('With the node’s place'),
    t('Output channels'),
  ];
  return <Comparison title={t('Channels')} rows={names.map((name, i) => [name, rows[0][i], rows[1][i]])} />;
}

/** Where the parameters are. */
export function ParametersFigure() {
  const { model } = useModel();
  const channels = useChannels();
  if (!channels) return null;
  const here = parameterCounts(model, channels);
  const there = parameterCounts(PRESETS.graphcast.model, channelLayout(TASKS.TASK));
  const total = sum(Object.values(here));
  const parts = [
    [t('Encoder'), 'grid2mesh_gnn'],
    [t('Processor'), 'mesh_gnn'],
    [t('Decoder'), 'mesh2grid_gnn'],
  ] as const;
  return (
    <>
      <section className="section">
        <h2>{t('Parameters by part')}</h2>
        <div className="bars">
          {parts.map(([name, part]) => (
            <div key={part} style={{ display: 'contents' }}>
              <span>{name}</span>
              <span className="bar">
                <i style={{ width: `${(100 * here[part]) / total}%` }} />
              </span>
              <span className="value">{Math.round((100 * here[part]) / total)} %</span>
            </div>
          ))}
        </div>
      </section>
      <Comparison
        title={t('Parameters')}
        rows={[
          ...parts.map(([name, part]): [string, string, string] => [
            name,
            count(here[part]),
            count(there[part]),
          ]),
          [t('Together'), count(total), count(sum(Object.values(there)))],
        ]}
      />
    </>
  );
}

type Parts = Record<'grid2mesh_gnn' | 'mesh_gnn' | 'mesh2grid_gnn', number>;

function parameterCounts(
  model: Parameters<typeof parameterArrays>[0],
  { inputs, state }: ChannelLayout,
): Parts {
  const parts: Parts = { grid2mesh_gnn: 0, mesh_gnn: 0, mesh2grid_gnn: 0 };
  for (const { name, shape } of parameterArrays(model, inputs.length, state.length)) {
    parts[name.split('/')[0] as keyof Parts] += shape.reduce((product, size) => product * size, 1);
  }
  return parts;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

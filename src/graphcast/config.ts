/**
 * Sizes of the network (spec 1.1), in GraphCast's own spelling and field order, and the presets to choose from.
 */
import { ConfigError } from '../errors';

export interface ModelConfig {
  /** Grid spacing in degrees; 0 means any. The network itself does not depend on it. */
  resolution: number;
  /** Refinements of the icosahedron; the processor's multi-mesh has the edges of levels 0 to mesh_size. */
  mesh_size: number;
  /** Width of every latent and every hidden layer. */
  latent_size: number;
  /** Message-passing steps of the processor, each with its own weights. */
  gnn_msg_steps: number;
  /** Hidden layers of each MLP; 1 means two linear layers. */
  hidden_layers: number;
  /** Grid-to-mesh radius as a fraction of the finest mesh's longest edge. */
  radius_query_fraction_edge_length: number;
  /** Divides the mesh-to-grid edge features; when absent, their longest edge does. */
  mesh2grid_edge_normalization_factor?: number;
}

/** A network to start from; `task` names the variables it was published with, where there are such. */
export interface Preset {
  description: string;
  model: ModelConfig;
  task?: string;
}

/** In the released models: the longest edge of mesh level 1 (spec 1.3). */
const RELEASED_MESH2GRID_FACTOR = 0.6180338738074472;

export const PRESETS: Record<string, Preset> = {
  tiny: {
    description: 'Smallest; for 10 degree data, minutes on any machine',
    model: sizes({ mesh_size: 2, latent_size: 32, gnn_msg_steps: 4 }),
  },
  mini: {
    description: 'Small; for 6 degree data',
    model: sizes({ mesh_size: 3, latent_size: 64, gnn_msg_steps: 4 }),
  },
  midi: {
    description: 'Medium; for 2 to 4 degree data, needs a real GPU',
    model: sizes({ mesh_size: 4, latent_size: 256, gnn_msg_steps: 8 }),
  },
  graphcast_small: {
    description: "GraphCast_small's sizes: 1 degree, 13 levels, 36 million parameters",
    model: { ...released({ resolution: 1, mesh_size: 5 }), radius_query_fraction_edge_length: 0.6 },
    task: 'TASK_13',
  },
  graphcast: {
    description: "GraphCast's sizes: 0.25 degree, 37 levels",
    model: released({ resolution: 0.25, mesh_size: 6 }),
    task: 'TASK',
  },
  graphcast_operational: {
    description: "GraphCast_operational's sizes: 0.25 degree, 13 levels, no precipitation input",
    model: released({ resolution: 0.25, mesh_size: 6 }),
    task: 'TASK_13_PRECIP_OUT',
  },
};

/**
 * Checks a configuration that may come from a file.
 * @throws ConfigError naming the field, its value and what is allowed
 */
export function validateModelConfig(config: ModelConfig): void {
  for (const field of Object.keys(config)) {
    if (!Object.hasOwn(ALLOWED, field)) {
      throw new ConfigError(
        `model.${field} is not a field of the network's configuration; the fields are ${Object.keys(ALLOWED).join(', ')}.`,
      );
    }
  }
  for (const [field, allowed] of Object.entries(ALLOWED)) {
    const value: unknown = config[field as keyof ModelConfig];
    if (value === undefined && allowed.optional) continue;
    if (typeof value !== 'number' || !allowed.test(value)) {
      throw new ConfigError(`model.${field} is ${JSON.stringify(value)}, expected ${allowed.words}.`);
    }
  }
}

interface Allowed {
  words: string;
  test: (value: number) => boolean;
  optional?: boolean;
}

const ALLOWED: Record<keyof ModelConfig, Allowed> = {
  resolution: { words: 'degrees, or 0 for any', test: (value) => Number.isFinite(value) && value >= 0 },
  mesh_size: wholeNumber(0, 8),
  latent_size: wholeNumber(1, 4096),
  gnn_msg_steps: wholeNumber(1, 256),
  hidden_layers: wholeNumber(1, 16),
  radius_query_fraction_edge_length: positive(),
  mesh2grid_edge_normalization_factor: { ...positive(), optional: true },
};

function wholeNumber(least: number, most: number): Allowed {
  return {
    words: `a whole number from ${least} to ${most}`,
    test: (value) => Number.isInteger(value) && value >= least && value <= most,
  };
}

function positive(): Allowed {
  return { words: 'a number above 0', test: (value) => Number.isFinite(value) && value > 0 };
}

/** A network to train from scratch: its mesh-to-grid features are normalised by their own longest edge. */
function sizes(size: Pick<ModelConfig, 'mesh_size' | 'latent_size' | 'gnn_msg_steps'>): ModelConfig {
  return { resolution: 0, ...size, hidden_layers: 1, radius_query_fraction_edge_length: 0.6 };
}

function released(size: Pick<ModelConfig, 'resolution' | 'mesh_size'>): ModelConfig {
  return {
    ...size,
    latent_size: 512,
    gnn_msg_steps: 16,
    hidden_layers: 1,
    radius_query_fraction_edge_length: 0.5999912857713345,
    mesh2grid_edge_normalization_factor: RELEASED_MESH2GRID_FACTOR,
  };
}

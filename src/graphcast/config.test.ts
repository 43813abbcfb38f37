import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors';
import { PRESETS, validateModelConfig } from './config';

describe('model configuration', () => {
  it('accepts every preset', () => {
    for (const preset of Object.values(PRESETS))
      expect(() => validateModelConfig(preset.model)).not.toThrow();
  });

  it("holds the released models' values (spec 1.3)", () => {
    expect(PRESETS.graphcast_small.model).toEqual({
      resolution: 1,
      mesh_size: 5,
      latent_size: 512,
      gnn_msg_steps: 16,
      hidden_layers: 1,
      radius_query_fraction_edge_length: 0.6,
      mesh2grid_edge_normalization_factor: 0.6180338738074472,
    });
    expect(PRESETS.graphcast.model.radius_query_fraction_edge_length).toBe(0.5999912857713345);
  });

  it('names a wrong field, its value and what is allowed', () => {
    const withField = (field: object) => () => validateModelConfig({ ...PRESETS.tiny.model, ...field });
    expect(withField({ latent_size: 0 })).toThrow(
      'model.latent_size is 0, expected a whole number from 1 to 4096.',
    );
    expect(withField({ mesh_size: 2.5 })).toThrow(
      'model.mesh_size is 2.5, expected a whole number from 0 to 8.',
    );
    expect(withField({ gnn_msg_steps: '4' })).toThrow('model.gnn_msg_steps is "4"');
    expect(withField({ hidden_layers: undefined })).toThrow('model.hidden_layers is undefined');
    expect(withField({ resolution: Number.NaN })).toThrow(ConfigError);
    expect(withField({ mesh2grid_edge_normalization_factor: 0 })).toThrow('expected a number above 0');
    expect(withField({ mesh2grid_edge_normalization_factor: undefined })).not.toThrow();
    expect(withField({ latentsize: 3 })).toThrow('model.latentsize is not a field');
  });
});

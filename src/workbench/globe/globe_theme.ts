import type { Theme } from '../state/theme';
import type { GlobeColours } from './globe_scene';

/** Colours of the globe; over a field the coast is drawn dark, on the bare globe it is drawn as an outline. */
export function globeColours(theme: Theme, hasField: boolean): GlobeColours {
  const dark = theme === 'dark';
  const lines = hasField
    ? { coast: '#05080c', coastOpacity: 0.78, graticule: '#05080c', graticuleOpacity: 0.16 }
    : dark
      ? { coast: '#6b7f92', coastOpacity: 0.75, graticule: '#9fb4c8', graticuleOpacity: 0.1 }
      : { coast: '#7f8d9b', coastOpacity: 0.9, graticule: '#51606e', graticuleOpacity: 0.16 };
  const surface = dark
    ? { sea: '#0f1720', land: '#1c2833', missing: '#2a323b', limb: 0.42 }
    : { sea: '#e3ebf1', land: '#f7f5f0', missing: '#c9cfd6', limb: 0.16 };
  return {
    ...lines,
    ...surface,
    mesh: hasField ? '#0c9c8a' : dark ? '#5ce0c6' : '#0b7f70',
    meshOpacity: hasField ? 0.85 : 0.8,
    glow: dark ? '#6fb7e8' : '#9db4c6',
    glowStrength: dark ? 0.34 : 0.25,
  };
}

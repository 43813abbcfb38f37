import type { Layer } from '../location_hash';
import type { ShownLayer } from '../state/shown_field';
import { fieldTitle } from '../units';
import { t } from '../words/words';

const LAYER_WORDS: Record<Layer, string> = {
  forecast: 'Forecast',
  truth: 'Truth',
  error: 'Error',
  tendency: '6 h change',
  sensitivity: 'Sensitivity',
};

/** A layer's name, in the page's language. */
export function layerName(layer: Layer): string {
  return t(LAYER_WORDS[layer]);
}

/** What a drawn layer shows, for the legend: 'Error of 500 hPa geopotential height'. */
export function layerTitle({ layer, display, level }: ShownLayer): string {
  const label = t(display.label);
  const title = fieldTitle(label, level);
  const inside = title.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  if (layer === 'error') return t('Error of {field}', { field: inside });
  if (layer === 'tendency') return t('6 h change of {field}', { field: inside });
  if (layer === 'sensitivity') return t('Sensitivity to {field}', { field: inside });
  return title;
}

/** Chinese (simplified) by the English that the page's code uses; `words.test.ts` finds what is missing. */
export const CHINESE: Record<string, string> = {
  Train: '训练',
  Forecast: '预报',
  Kernels: '内核',
};

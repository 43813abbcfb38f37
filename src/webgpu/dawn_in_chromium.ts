/** Takes the place of `dawn.ts` where tests run in a page: Chromium has a Dawn of its own, behind `navigator.gpu`. */
export async function dawn(): Promise<GPU> {
  return navigator.gpu;
}

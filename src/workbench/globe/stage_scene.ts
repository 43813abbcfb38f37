import type { GlobeScene } from './globe_scene';

/** The scene on the page's one stage, for those who take pictures of it; null before it is there. */
let stageScene: GlobeScene | null = null;

export function setStageScene(scene: GlobeScene | null): void {
  stageScene = scene;
}

export function getStageScene(): GlobeScene | null {
  return stageScene;
}

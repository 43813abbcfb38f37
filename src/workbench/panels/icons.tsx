/**
 * Icons: decoration only, every control has its words. All are filled outlines: where the CPU plays the GPU, the shader
 * that strokes curves is compiled for a second or two, and the page's first frame would need it for nothing else.
 */
import {
  mdiCameraOutline,
  mdiCheckerboard,
  mdiChevronLeft,
  mdiChevronRight,
  mdiCircleHalfFull,
  mdiClose,
  mdiCompare,
  mdiContentCopy,
  mdiEarth,
  mdiFolderOpenOutline,
  mdiGraphOutline,
  mdiKeyboardOutline,
  mdiMapOutline,
  mdiMemory,
  mdiPause,
  mdiPlay,
  mdiSchoolOutline,
  mdiStepForward,
  mdiStop,
  mdiTableLarge,
  mdiTrayArrowDown,
  mdiTrendingDown,
  mdiVectorTriangle,
  mdiWaves,
  mdiWeatherWindy,
  mdiWeb,
} from '@mdi/js';

function icon(path: string) {
  return function Icon() {
    return (
      <svg width="16" height="16" viewBox="1 1 22 22" fill="currentColor" aria-hidden="true">
        <path d={path} />
      </svg>
    );
  };
}

export const TrainIcon = icon(mdiTrendingDown);
export const ForecastIcon = icon(mdiEarth);
export const ScoreIcon = icon(mdiTableLarge);
export const NetworkIcon = icon(mdiGraphOutline);
export const KernelsIcon = icon(mdiMemory);
export const LearnIcon = icon(mdiSchoolOutline);
export const PlayIcon = icon(mdiPlay);
export const PauseIcon = icon(mdiPause);
export const StepIcon = icon(mdiStepForward);
export const StopIcon = icon(mdiStop);
export const BackIcon = icon(mdiChevronLeft);
export const ForwardIcon = icon(mdiChevronRight);
export const CloseIcon = icon(mdiClose);
export const LightIcon = icon(mdiCircleHalfFull);
export const KeysIcon = icon(mdiKeyboardOutline);
export const IsolinesIcon = icon(mdiWaves);
export const MeshIcon = icon(mdiVectorTriangle);
export const OpenIcon = icon(mdiFolderOpenOutline);
export const CopyIcon = icon(mdiContentCopy);
export const SaveIcon = icon(mdiTrayArrowDown);
export const WindIcon = icon(mdiWeatherWindy);
export const GraticuleIcon = icon(mdiWeb);
export const CellsIcon = icon(mdiCheckerboard);
export const MapIcon = icon(mdiMapOutline);
export const CompareIcon = icon(mdiCompare);
export const PictureIcon = icon(mdiCameraOutline);
/** H and L, as on a weather map. */
export const ExtremesIcon = icon('M2 4h2.5v6.75h5V4H12v16H9.5v-6.75h-5V20H2ZM15 4h2.5v13.6H23V20h-8Z');

/** The mark: an icosahedron seen along a face's axis, the mesh that GraphCast thinks on. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" fill="currentColor" fillRule="evenodd" aria-hidden="true">
      <path d="M27.75 8.72l-11.3-6.5q-.1-.06-.22-.09Q16.12 2.1 16 2.1q-.12 0-.23.03-.12.03-.22.09L4.25 8.72q-.1.06-.19.14-.08.09-.14.19-.06.1-.09.22-.03.11-.03.23v13q0 .12.03.23 .03.12.09.22 .06.1.14.19 .09.08.19.14l11.3 6.5q.1.06.22.09 .11.03.23.03 .12 0 .23-.03 .12-.03.22-.09l11.3-6.5q.1-.06.19-.14 .08-.09.14-.19 .06-.1.09-.22 .03-.11.03-.23V9.5q0-.12-.03-.23-.03-.12-.09-.22-.06-.1-.14-.19-.09-.08-.19-.14ZM15.1 8.88V4.56L7.92 8.69l7.18.19Zm1.8 0V4.56l7.18 4.13-7.18.19Zm-2.44 1.78l-4.31 7.46L6.2 10.44l8.26.22Zm7.39 7.46l-4.31-7.46 8.26-.22-3.95 7.68Zm-1.51.98L16 11.6l-4.34 7.5h8.68ZM5.6 21.09V13.22l3.27 6.36L5.6 21.09Zm20.8-7.87v7.87l-3.27-1.51 3.27-6.36ZM20.23 20.9L16 27.36 11.77 20.9h8.46Zm-7.05 5.44L6.66 22.59l3.11-1.45 3.41 5.2Zm12.16-3.75l-6.52 3.75 3.41-5.2 3.11 1.45Z" />
    </svg>
  );
}

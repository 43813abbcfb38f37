/** Line icons on a 16 px grid; decoration only, every control has its words. */
import type { ReactNode } from 'react';

function icon(paths: ReactNode) {
  return function Icon() {
    return (
      <svg
        width="16"
        height="16"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {paths}
      </svg>
    );
  };
}

export const TrainIcon = icon(<path d="M2 2.5v11h12M4.5 4.5c1.5 4.5 3.5 6.2 8.5 6.5" />);
export const ForecastIcon = icon(
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="M2 8h12M8 2c2.2 2 3 4 3 6s-.8 4-3 6M8 2C5.8 4 5 6 5 8s.8 4 3 6" />
  </>,
);
export const ScoreIcon = icon(<path d="M2 2.5h12v11H2ZM2 6.2h12M2 9.8h12M6 2.5v11M10 2.5v11" />);
export const NetworkIcon = icon(
  <>
    <path d="M4 4.2 8 8l4-3.6M8 8v4.2M4.2 12 8 8" />
    <circle cx="8" cy="8" r="1.6" fill="currentColor" />
    <circle cx="3.2" cy="3.5" r="1.4" />
    <circle cx="12.8" cy="3.7" r="1.4" />
    <circle cx="8" cy="13.4" r="1.4" />
    <circle cx="3.2" cy="12.8" r="1.4" />
  </>,
);
export const KernelsIcon = icon(
  <>
    <rect x="4.5" y="4.5" width="7" height="7" rx="1" />
    <path d="M6.5 1.8v2.7M9.5 1.8v2.7M6.5 11.5v2.7M9.5 11.5v2.7M1.8 6.5h2.7M1.8 9.5h2.7M11.5 6.5h2.7M11.5 9.5h2.7" />
  </>,
);
export const LearnIcon = icon(
  <path d="M1.5 6 8 3l6.5 3L8 9Zm2.7 1.6v3.2c1 1.1 2.3 1.7 3.8 1.7s2.8-.6 3.8-1.7V7.6M14.5 6v4" />,
);
export const PlayIcon = icon(<path d="M5 3.2v9.6L12.5 8Z" fill="currentColor" />);
export const PauseIcon = icon(<path d="M5.5 3.5v9M10.5 3.5v9" strokeWidth="2.2" />);
export const StepIcon = icon(
  <>
    <path d="M3.5 3.5v9L9.5 8Z" fill="currentColor" />
    <path d="M12 3.5v9" strokeWidth="2" />
  </>,
);
export const StopIcon = icon(<rect x="4" y="4" width="8" height="8" rx="1" fill="currentColor" />);
export const BackIcon = icon(<path d="M9.5 3.5 5 8l4.5 4.5" />);
export const ForwardIcon = icon(<path d="M6.5 3.5 11 8l-4.5 4.5" />);
export const CloseIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const LightIcon = icon(
  <>
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor" />
  </>,
);
export const KeysIcon = icon(
  <>
    <rect x="1.5" y="4" width="13" height="8" rx="1.5" />
    <path d="M4 6.6h.01M6.7 6.6h.01M9.3 6.6h.01M12 6.6h.01M5 9.5h6" />
  </>,
);
export const IsolinesIcon = icon(
  <>
    <path d="M1.5 10.5c2.5-5 5.5 1 8-2s3-3 5-2.5" />
    <path d="M1.5 6.5c2.5-5 5.5 1 8-2s3-2 5-1.5M2 13.5c3-3 6 1 8-1s2.5-1.5 4-1.5" />
  </>,
);
export const MeshIcon = icon(
  <>
    <path d="M8 1.8 13.5 5v6L8 14.2 2.5 11V5Z" />
    <path d="m8 5.3 3 5H5Zm0 0V1.8M11 10.3l2.5.7M5 10.3l-2.5.7M8 5.3 2.5 5M8 5.3 13.5 5" />
  </>,
);
export const OpenIcon = icon(<path d="M1.8 12.5v-9h4l1.5 1.8h6v2M1.8 12.5l2-5.2h10.7l-1.9 5.2Z" />);
export const CopyIcon = icon(
  <>
    <rect x="5.5" y="5.5" width="8" height="8.5" rx="1" />
    <path d="M10.5 5.5V3a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v7.5a1 1 0 0 0 1 1h2" />
  </>,
);
export const SaveIcon = icon(<path d="M8 2v7.5M4.8 6.5 8 9.7l3.2-3.2M2.5 13.5h11" />);
export const WindIcon = icon(
  <path d="M1.5 6h8.2a2 2 0 1 0-2-2.4M1.5 9h11a1.8 1.8 0 1 1-1.8 2.2M1.5 12h5.2a1.6 1.6 0 1 1-1.5 2" />,
);
export const ExtremesIcon = icon(<path d="M2 3.5v9M6.5 3.5v9M2 8h4.5M10 3.5v9h4.5" />);
export const GraticuleIcon = icon(
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="M2.6 5.5h10.8M2.6 10.5h10.8M8 2v12M8 2C4.5 5 4.5 11 8 14M8 2c3.5 3 3.5 9 0 12" />
  </>,
);
export const CellsIcon = icon(
  <>
    <path d="M2.5 2.5h11v11h-11Z" />
    <path
      d="M2.5 2.5h3.7v3.7H2.5ZM9.8 2.5h3.7v3.7H9.8ZM6.2 6.2h3.6v3.6H6.2ZM2.5 9.8h3.7v3.7H2.5ZM9.8 9.8h3.7v3.7H9.8Z"
      fill="currentColor"
      stroke="none"
    />
  </>,
);
export const MapIcon = icon(
  <>
    <rect x="1.5" y="3.5" width="13" height="9" rx="1" />
    <path d="M5.8 3.5v9M10.2 3.5v9M1.5 8h13" />
  </>,
);
export const CompareIcon = icon(
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="M8 .8v14.4" />
    <path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor" stroke="none" />
  </>,
);
export const PictureIcon = icon(
  <>
    <rect x="1.5" y="4" width="13" height="9.5" rx="1.5" />
    <circle cx="8" cy="8.8" r="2.6" />
    <path d="M5.5 4 6.5 2.2h3L10.5 4" />
  </>,
);

/** The mark: an icosahedron seen along a face's axis, the mesh that GraphCast thinks on. */
export function Mark() {
  return (
    <svg
      className="mark"
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M16 3 27.3 9.5v13L16 29 4.7 22.5v-13Z" />
      <path d="M16 9.8 21.9 20H10.1ZM16 3v6.8M27.3 9.5 16 9.8 4.7 9.5M27.3 22.5 21.9 20l5.4-10.5M4.7 22.5 10.1 20 4.7 9.5M16 29l5.9-9M16 29l-5.9-9" />
    </svg>
  );
}

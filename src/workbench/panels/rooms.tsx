import type { Room } from '../location_hash';
import { showRoom, useView } from '../state/view';
import { t } from '../words/words';
import { ForecastIcon, KernelsIcon, LearnIcon, NetworkIcon, ScoreIcon, TrainIcon } from './icons';

export const ROOM_LIST: { room: Room; words: string; Icon: () => React.JSX.Element }[] = [
  { room: 'train', words: 'Train', Icon: TrainIcon },
  { room: 'forecast', words: 'Forecast', Icon: ForecastIcon },
  { room: 'score', words: 'Score', Icon: ScoreIcon },
  { room: 'network', words: 'Network', Icon: NetworkIcon },
  { room: 'kernels', words: 'Kernels', Icon: KernelsIcon },
  { room: 'learn', words: 'Learn', Icon: LearnIcon },
];

export function Rooms() {
  const current = useView((view) => view.room);
  return (
    <nav className="rooms" aria-label={t('Rooms')}>
      {ROOM_LIST.map(({ room, words, Icon }, i) => (
        <button
          key={room}
          type="button"
          data-key={i + 1}
          aria-keyshortcuts={String(i + 1)}
          aria-current={room === current ? 'page' : undefined}
          onClick={() => showRoom(room)}
        >
          <Icon />
          {t(words)}
        </button>
      ))}
    </nav>
  );
}

import type { Status } from '../source/types';
import { statusMeaning } from './runs';

const signs: Record<Status, string> = {
  running: '▶', finished: '✓', interrupted: '❚❚', diverged: '↗', failed: '✕', killed: '✕', broken: '!',
};

export function StatusBadge({ status }: { status: Status }) {
  return (
    <span class={`status ${status}`} title={statusMeaning[status]}>
      <span aria-hidden="true">{signs[status] ?? '·'}</span> {status}
    </span>
  );
}

import type { SweepEvent } from '../../dispatch/journal/events.ts';
import { clockText, hmText } from '../../ui/format/time-text.ts';
import type { Notice } from '../known/known.ts';

/** What an event tells everybody who watches, beside what its job's cell shows; null for most. */
export function noticeOfEvent(event: SweepEvent, died: SweepEvent | null): Notice | null {
  const id = `${event.epoch}.${event.seq}`;
  switch (event.kind) {
    case 'sweep_recovered': {
      const lastWord =
        died?.kind === 'dispatcher_started' && died.died !== null ? died.died.lastWord : null;
      if (lastWord === null) return null;
      const { requeued, failed, adopted } = event;
      const rest = adopted > 0 ? `, ${adopted} went on` : '';
      return {
        id,
        text: `recovered: supervisor died at ${hmText(lastWord)}, resumed ${hmText(event.time)}, ${requeued} jobs requeued, ${failed} lost${rest}`,
      };
    }
    case 'preflight_refused':
      return { id, text: `refused: ${event.failure.error} ${event.hint}` };
    case 'preflight_deferred':
      return {
        id,
        text: `not ready: ${event.failure.error} Asked again at ${clockText(event.until)}`,
      };
    case 'sweep_paused':
      return { id, text: `Paused: ${event.failure.error}`, next: '{retry} goes on.' };
    case 'pull_ended':
      return event.failure === null ? null : { id, text: `not pulled: ${event.failure.error}` };
    default:
      return null;
  }
}

/** What a supervisor's silence means, in a sentence; null where it is well or nobody is needed. */
export function noticeOfSupervisor(seen: {
  readonly standing: string;
  readonly host: string;
  readonly pid: number;
  readonly heardAt: number | null;
  readonly isEnded: boolean;
}): Notice | null {
  const { standing, host, pid, heardAt, isEnded } = seen;
  if (isEnded) return null;
  const since = heardAt === null ? '' : ` since ${clockText(heardAt)}`;
  if (standing === 'dead' || standing === 'starting')
    return {
      id: `supervisor ${pid} ${standing}`,
      text: `no word from the supervisor${since}. Jobs go on; starting it again`,
    };
  if (standing === 'silent')
    return {
      id: `supervisor ${host} ${pid} silent`,
      text: `no word from ${host} (pid ${pid})${since}. Jobs go on. If it is gone: :take-over`,
    };
  if (standing === 'elsewhere')
    return {
      id: `supervisor ${host} ${pid}`,
      text: `${host} (pid ${pid}) runs this sweep. Watch here, act there.`,
    };
  return null;
}

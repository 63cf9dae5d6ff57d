/** Counts every minute how long people have waited for answers; see `store/reporting/answer-times.ts`. */
import type { Logger } from '../lib/logger.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import type { Pool } from '../store/database.ts';
import { countAnswers } from '../store/reporting/answer-times.ts';

const roundMs = 60_000;

export function startCountingAnswers({ db, log }: { readonly db: Pool; readonly log: Logger }): WorkLoop {
  return startWorkLoop({
    name: 'answer times',
    log,
    pollMs: roundMs,
    round: () => countAnswers(db),
  });
}

/** A real logger whose lines a test can read: for finding out whether something secret got into one. */
import { createLogger, type Logger } from '../../src/lib/logger.ts';

export interface CapturedLog {
  readonly log: Logger;
  /** Everything written so far. */
  text(): string;
}

/** The most talkative level, so that nothing is spared. */
export function captureLog(): CapturedLog {
  const lines: string[] = [];
  const log = createLogger({
    level: 'trace',
    name: 'captured',
    destination: { write: (line) => void lines.push(line) },
  });
  return { log, text: () => lines.join('') };
}

/** A real logger whose lines a test can read, to check that they contain nothing secret. */
import { createLogger, type Logger } from '../../src/lib/logger.ts';

export interface CapturedLog {
  readonly log: Logger;
  /** Everything written so far. */
  text(): string;
}

/** Logs at the lowest level, so that nothing is left out. */
export function captureLog(): CapturedLog {
  const lines: string[] = [];
  const log = createLogger({
    level: 'trace',
    name: 'captured',
    destination: { write: (line) => void lines.push(line) },
  });
  return { log, text: () => lines.join('') };
}

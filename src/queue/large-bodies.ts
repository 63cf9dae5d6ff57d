/** Reads large event bodies from the database only while they are processed, a few at a time, so that memory stays bounded. */
import type { Db } from '../store/database.ts';
import { type ClaimedEvent, readBody } from '../store/queue/inbox.ts';

export interface LargeBodies {
  /**
   * Runs `work` with the row's body; waits first while too many bytes are loaded. Errors of `work` are passed on. Returns null without
   * running it if `isLate` is true when a large body could be loaded.
   */
  with<T>(row: ClaimedEvent, work: (body: Buffer) => Promise<T>, isLate: () => boolean): Promise<T | null>;
}

/**
 * Bytes loaded at a time in this process; a larger body is processed alone. Parsing a body of 4 MB takes about ten times as much memory.
 */
const maxBytes = 8 * 1024 * 1024;

export function createLargeBodies(db: Db): LargeBodies {
  const waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  let inHand = 0;

  const fits = (bytes: number): boolean => inHand === 0 || inHand + bytes <= maxBytes;

  function enter(bytes: number): Promise<void> {
    if (waiting.length === 0 && fits(bytes)) {
      inHand += bytes;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push({ bytes, go: resolve }));
  }

  function leave(bytes: number): void {
    inHand -= bytes;
    for (let [next] = waiting; next !== undefined && fits(next.bytes); [next] = waiting) {
      waiting.shift();
      inHand += next.bytes;
      next.go();
    }
  }

  return {
    async with(row, work, isLate) {
      if (row.body !== null) return await work(row.body);
      await enter(row.body_bytes);
      try {
        return isLate() ? null : await work(await readBody(db, row));
      } finally {
        leave(row.body_bytes);
      }
    },
  };
}

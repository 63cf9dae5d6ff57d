/** Reads large event bodies from the database only while they are processed, a few at a time, so that memory stays bounded. */
import type { Db } from '../store/database.ts';
import { type ClaimedEvent, readBody } from '../store/queue/inbox.ts';

export interface BodyLoader {
  /**
   * Runs `work` with the row's body; waits first while too many bytes are loaded. Errors of `work` are passed on. If
   * `isLate()` is true once there is room for a large body, returns null without running `work`.
   */
  withBody<T>(row: ClaimedEvent, work: (body: Buffer) => Promise<T>, isLate: () => boolean): Promise<T | null>;
}

/**
 * Bytes loaded at a time in this process; a larger body is processed alone. Parsing a body of 4 MB takes about ten times as much memory.
 */
const maxBytes = 8 * 1024 * 1024;

export function createBodyLoader(db: Db): BodyLoader {
  const waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  let loadedBytes = 0;

  const fits = (bytes: number): boolean => loadedBytes === 0 || loadedBytes + bytes <= maxBytes;

  function enter(bytes: number): Promise<void> {
    if (waiting.length === 0 && fits(bytes)) {
      loadedBytes += bytes;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push({ bytes, go: resolve }));
  }

  function leave(bytes: number): void {
    loadedBytes -= bytes;
    for (let [next] = waiting; next !== undefined && fits(next.bytes); [next] = waiting) {
      waiting.shift();
      loadedBytes += next.bytes;
      next.go();
    }
  }

  return {
    async withBody(row, work, isLate) {
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

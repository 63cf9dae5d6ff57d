/** Decides how far one bot's polled events may be acknowledged, which deletes them in the portal. */

export interface ReadMarks {
  /** The offset to give next: everything below it is stored and may be deleted. */
  offset(): number;
  /**
   * Notes that a page read at the current offset is stored. Returns whether the page held events not read before. @param nextOffset above the
   * last event of the page @param isFull there may be more behind it @param now in milliseconds of a monotonic clock
   */
  read(nextOffset: number, isFull: boolean, now: number): boolean;
}

/**
 * The portal numbers an event before it writes it down, and may write down a later one first. So events just read are acknowledged only after
 * this time, when every earlier one must have appeared; until then they are read again, but not stored again.
 */
const settleMs = 5_000;

export function createReadMarks(first: number): ReadMarks {
  let acknowledged = first;
  let readTo = first;
  /** Offsets read so far and not acknowledged, with the moment of the first read; oldest first. */
  const unsettled: { readonly offset: number; readonly at: number }[] = [];
  return {
    offset: () => acknowledged,
    read(nextOffset, isFull, now) {
      const isNew = nextOffset > readTo;
      if (isNew) unsettled.push({ offset: nextOffset, at: now });
      readTo = Math.max(readTo, nextOffset);
      // A full page is acknowledged at once, or it would hide what follows it; all of it but the end was written long ago.
      let settled = isFull ? nextOffset : acknowledged;
      // Never beyond this page: only what is below its end is known to be stored.
      while (unsettled[0] !== undefined && unsettled[0].offset <= nextOffset) {
        if (unsettled[0].offset > settled && now - unsettled[0].at < settleMs) break;
        settled = Math.max(settled, unsettled[0].offset);
        unsettled.shift();
      }
      acknowledged = Math.max(acknowledged, settled);
      return isNew;
    },
  };
}

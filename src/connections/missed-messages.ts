/** Reads what people wrote in a dialog while the brain was not told: the inbox keeps every event. */
import { decodeEvent } from '../bitrix24/events/decode-event.ts';
import type { ConversationRef } from '../core/connector.ts';
import type { MissedMessage } from '../core/connector-tools.ts';
import type { Db } from '../store/database.ts';
import { readKept } from '../store/queue/inbox.ts';
import { inboxLane } from '../store/queue/lane-names.ts';
import { findByRef } from '../store/tenants/conversations.ts';

/** Events read at most; callers show far fewer. */
const maxEvents = 500;

/** Messages of customers and employees that came between two moments, both included, and that no brain was told of; oldest first. */
export async function missedMessages(
  db: Db,
  portal: string,
  to: ConversationRef,
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<readonly MissedMessage[]> {
  const found = await findByRef(db, portal, to.ref);
  if (found === null) return [];
  const lane = { portal, lane: inboxLane(found.botCode, found.dialogId) };
  const rows = await readKept(db, lane, 'bitrix24', { from, until, limit: maxEvents });
  return rows.flatMap(({ body, received_at: at }): MissedMessage[] => {
    const decoded = decodeEvent(body, { code: found.botCode, id: null });
    if (decoded.kind !== 'chat') return [];
    return decoded.events.flatMap((event): MissedMessage[] => {
      // A hidden note is for the operators of the line alone.
      if (event.type !== 'message' || event.isHidden === true) return [];
      const { author, text, files } = event;
      if (author.kind !== 'client' && author.kind !== 'employee') return [];
      return [{ at, author, text, files: files.map(({ name }) => name) }];
    });
  });
}

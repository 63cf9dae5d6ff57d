/** Conversations as the API answers them: with the last words and the number of dead letters of each. */
import type { Pool } from '../store/database.ts';
import { inboxLane, outboxLane } from '../store/queue/lane-names.ts';
import type { ListedConversation } from '../store/reporting/conversation-list.ts';
import { countStuck, readSaidTexts, type SaidText } from '../store/reporting/said-texts.ts';
import type { ListedConversationAnswer } from './schemas/conversations.ts';

export interface NamedConversation extends ListedConversation {
  /** Shown instead of the last words. */
  readonly said?: SaidText;
}

/** Longer texts are cut: each is one line of a list. */
const saidLength = 200;

/** Describes the conversations, in the order of `rows`. */
export async function describeConversations(
  db: Pool,
  portal: string,
  rows: readonly NamedConversation[],
): Promise<ListedConversationAnswer[]> {
  if (rows.length === 0) return [];
  const dialogs = rows.map((row) => ({ botCode: row.bot_code, dialogId: row.dialog_id }));
  const [last, stuck] = await Promise.all([
    readSaidTexts(db, portal, dialogs, 1),
    countStuck(
      db,
      portal,
      rows.flatMap((row) => lanesOf(row)),
    ),
  ]);
  return rows.map((row) => {
    const said = row.said ?? last.find((one) => one.bot_code === row.bot_code && one.dialog_id === row.dialog_id);
    const undelivered = lanesOf(row).reduce((sum, lane) => sum + (stuck.get(lane) ?? 0), 0);
    return { ...plain(row), said: said === undefined ? null : spoken(said), undelivered };
  });
}

function lanesOf({ bot_code: botCode, dialog_id: dialogId }: ListedConversation): readonly string[] {
  const sides = (['portal', 'brain'] as const).map((side) => outboxLane(botCode, dialogId, side));
  return [inboxLane(botCode, dialogId), ...sides];
}

function plain(row: ListedConversation): Omit<ListedConversationAnswer, 'said' | 'undelivered'> {
  return {
    bot: row.bot_code,
    dialog: row.dialog_id,
    kind: row.kind,
    person: row.person,
    title: row.title,
    line: row.line_id,
    lead: row.owner === 'brain' ? 'brain' : row.is_taken ? 'taken' : 'handed_over',
    ledSince: row.owned_since?.toISOString() ?? null,
    waitingSince: row.waiting_since?.toISOString() ?? null,
    activeAt: row.updated_at.toISOString(),
  };
}

function spoken({ text, at, by }: SaidText): ListedConversationAnswer['said'] {
  return { text: text.slice(0, saidLength).toWellFormed(), at: at.toISOString(), by };
}

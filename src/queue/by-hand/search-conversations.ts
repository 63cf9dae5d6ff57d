/** Looks for conversations in which something was said. Texts have no index: each call looks through some hundred conversations and says how far it came. */
import type { Pool } from '../../store/database.ts';
import {
  type ListedConversation,
  type ListFilter,
  type ListPlace,
  listConversations,
} from '../../store/reporting/conversation-list.ts';
import { readSaidTexts, type SaidText } from '../../store/reporting/said-texts.ts';

export interface TextSearch {
  readonly text: string;
  readonly filter: ListFilter;
  readonly after: ListPlace | null;
  /** The most conversations to find. */
  readonly limit: number;
}

export interface FoundConversation {
  readonly conversation: ListedConversation;
  /** The newest text that fits. */
  readonly said: SaidText;
}

export interface SearchResult {
  readonly found: readonly FoundConversation[];
  /** The last conversation that was looked through; null: all were. */
  readonly last: ListedConversation | null;
}

/** A call ends after the first step that ends later than this. */
const budgetMs = 150;

/** Conversations looked through at once: their newest texts, if all have the greatest length, take a few dozen megabytes. */
const stepSize = 25;

/** How many of the newest texts of each side of a conversation are searched. */
const searchedPerSide = 100;

export async function searchConversations(
  db: Pool,
  portal: string,
  { text, filter, after, limit }: TextSearch,
): Promise<SearchResult> {
  const end = performance.now() + budgetMs;
  const wanted = text.toLowerCase();
  const found: FoundConversation[] = [];
  for (let place = after; ; ) {
    const step = await listConversations(db, portal, filter, { after: place, limit: stepSize });
    const newest = await newestWith(db, portal, step, wanted);
    for (const conversation of step) {
      const said = newest.get(keyOf(conversation));
      if (said !== undefined) found.push({ conversation, said });
      if (found.length === limit) return { found, last: conversation };
    }
    const last = step.at(-1);
    if (step.length < stepSize || last === undefined) return { found, last: null };
    if (performance.now() > end) return { found, last };
    place = last.place;
  }
}

async function newestWith(
  db: Pool,
  portal: string,
  conversations: readonly ListedConversation[],
  wanted: string,
): Promise<ReadonlyMap<string, SaidText>> {
  const dialogs = conversations.map((row) => ({ botCode: row.bot_code, dialogId: row.dialog_id }));
  const newest = new Map<string, SaidText>();
  for (const said of await readSaidTexts(db, portal, dialogs, searchedPerSide)) {
    const key = keyOf(said);
    // Compared here: how the database lower-cases letters depends on how it was set up.
    if (!newest.has(key) && said.text.toLowerCase().includes(wanted)) newest.set(key, said);
  }
  return newest;
}

const keyOf = (row: { readonly bot_code: string; readonly dialog_id: string }): string =>
  `${row.bot_code}\n${row.dialog_id}`;

/** Tells managers by a private note with which data a link opened the bot. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import type { MgContext } from '../context.ts';
import { managerTexts } from '../texts/manager-texts.ts';
import { findChat, linkTo } from './link-conversation.ts';
import { addNote } from './notes.ts';

/** Longest note, so that it stays readable. */
const mostLength = 3_000;

/** Repeatable: nothing is sent when the last such note says the same. Without a chat there is nowhere to put the note; the trace says so. */
export async function tellContext(
  context: MgContext,
  { data }: BrainAction & { readonly type: 'context' },
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const chat = await findChat(context, to, signal);
  if (chat === null) return { warnings: ['the data of the link were not shown: MessageGateway has no chat yet'] };
  const { contextOpened: heading } = managerTexts(context.config.language);
  const lines = Object.entries(data).map(([name, value]) => `${name}: ${value}`);
  const text = [heading, ...lines].join('\n').slice(0, mostLength).toWellFormed();
  await addNote(context, chat.id, { text, heading, isOnce: false }, signal);
  return linkTo(chat, to);
}

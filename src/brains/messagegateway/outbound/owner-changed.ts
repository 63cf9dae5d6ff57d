/** Tells managers who leads the conversation now, with a takeover summary, and releases the dialog when a person in Bitrix24 has taken over. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { isRefusal } from '../api/mg-http.ts';
import type { MgChat } from '../api/mg-shapes.ts';
import type { MgContext } from '../context.ts';
import { managerTexts } from '../texts/manager-texts.ts';
import { findChat, linkTo } from './link-conversation.ts';
import { addNote, type Note } from './notes.ts';
import { spanOf, takeoverSummary } from './takeover-summary.ts';

/** Repeatable: the note is sent once, and a dialog that is free or closed stays so. */
export async function tellOwner(
  context: MgContext,
  change: BrainAction & { type: 'owner_changed' },
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const chat = await findChat(context, to, signal);
  // MessageGateway has no message of this conversation yet, so nobody there needs the note.
  if (chat === null) return {};
  await addNote(context, chat.id, await noteOf(context, change, to), signal);
  if (change.owner === 'person') await release(context, chat, signal);
  return linkTo(chat, to);
}

async function noteOf(
  context: MgContext,
  change: BrainAction & { type: 'owner_changed' },
  to: ConversationRef,
): Promise<Note> {
  const messages = managerTexts(context.config.language);
  if (change.owner === 'person') return { text: messages.personLeads, heading: '', isOnce: false };
  const leads = messages.brainLeads(context.config.handover.command);
  if (change.since === null) return { text: leads, heading: '', isOnce: false };
  // The times have seconds, so that no other takeover has the same heading.
  const heading = `${leads}\n${messages.peopleLed(spanOf(change.since, change.at, context.config.timeZone))}`;
  const said = await takeoverSummary(context, to, change.since, change.at);
  return { text: said === '' ? heading : `${heading}\n\n${said}`, heading, isOnce: true };
}

/** Only the latest dialog of a chat can be released, which is the one the chat shows. */
async function release(context: MgContext, chat: MgChat, signal: AbortSignal): Promise<void> {
  const dialog = chat.last_dialog;
  const how = context.config.onPersonTakesOver;
  if (how === 'note' || dialog === null || dialog === undefined || dialog.closed_at) return;
  try {
    if (how === 'close') await context.apis.bot.closeDialog(dialog.id, signal);
    else if (dialog.responsible !== null && dialog.responsible !== undefined) {
      await context.apis.bot.unassignDialog(dialog.id, signal);
    }
  } catch (error) {
    // Somebody else has released or closed it, or another dialog has begun.
    if (!isRefusal(error, /not assigned|not the latest|closed|not found/i)) throw error;
  }
}

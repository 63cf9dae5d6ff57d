/** Tells managers who leads a conversation now and what was said meanwhile, and lets go of the dialog when a person in Bitrix24 has taken it. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { isRefusal } from '../api/mg-http.ts';
import type { MgChat } from '../api/mg-shapes.ts';
import type { MgContext } from '../context.ts';
import { managerMessages } from '../messages/manager-messages.ts';
import { findChat, linkTo } from './link-conversation.ts';
import { addNote, type Note } from './notes.ts';
import { spanOf, takeoverSummary } from './takeover-summary.ts';

/** Repeatable: the note is looked for first, and a dialog that is free or closed stays so. */
export async function tellOwner(
  context: MgContext,
  change: BrainAction & { type: 'owner_changed' },
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const chat = await findChat(context, to, signal);
  // Nothing has reached MessageGateway yet, so nobody there has to know.
  if (chat === null) return {};
  await addNote(context, chat.id, await noteOf(context, change, to), signal);
  if (change.owner === 'person') await letGo(context, chat, signal);
  return linkTo(chat, to);
}

async function noteOf(
  context: MgContext,
  change: BrainAction & { type: 'owner_changed' },
  to: ConversationRef,
): Promise<Note> {
  const words = managerMessages(context.config.language);
  if (change.owner === 'person') return { text: words.personLeads, heading: '', isOnce: false };
  const leads = words.brainLeads(context.config.handover.command);
  if (change.since === null) return { text: leads, heading: '', isOnce: false };
  // Moments to the second: no other time when people led has the same ones.
  const heading = `${leads}\n${words.peopleLed(spanOf(change.since, change.at, context.config.timeZone))}`;
  const said = await takeoverSummary(context, to, change.since, change.at);
  return { text: said === '' ? heading : `${heading}\n\n${said}`, heading, isOnce: true };
}

/** Only the latest dialog of a chat can be let go of, which is the one the chat shows. */
async function letGo(context: MgContext, chat: MgChat, signal: AbortSignal): Promise<void> {
  const dialog = chat.last_dialog;
  const how = context.config.onPersonTakesOver;
  if (how === 'note' || dialog === null || dialog === undefined || dialog.closed_at) return;
  try {
    if (how === 'close') await context.apis.bot.closeDialog(dialog.id, signal);
    else if (dialog.responsible !== null && dialog.responsible !== undefined) {
      await context.apis.bot.unassignDialog(dialog.id, signal);
    }
  } catch (error) {
    // Somebody else was quicker: it is free, closed, or another dialog has begun.
    if (!isRefusal(error, /not assigned|not the latest|closed|not found/i)) throw error;
  }
}

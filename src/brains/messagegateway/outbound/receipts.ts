/** Tells MessageGateway the results of its messages in Bitrix24: receipts of asynchronous sends, and changes that were not made. */
import type { BrainAction, Receipt } from '../../../core/actions.ts';
import { fateUnknown } from '../../../core/bridge-result.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { isRefusal } from '../api/mg-http.ts';
import type { Acknowledgement, SendingErrorCode } from '../api/transport-api.ts';
import type { MgContext } from '../context.ts';
import { managerTexts } from '../texts/manager-texts.ts';
import { findChat } from './link-conversation.ts';
import { addNote } from './notes.ts';

/** Throws AppErrors. If the receipt comes too late, or the customer has seen a message that counts as failed, managers also get a note. */
export async function giveReceipt(
  context: MgContext,
  receipt: Receipt,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const acknowledgement: Acknowledgement = {
    channel: await context.channels.of(to),
    message: { id: Number(receipt.remoteMessageId) },
    ...(receipt.portalMessageId === null ? {} : { transport_message_id: receipt.portalMessageId }),
    ...(receipt.error === null ? {} : { error: sendingError(receipt.error, context.config.language) }),
  };
  try {
    await context.apis.transport.acknowledge(acknowledgement, signal);
  } catch (error) {
    if (!isRefusal(error, /not found|already|not (?:a)?wait/i)) throw error;
    context.tools.log('MessageGateway no longer waits for the receipt of a message', {
      message: receipt.remoteMessageId,
    });
  }
  if (receipt.isLate === true || (receipt.portalMessageId !== null && receipt.error !== null)) {
    await tellLate(context, receipt, to, signal);
  }
  return {};
}

/** Without this note a manager would resend a message that the customer has read. Repeatable. */
async function tellLate(context: MgContext, receipt: Receipt, to: ConversationRef, signal: AbortSignal): Promise<void> {
  const { remoteMessageId, portalMessageId, error } = receipt;
  const { late } = managerTexts(context.config.language);
  const chat = await findChat(context, to, signal);
  if (chat === null) {
    context.tools.log('MessageGateway shows no chat for a note about a message', { message: remoteMessageId });
    return;
  }
  const heading = late.heading(remoteMessageId);
  const what = portalMessageId === null ? late.unknown : error === null ? late.shown : late.partly;
  const text = `${heading} ${what(portalMessageId ?? '')}`;
  await addNote(context, chat.id, { text, heading, isOnce: true, quote: Number(remoteMessageId) }, signal);
}

/** Characters of an edit that the note about it quotes. */
const quotedLength = 200;

/** The webhook's answer to a change cannot report a refusal, so managers get a private note. Repeatable. */
export async function tellRefusal(
  context: MgContext,
  refusal: BrainAction & { type: 'change_refused' },
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const chat = await findChat(context, to, signal);
  if (chat === null) return {};
  const { language } = context.config;
  const { notChanged } = managerTexts(language);
  const reason = /CANT_EDIT/.test(refusal.error) ? notChanged.tooLate : sendingError(refusal.error, language).message;
  const text =
    refusal.text === null
      ? notChanged.delete(refusal.portalMessageId, reason)
      : notChanged.edit(refusal.text.slice(0, quotedLength).toWellFormed(), reason);
  await addNote(context, chat.id, { text, heading: text, isOnce: true }, signal);
  return {};
}

/** The result as the answer to the webhook, where it is known in time. */
export function sendingResult(receipt: Receipt, language: 'ru' | 'en') {
  return {
    async: false,
    ...(receipt.portalMessageId === null ? {} : { external_message_id: receipt.portalMessageId }),
    ...(receipt.error === null ? {} : { error: sendingError(receipt.error, language) }),
  };
}

/** Translates our reason into one of MessageGateway's five codes, with a sentence for the manager. */
export function sendingError(
  reason: string,
  language: 'ru' | 'en',
): { readonly code: SendingErrorCode; readonly external_code: string; readonly message: string } {
  const { notShown } = managerTexts(language);
  if (reason.startsWith(fateUnknown)) {
    return { code: 'general', external_code: reason.slice(0, 100), message: notShown.unknown };
  }
  const external = { external_code: reason.slice(0, 100) };
  if (reason === 'person_owns') return { code: 'access_restricted', ...external, message: notShown.person_owns };
  if (/(?:CHAT|DIALOG|USER)_(?:NOT_FOUND|ID_EMPTY)|WRONG_CHAT|portal_uninstalled|bot_removed|erased/i.test(reason)) {
    return { code: 'customer_not_exists', ...external, message: notShown.no_chat };
  }
  if (/ACCESS|DENIED|SCOPE|LICEN[CS]E|TARIFF|PAYMENT/i.test(reason)) {
    return { code: 'access_restricted', ...external, message: notShown.access };
  }
  if (/too_large|file_away|no_files?$|FILE_/i.test(reason)) {
    return { code: 'general', ...external, message: notShown.file };
  }
  return { code: 'general', ...external, message: `${notShown.other} (${reason.slice(0, 100)})` };
}

/** Puts a bot's reaction on a message, or takes it back. */
import type { PortalAction } from '../core/actions.ts';
import { AppError } from '../core/errors.ts';
import { reactionCodes } from './formatting/reactions.ts';

/** The portal's answers when the reaction is already as wanted. */
const nothingToDo: ReadonlySet<string> = new Set([
  'bitrix24.REACTION_ALREADY_SET',
  'bitrix24.REACTION_NOT_FOUND',
  'bitrix24.WITHOUT_CHANGES',
]);

/** The portal's answers for a message that is deleted, never existed, or is not visible to the bot. */
const noMessage: ReadonlySet<string> = new Set([
  'bitrix24.MESSAGE_NOT_FOUND',
  'bitrix24.ACCESS_DENIED',
  'bitrix24.MESSAGE_ID_ERROR',
]);

/** False if the bot cannot react: it sees no such message, or the first API lacks the reaction (it only has the like). */
export async function react(
  call: (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>,
  target: { readonly botId: string; readonly hasV2: boolean },
  action: PortalAction & { type: 'react' },
): Promise<boolean> {
  const method = `imbot.v2.Chat.Message.Reaction.${action.isOn ? 'add' : 'delete'}`;
  const reaction = reactionCodes[action.reaction];
  if (!target.hasV2 && reaction !== 'like') return false;
  const botId = Number(target.botId);
  const messageId = Number(action.messageId);
  try {
    if (target.hasV2) await call(method, { botId, messageId, reaction });
    else {
      const like = action.isOn ? 'plus' : 'minus';
      await call('imbot.message.like', { BOT_ID: botId, MESSAGE_ID: messageId, ACTION: like });
    }
    return true;
  } catch (error) {
    if (error instanceof AppError && noMessage.has(error.code)) return false;
    if (!(error instanceof AppError) || !nothingToDo.has(error.code)) throw error;
    return true;
  }
}

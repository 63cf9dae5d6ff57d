/** Finds the conversation a command means: by `<bot code>/<dialog>`, as lanes show it, or by the reference that brains get for it. */
import type { Brain } from '../../core/brain.ts';
import { badInput } from '../../core/errors.ts';
import { needBrain } from '../../portals/bot-service.ts';
import type { Pool } from '../../store/database.ts';
import { listBots } from '../../store/tenants/bots.ts';
import {
  type ConversationId,
  conversationKey,
  findByRef,
  readConversations,
} from '../../store/tenants/conversations.ts';

export const conversationHelp = 'its bot and dialog, as in bridge_line/chat12';

/** Throws BadInput `conversation.unknown`. */
export async function findConversation(db: Pool, portal: string, wanted: string): Promise<ConversationId> {
  const slash = wanted.indexOf('/');
  const id = { portal, botCode: wanted.slice(0, slash), dialogId: wanted.slice(slash + 1) };
  const found =
    slash === -1
      ? await findByRef(db, portal, wanted)
      : (await readConversations(db, [id])).has(conversationKey(id))
        ? id
        : null;
  if (found !== null) return found;
  throw badInput('conversation.unknown', `the portal has no conversation "${wanted}"; name ${conversationHelp}`);
}

/** The brain that answers in the conversation. Throws BadInput `bot.unknown` and `brain.unknown`. */
export async function brainIn(db: Pool, brains: readonly Brain[], { portal, botCode }: ConversationId): Promise<Brain> {
  const bot = (await listBots(db, portal)).find(({ code }) => code === botCode);
  if (bot === undefined) throw badInput('bot.unknown', `the bot ${botCode} of the conversation is removed`);
  return needBrain(brains, bot.brain);
}

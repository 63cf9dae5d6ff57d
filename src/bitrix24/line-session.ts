/**
 * Ends the bot's part in a session of an Open Channel: hands the customer to people, or closes the conversation.
 *
 * `operator` acts on the session's own bot and is refused when a person leads. `transfer` and `finish` name no bot: they act as the app's
 * first one, whoever leads, and would take the session from a person (docs/platform-notes/bitrix24.md#first-bot-of-an-app). So the portal is
 * asked first who leads.
 */
import type { PortalAction } from '../core/actions.ts';
import { AppError } from '../core/errors.ts';
import { isRecord } from './rest/rest-errors.ts';

type Call = (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>;

export interface SessionTarget {
  readonly botId: string;
  /** `chat<N>`. */
  readonly dialogId: string;
  readonly hasV2: boolean;
  /** The portal's ids of all our bots. */
  readonly ourBots: readonly string[];
}

/** `person_leads`: somebody took the session meanwhile, so nothing was done. `queue`: the wanted receiver was refused; the queue has it. */
export type SessionEnd = 'done' | 'queue' | 'person_leads';

/** Gives the session to the line's operators, a person, or another line. Throws AppErrors. */
export async function handOverSession(
  call: Call,
  target: SessionTarget,
  { to }: PortalAction & { type: 'handover' },
): Promise<SessionEnd> {
  if (to === undefined) return await toQueue(call, target, 'done');
  if (await personLeads(call, target)) return 'person_leads';
  const receiver = to.type === 'person' ? { USER_ID: to.userId } : { QUEUE_ID: to.lineId };
  try {
    // The bot stays in the chat and hears what people say, as the other ways of handing over leave it to the settings of the line.
    await call('imopenlines.bot.session.transfer', { CHAT_ID: chatNumber(target), ...receiver, LEAVE: 'N' });
    return 'done';
  } catch (error) {
    if (!(error instanceof AppError) || !wrongReceiver.has(error.code)) throw error;
    return await toQueue(call, target, 'queue');
  }
}

/** Closes the conversation. Throws AppErrors. */
export async function finishSession(call: Call, target: SessionTarget): Promise<SessionEnd> {
  if (await personLeads(call, target)) return 'person_leads';
  await call('imopenlines.bot.session.finish', { CHAT_ID: chatNumber(target) });
  return 'done';
}

/** Answers for a person who does not exist, has been dismissed, is no employee, and for a line that does not exist. */
const wrongReceiver: ReadonlySet<string> = new Set([
  'bitrix24.OPERATOR_WRONG',
  'bitrix24.USER_ID_EMPTY',
  'bitrix24.QUEUE_ID_EMPTY',
]);

async function toQueue(call: Call, target: SessionTarget, end: SessionEnd): Promise<SessionEnd> {
  try {
    await call('imopenlines.bot.session.operator', { CHAT_ID: chatNumber(target) });
    return end;
  } catch (error) {
    // The session is no longer led by a bot: someone else has already taken it, which is what we wanted.
    if (error instanceof AppError && error.code === 'bitrix24.WRONG_CHAT') return end;
    throw error;
  }
}

/** Portals without v2 do not show a bot who leads. A bot that may not see the chat has been taken out of it. */
async function personLeads(call: Call, { botId, dialogId, hasV2, ourBots }: SessionTarget): Promise<boolean> {
  if (!hasV2) return false;
  try {
    const answer = await call('imbot.v2.Chat.get', { botId: Number(botId), dialogId });
    const chat = isRecord(answer) ? answer['chat'] : null;
    // 0: nobody, the queue has it.
    const owner = isRecord(chat) ? Number(chat['owner']) : 0;
    return owner > 0 && !ourBots.includes(String(owner));
  } catch (error) {
    if (error instanceof AppError && error.code === 'bitrix24.ACCESS_DENIED') return true;
    throw error;
  }
}

/** These methods take the bare number. */
function chatNumber({ dialogId }: SessionTarget): number {
  return Number(dialogId.replace(/^chat/, ''));
}

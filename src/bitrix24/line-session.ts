/**
 * Ends the bot's part in a session of an Open Channel: hands the customer to people, or closes the conversation.
 *
 * `operator` acts on the session's own bot and is refused when a person leads. `transfer` and `finish` name no bot: they act as the app's
 * first one, and would take the session even from a person (docs/platform-notes/bitrix24.md#first-bot-of-an-app). So we first ask the portal
 * who leads.
 */
import type { PortalAction } from '../core/actions.ts';
import { AppError, RemoteRefused } from '../core/errors.ts';
import { isRecord } from '../core/is-record.ts';

type Call = (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>;

export interface SessionTarget {
  readonly botId: string;
  /** `chat<N>`. */
  readonly dialogId: string;
  readonly hasV2: boolean;
  /** The portal's ids of all our bots. */
  readonly ourBots: readonly string[];
}

/**
 * `person_leads`: somebody took the session meanwhile, so nothing was done. `queue`: the wanted receiver was refused, so the queue has the
 * session.
 */
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
    // The bot stays in the chat and hears what people say; with other ways of handing over, the line's settings decide that.
    await call('imopenlines.bot.session.transfer', { CHAT_ID: chatNumber(target), ...receiver, LEAVE: 'N' });
    return 'done';
  } catch (error) {
    if (!(error instanceof AppError) || !wrongReceiver.has(error.code)) throw error;
    return await toQueue(call, target, 'queue');
  }
}

/**
 * Closes the conversation and checks that it is closed, because the portal answers `true` in any case. A session that is still open is
 * closed once more, at once and never later: by then the customer may have begun the next one, which must stay open. Throws AppErrors;
 * `bitrix24.session_not_finished` if it is still open.
 */
export async function finishSession(
  call: Call,
  target: SessionTarget,
  { sessionId }: PortalAction & { type: 'finish' },
): Promise<SessionEnd> {
  let open = await leadOf(call, target);
  if (sessionId !== undefined && open.sessionId !== null && open.sessionId !== sessionId) return 'done';
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    if (open.leader === 'person') return 'person_leads';
    await call('imopenlines.bot.session.finish', { CHAT_ID: chatNumber(target) });
    const after = await leadOf(call, target).catch(cannotBeTold);
    const isSame = after.sessionId !== null && after.sessionId === open.sessionId && !after.isEnding;
    if (!isSame || after.leader === 'nobody') return 'done';
    open = after;
  }
  if (open.leader === 'person') return 'person_leads';
  throw new RemoteRefused({
    code: 'bitrix24.session_not_finished',
    status: 200,
    message: 'the portal said twice that the session was finished, and it is still open',
    retry: 'never',
  });
}

/** The portal's answers for a person who does not exist, was dismissed or is no employee, and for a line that does not exist. */
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

interface Lead {
  readonly leader: 'person' | 'bot' | 'nobody' | 'unknown';
  /** Null if none is open, or if the portal does not name it to a bot that was taken out of the chat. */
  readonly sessionId: string | null;
  /** The session has been ended, and waits for the customer's rating. */
  readonly isEnding: boolean;
}

const nothingKnown = { sessionId: null, isEnding: false } as const;

/** Portals without v2 do not show a bot who leads. */
async function leadOf(call: Call, { botId, dialogId, hasV2, ourBots }: SessionTarget): Promise<Lead> {
  if (!hasV2) return { ...nothingKnown, leader: 'unknown' };
  try {
    const answer = await call('imbot.v2.Chat.get', { botId: Number(botId), dialogId });
    const chat = isRecord(answer) && isRecord(answer['chat']) ? answer['chat'] : {};
    // 0: nobody, the queue has it.
    const owner = Number(chat['owner'] ?? 0);
    const leader = owner <= 0 ? 'nobody' : ourBots.includes(String(owner)) ? 'bot' : 'person';
    // crm flag, kind, id | pause | waits for an action | session (docs/platform-notes/bitrix24.md#open-channel-chats)
    const told = chat['entityData1'];
    const [, , , , waits = 'N', session = ''] = (typeof told === 'string' ? told : '').split('|', 7);
    const sessionId = /^[1-9]\d*$/.test(session) ? session : null;
    return { leader, sessionId, isEnding: waits === 'Y' };
  } catch (error) {
    // Taken out of the chat: somebody else leads.
    if (error instanceof AppError && error.code === 'bitrix24.ACCESS_DENIED')
      return { ...nothingKnown, leader: 'person' };
    throw error;
  }
}

/** The portal has accepted the order; if it cannot be asked now about the effect, we believe it. */
function cannotBeTold(error: unknown): Lead {
  if (error instanceof AppError) return { ...nothingKnown, leader: 'unknown' };
  throw error;
}

async function personLeads(call: Call, target: SessionTarget): Promise<boolean> {
  return (await leadOf(call, target)).leader === 'person';
}

/** These methods take the bare number. */
function chatNumber({ dialogId }: SessionTarget): number {
  return Number(dialogId.replace(/^chat/, ''));
}

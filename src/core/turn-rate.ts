/**
 * Turn rate: two machines that answer each other never stop. Where question and answer follow each other faster than people write, the next
 * question does not reach the brain: people get the conversation, or, outside Open Channels, the bot pauses until somebody gives it back.
 * Commands that the bot answers by itself (`/help`, `/bot`, `/operator`) count as well; once there are too many, they have no effect until
 * there is a pause.
 */
import type { ChatAction } from './actions.ts';
import { botTexts } from './bot-texts.ts';
import { handOver } from './brain-rules.ts';
import { type Bridged, type Outcome, plainSend, type RuleContext, toBrain, toPortal } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { ChatEvent } from './events.ts';
import type { Turns } from './turns.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** A slow exchange that goes on is a loop as well: an hour allows this many times the limit of a minute. */
const hourOverMinute = 10;

/** People pause now and then. After this long without a question the hour's count begins anew. */
const pauseMs = 300_000;

/** What the bot answers by itself to a command or to a messenger's `/start`. */
const ownAnswers: ReadonlySet<Outcome> = new Set(['helped', 'greeted', 'handed_over', 'handed_back']);

/** Applied to the result of every rule, before `collectBurst` holds messages back. @param before the conversation as it was before the rule */
export function limitTurns(
  event: ChatEvent,
  result: Bridged,
  { before, ...context }: RuleContext & { readonly before: Conversation },
): Bridged {
  const { turnsPerMinute: most = 0, at } = context;
  const { outcome } = result;
  const isByCommand = (event.type === 'command' || event.type === 'message') && ownAnswers.has(outcome);
  if (isByCommand && most > 0) return commanded(result, before, { most, context });
  // The person who gives the conversation back has seen what went on: the counts begin anew.
  const isGivenBack = before.owner === 'person' && result.conversation.owner === 'brain';
  const bridged = isGivenBack ? withTurns(result, null) : result;
  const { conversation } = bridged;
  if (most === 0) return conversation.turns === null ? bridged : withTurns(bridged, null);
  if (event.type === 'reply') {
    const isAnswer = outcome === 'answered' && !event.isInternal && conversation.turns?.isAsked === true;
    return isAnswer ? withTurns(bridged, answered(conversation.turns, at)) : bridged;
  }
  // Without a brain the bot answers by itself, at once.
  if (outcome === 'unanswered') return conversation.owner === 'brain' ? selfAnswered(bridged, most, context) : bridged;
  if (!isQuestion(event, outcome)) return bridged;
  const turns = asked(conversation.turns, at);
  return isTooFast(turns, most) ? giveUp(bridged, turns, context) : withTurns(bridged, turns);
}

function isTooFast({ minute, hour }: Turns, most: number): boolean {
  return minute >= most || hour >= most * hourOverMinute;
}

function selfAnswered(bridged: Bridged, most: number, context: RuleContext): Bridged {
  const turns = asked(bridged.conversation.turns, context.at);
  return isTooFast(turns, most)
    ? giveUp({ ...bridged, actions: [] }, turns, context)
    : withTurns(bridged, answered(turns, context.at));
}

/** The bot has answered a command by itself, at once. People who lead already are not told again. */
function commanded(
  bridged: Bridged,
  before: Conversation,
  { most, context }: { readonly most: number; readonly context: RuleContext },
): Bridged {
  const { at } = context;
  const known = before.turns;
  const isStillTooFast =
    known !== null && isTooFast(known, most) && Date.parse(at) - Date.parse(known.askedAt) < pauseMs;
  const turns = isStillTooFast ? { ...known, askedAt: at } : asked(known, at);
  if (!isTooFast(turns, most)) return withTurns(bridged, answered(turns, at));
  const none: Bridged = { conversation: before, actions: [], outcome: 'paused_too_many_turns' };
  return withTurns(before.owner === 'person' ? none : giveUp(none, turns, context), turns);
}

/** Whether the event is from people and a brain may answer it: machines edit messages, run commands and open links as well. */
function isQuestion({ type }: ChatEvent, outcome: Outcome): boolean {
  if (type === 'message_edited') return outcome === 'forwarded';
  if (type === 'context_opened') return outcome === 'context_passed';
  if (type !== 'message' && type !== 'command') return false;
  return outcome === 'forwarded' || outcome === 'chosen' || outcome === 'requested';
}

function withTurns(bridged: Bridged, turns: Turns | null): Bridged {
  return { ...bridged, conversation: { ...bridged.conversation, turns } };
}

/** A question came. Counts whose time is over begin anew. */
function asked(before: Turns | null, at: string): Turns {
  const none: Turns = { isAsked: true, askedAt: at, minuteSince: at, minute: 0, hourSince: at, hour: 0 };
  if (before === null) return none;
  const now = Date.parse(at);
  const isPaused = now - Date.parse(before.askedAt) >= pauseMs;
  const isHourOver = isPaused || now - Date.parse(before.hourSince) >= hourMs;
  const isMinuteOver = now - Date.parse(before.minuteSince) >= minuteMs;
  return {
    ...before,
    ...(isMinuteOver ? { minuteSince: at, minute: 0 } : {}),
    ...(isHourOver ? { hourSince: at, hour: 0 } : {}),
    isAsked: true,
    askedAt: at,
  };
}

/** Several messages that answer one question are one turn, and so is one that answers several. */
function answered(turns: Turns, at: string): Turns {
  const isMinuteOver = Date.parse(at) - Date.parse(turns.minuteSince) >= minuteMs;
  const minute = isMinuteOver ? { minuteSince: at, minute: 1 } : { minute: turns.minute + 1 };
  return { ...turns, ...minute, hour: turns.hour + 1, isAsked: false };
}

/**
 * The customer is told once; after that the bot is silent. A brain that wants the whole conversation gets the question as `mirrored`, not to
 * be answered.
 */
function giveUp(bridged: Bridged, turns: Turns, context: RuleContext): Bridged {
  const conversation = { ...bridged.conversation, turns: null };
  const { kind } = conversation;
  const isMinute = turns.minute >= (context.turnsPerMinute ?? 0);
  const texts = botTexts(conversation.language).tooManyTurns;
  const words = texts.note(isMinute ? turns.minute : turns.hour, isMinute ? 1 : 60);
  const handed = handOver('too_many_turns', conversation, context, { words });
  const told = kind === 'line' ? [toPortal({ ...plainSend(texts.toCustomer), internal: false })] : [];
  const shown = bridged.actions.flatMap((one) => withoutQuestion(one, context, kind === 'group'));
  const actions = [
    ...shown.filter(isForOthers),
    ...told,
    ...handed.actions,
    ...shown.filter((one) => !isForOthers(one)),
  ];
  return { conversation: handed.conversation, actions, outcome: 'paused_too_many_turns' };
}

const isForOthers = ({ target }: ChatAction): boolean => target !== 'brain';

function withoutQuestion(one: ChatAction, { capabilities }: RuleContext, isGroup: boolean): readonly ChatAction[] {
  if (one.target !== 'brain') return [one];
  const { action } = one;
  if (action.type === 'request' || action.type === 'context') return [];
  if (action.type !== 'message' && action.type !== 'edit') return [one];
  if (capabilities.mirrors !== true || isGroup) return [];
  if (action.type === 'edit') return [toBrain({ ...action, mirrored: true })];
  const { messageIds: _, texts: __, ...message } = action;
  return [toBrain({ ...message, type: 'mirrored' })];
}

/**
 * Turn rate: two machines that answer each other never stop. Where question and answer follow each other faster than people write, the next
 * question does not reach the brain: people get the conversation, or, outside Open Channels, the bot pauses until somebody gives it back.
 */
import type { ChatAction } from './actions.ts';
import { botTexts } from './bot-texts.ts';
import { handOver } from './brain-rules.ts';
import { type Bridged, plainSend, type RuleContext, toBrain, toPortal } from './bridge-result.ts';
import type { ChatEvent } from './events.ts';
import type { Turns } from './turns.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** A slow exchange is a loop as well if it goes on like that; so many times the limit of a minute are allowed in an hour. */
const hourOverMinute = 10;

/** People pause now and then. After so long without a question an hour's count begins anew. */
const pauseMs = 300_000;

/** Applied to the result of every rule, before messages are kept back for others. */
export function limitTurns(event: ChatEvent, bridged: Bridged, context: RuleContext): Bridged {
  const { turnsPerMinute: most = 0, at } = context;
  const { conversation, outcome } = bridged;
  if (most === 0) return conversation.turns === null ? bridged : withTurns(bridged, null);
  if (event.type === 'reply') {
    const isAnswer = outcome === 'answered' && !event.isInternal && conversation.turns?.isAsked === true;
    return isAnswer ? withTurns(bridged, answered(conversation.turns, at)) : bridged;
  }
  const isQuestion = (event.type === 'message' || event.type === 'command') && outcome === 'forwarded';
  if (!isQuestion) return bridged;
  const turns = asked(conversation.turns, at);
  const isTooFast = turns.minute >= most || turns.hour >= most * hourOverMinute;
  return isTooFast ? giveUp(bridged, turns, context) : withTurns(bridged, turns);
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

/** The customer is told once; after that the bot is silent. A brain that wants the whole conversation gets the question as one not to answer. */
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
  if (one.target !== 'brain' || one.action.type !== 'message') return [one];
  if (capabilities.mirrors !== true || isGroup) return [];
  const { messageIds: _, texts: __, ...message } = one.action;
  return [toBrain({ ...message, type: 'mirrored' })];
}

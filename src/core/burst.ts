/**
 * Bursts: messages of one author that follow each other quickly reach the brain as one. They wait in the conversation until the author is
 * quiet; anything else for the brain either waits behind them or makes them leave first, so that nothing overtakes them.
 */
import type { BrainAction, ChatAction } from './actions.ts';
import { brainParts } from './brain-words.ts';
import { type Bridged, noop, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import { joinMessages } from './joined-message.ts';
import type { ChangeEvent } from './line-session.ts';
import type { Burst } from './waiting-messages.ts';

type MessageAction = BrainAction & { readonly type: 'message' };

/** A burst holds at most this many messages, however quickly they come. */
const maxMessages = 20;

/** Applied to the result of every rule: holds back messages for the brain, and releases those that have waited long enough. */
export function collectBurst(bridged: Bridged, context: RuleContext): Bridged {
  const { conversation } = bridged;
  if (context.burst === undefined && conversation.burst === null) return bridged;
  if (conversation.owner === 'person') return conversation.burst === null ? bridged : withoutBurst(bridged, context);
  const collector = createCollector(conversation.burst, context);
  const isWhole = bridged.actions.filter(({ action }) => isMessage(action)).length === 1;
  for (const action of bridged.actions) collector.take(action, isWhole);
  const { burst, actions, isCollected } = collector.end();
  const outcome = isCollected && bridged.outcome === 'forwarded' ? 'forwarded_later' : bridged.outcome;
  const collected = { ...bridged, conversation: { ...conversation, burst }, actions, outcome };
  return burst === null || isTimed(conversation, context)
    ? collected
    : withTimer(collected, timeLeft(burst, context), context);
}

function withTimer(bridged: Bridged, delayMs: number, { at }: RuleContext): Bridged {
  const burstTimerAt = new Date(Date.parse(at) + delayMs).toISOString();
  const timer: ChatAction = { target: 'app', action: { type: 'burst_timer' }, delayMs };
  return {
    ...bridged,
    conversation: { ...bridged.conversation, burstTimerAt },
    actions: [...bridged.actions, timer],
  };
}

/** A timer this late counts as lost: its bot was removed and added again meanwhile. */
const lostAfterMs = 60_000;

function isTimed({ burstTimerAt }: Conversation, { at }: RuleContext): boolean {
  return burstTimerAt !== null && Date.parse(at) < Date.parse(burstTimerAt) + lostAfterMs;
}

/** A burst timer is due. It may be early: only the time of the last message counts (`collectBurst`). */
export function onBurstTimer(before: Conversation, context: RuleContext): Bridged {
  const { burst } = before;
  const isOver = burst !== null && timeLeft(burst, context) <= 0;
  return noop({ ...before, burstTimerAt: null }, isOver ? 'forwarded' : 'noted');
}

/** Whether the message still waits to be delivered. */
export function isWaiting({ burst }: Conversation, messageId: string): boolean {
  return burst?.messages.some((message) => message.messageId === messageId) ?? false;
}

/** Changes a message that still waits in the burst: the brain only sees its final text. */
export function changeWaiting(event: ChangeEvent, conversation: Conversation, context: RuleContext): Bridged {
  const { burst } = conversation;
  const text = event.type === 'message_edited' ? brainParts(event, context.capabilities)[0] : '';
  const messages = (burst?.messages ?? []).flatMap((message) => {
    if (message.messageId !== event.messageId) return [message];
    const isGone = event.type === 'message_deleted' || ((text ?? '') === '' && message.files.length === 0);
    return isGone ? [] : [{ ...message, text: text ?? '' }];
  });
  const outcome = 'changed_before_delivery';
  if (burst === null || messages.length === 0) {
    return { conversation: { ...conversation, burst: null }, actions: (burst?.after ?? []).map(toBrain), outcome };
  }
  return { conversation: { ...conversation, burst: { ...burst, messages } }, actions: [], outcome };
}

/** A person leads now and can see the waiting messages: brains that want the whole conversation get them as `mirrored`, others not at all. */
function withoutBurst(bridged: Bridged, context: RuleContext): Bridged {
  const { conversation, actions } = bridged;
  const told = leaving(conversation.burst, context).map((action): BrainAction => {
    if (action.type !== 'message') return action;
    const { messageIds: _, texts: __, ...message } = action;
    return { ...message, type: 'mirrored' };
  });
  if (context.capabilities.mirrors !== true) {
    // The CRM records are sent with the next message that the brain gets.
    return { ...bridged, conversation: { ...conversation, burst: null, crm: '' } };
  }
  const owned = actions.findIndex(({ action }) => action.type === 'owner_changed') + 1;
  const inOrder = [...actions.slice(0, owned), ...told.map(toBrain), ...actions.slice(owned)];
  return { ...bridged, conversation: { ...conversation, burst: null }, actions: inOrder };
}

/** Takes the actions of one event in their order, and decides which wait and which leave. */
function createCollector(before: Burst | null, context: RuleContext) {
  const actions: ChatAction[] = [];
  let burst = before;
  let isCollected = false;

  function leave(): void {
    actions.push(...leaving(burst, context).map(toBrain));
    burst = null;
  }

  function collect(message: MessageAction): void {
    if (burst !== null && !belongs(message, burst, context)) leave();
    burst = add(message, burst, context.at);
    isCollected = true;
  }

  return {
    /** @param isWhole a message among the actions is complete, not a part of a long one */
    take(one: ChatAction, isWhole: boolean): void {
      const action = one.target === 'brain' ? one.action : null;
      if (action === null || passesBy.has(action.type)) actions.push(one);
      else if (action.type === 'message' && isWhole && context.burst !== undefined) collect(action);
      else if (burst !== null && follows(action)) burst = { ...burst, after: [...burst.after, action] };
      else {
        leave();
        actions.push(one);
      }
    },
    end() {
      if (burst !== null && (burst.messages.length >= maxMessages || timeLeft(burst, context) <= 0)) leave();
      return { burst, actions, isCollected: isCollected && burst !== null };
    },
  };
}

/** Actions about the brain's own messages: their order among people's messages does not matter. */
const passesBy: ReadonlySet<string> = new Set(['receipt', 'change_refused', 'reaction']);

/** Whether the action came with a message and follows it to the brain, as it does without bursts. */
function follows(action: BrainAction): boolean {
  return action.type === 'crm' || (action.type === 'mirrored' && action.author.kind === 'bot');
}

function isMessage(action: ChatAction['action']): action is MessageAction {
  return action.type === 'message';
}

/** Whether the message joins the burst: it comes in time, from the same author, and all of it fits into one text. */
function belongs({ author, text }: MessageAction, burst: Burst, context: RuleContext): boolean {
  if (author.id !== burst.author.id || timeLeft(burst, context) <= 0) return false;
  const length = [...burst.messages.map((message) => message.text), text].join('\n').length;
  return length <= context.capabilities.maxTextLength;
}

function add(action: MessageAction, burst: Burst | null, at: string): Burst {
  const { messageId, text, files, sentAt, quoteOf, author, chat } = action;
  const message = { messageId, text, files, sentAt, quoteOf };
  const { startedAt = at, messages = [], after = [] } = burst ?? {};
  return { startedAt, lastAt: at, author, chat, messages: [...messages, message], after };
}

/** What the brain is sent when a burst ends; several messages if edits have made it too long for one. */
function leaving(burst: Burst | null, { capabilities }: RuleContext): BrainAction[] {
  if (burst === null) return [];
  const { author, chat, messages, after } = burst;
  return [...joinMessages(messages, { author, chat }, capabilities.maxTextLength), ...after];
}

/** Milliseconds left until the messages leave; 0 if bursts have been switched off meanwhile. */
function timeLeft({ startedAt, lastAt }: Burst, { burst, at }: RuleContext): number {
  if (burst === undefined) return 0;
  const end = Math.min(Date.parse(lastAt) + burst.quietMs, Date.parse(startedAt) + burst.maxMs);
  return Math.max(0, end - Date.parse(at));
}

/**
 * Sends one text to Selarti. A call is never repeated while it may have worked: Selarti has no key by which it would recognize a repetition, but
 * the webhook that echoes the message proves that it arrived.
 */
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { AppError, RemoteUnreachable } from '../../../core/errors.ts';
import { splitText } from '../../../core/split-text.ts';
import type { SelartiContext } from '../context.ts';
import { ConversationState, type Sent } from '../conversation-state.ts';
import { staffTexts } from '../texts/staff-texts.ts';
import { dayOf, reachedLimit, turnsToday } from './spend-limits.ts';
import { textDigest } from './text-digest.ts';

export interface Attempt {
  /** Key of the delivery: the same when it is tried again. */
  readonly key: string;
  readonly signal: AbortSignal;
}

const pollMs = 200;

export async function deliverText(
  context: SelartiContext,
  text: string,
  to: ConversationRef,
  attempt: Attempt,
): Promise<Delivery> {
  const { config, tools, clock } = context;
  const state = await ConversationState.read(tools.state, to.ref);
  if (config.onRobot === 'silence' && state.isSilent) {
    return { warnings: ['not sent: Selarti takes the other side for a robot'] };
  }
  if (config.onClose === 'finish' && state.isClosed) {
    const note = staffTexts(config.language).closedBefore;
    return { replies: [{ type: 'handover', note }], warnings: ['not sent: Selarti has closed the dialogue'] };
  }
  const parts = splitText(text, config.maxMessageLength);
  const before = state.sent;
  const isTriedBefore = before?.key === attempt.key;
  if (!isTriedBefore) {
    const limit = await reachedLimit(context, turnsToday(before, clock.now()), parts.length);
    if (limit !== null) {
      tools.count('limits_reached');
      return {
        replies: [{ type: 'handover', note: limit }],
        warnings: ['not sent: a limit of the connection is reached'],
      };
    }
  }
  let sent = isTriedBefore ? before : null;
  let last = before;
  for (const [index, part] of parts.entries()) {
    if (sent !== null && index < sent.parts) continue;
    const isBegun = sent !== null && sent.parts === index;
    if (sent === null || !isBegun) {
      sent = begin(last, { key: attempt.key, part, parts: index, now: clock.now() });
      await state.putSent(sent);
      await context.use.addSent();
      tools.count('sent');
    }
    await sendPart({ context, state, to, signal: attempt.signal }, sent, part, isBegun);
    last = sent;
  }
  return {};
}

/** What is stored before a part is sent for the first time. */
function begin(
  before: Sent | null,
  {
    key,
    part,
    parts,
    now,
  }: { readonly key: string; readonly part: string; readonly parts: number; readonly now: Date },
): Sent {
  const text = textDigest(part);
  const turns = turnsToday(before, now) + 1;
  return { key, text, parts, turns, isSameAsBefore: before?.text === text, at: now.getTime(), day: dayOf(now) };
}

interface Sending {
  readonly context: SelartiContext;
  readonly state: ConversationState;
  readonly to: ConversationRef;
  readonly signal: AbortSignal;
}

/** @param isTriedBefore whether an earlier attempt failed, but may have worked all the same */
async function sendPart(sending: Sending, sent: Sent, part: string, isTriedBefore: boolean): Promise<void> {
  const { context, state, to, signal } = sending;
  const { client, config, tools } = context;
  if (isTriedBefore && (await state.hasEcho(sent))) return tools.count('proven_by_echo');
  try {
    await client.send(to.ref, part, signal);
  } catch (error) {
    if (!mayHaveWorked(error)) throw error;
    if (!(await echoComes(sending, sent))) throw config.withoutEcho === 'repeat' ? repeatable(error) : error;
    tools.count('proven_by_echo');
  }
}

/** A server may have done its work before it failed. */
function mayHaveWorked(error: unknown): error is AppError {
  return error instanceof AppError && (error.fate === 'unknown' || error.code === 'selarti.failed');
}

/** With `repeat` the administrator prefers a message that comes twice to one that waits for a person. */
function repeatable({ code, message, retry, report, cause }: AppError): AppError {
  return new RemoteUnreachable({ code, message, retry, report, fate: 'none', cause });
}

async function echoComes({ context, state, signal }: Sending, sent: Sent): Promise<boolean> {
  const { clock, config } = context;
  const end = clock.monotonicMs() + config.echoWaitMs;
  for (;;) {
    if (await state.hasEcho(sent)) return true;
    const left = end - clock.monotonicMs();
    if (left <= 0 || signal.aborted) return false;
    await clock.sleep(Math.min(pollMs, left), signal);
  }
}

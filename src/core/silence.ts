/** The silence of people: after so long without a word of theirs the brain leads again. Nobody is talked over: every word begins the time anew. */
import type { ChatAction } from './actions.ts';
import { type Bridged, note, own, quiet, type Scene } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { HomeEvent } from './events.ts';
import { phrases } from './texts.ts';

type Watched = Pick<Bridged, 'conversation' | 'actions'>;

/**
 * Somebody was heard while a person leads: an employee's word begins the silence anew. In an Open Channel nothing is watched before
 * that: there the bot may have been taken out of the chat, and would take people for silent whom it cannot hear.
 */
export function heardWhilePersonLeads(
  conversation: Conversation,
  event: HomeEvent & { type: 'message' },
  scene: Scene,
): Watched {
  if (conversation.owner !== 'person' || scene.giveBackAfterMinutes === null) return { conversation, actions: [] };
  const isTheirs = event.author.kind === 'employee';
  const known = isTheirs || !conversation.isWatched ? { ...conversation, quietSince: scene.at } : conversation;
  return watch(known, scene);
}

/** Asks to be reminded when the silence will have been long enough; once, however often it is called. */
export function watch(conversation: Conversation, scene: Scene): Watched {
  const left = timeLeft(conversation, scene);
  if (conversation.owner !== 'person' || conversation.isWatched || left === null) return { conversation, actions: [] };
  return { conversation: { ...conversation, isWatched: true }, actions: [lookAgain(left)] };
}

/** The reminder has come. It may come early, and late: only what was heard decides. */
export function onTimePassed(before: Conversation, scene: Scene): Bridged {
  const conversation = { ...before, isWatched: false };
  const left = timeLeft(conversation, scene);
  if (conversation.owner === 'brain' || left === null) return quiet(conversation, 'noted');
  if (left > 0) return { ...watch(conversation, scene), outcome: 'noted' };
  const taken = own(conversation, 'brain', scene);
  const words = phrases(conversation.language).handedBackAfter(scene.giveBackAfterMinutes ?? 0);
  return { ...taken, actions: [...taken.actions, note(words)], outcome: 'handed_back_after_silence' };
}

/** Milliseconds of silence that are still to come; null when nobody counts them. */
function timeLeft({ quietSince }: Conversation, { giveBackAfterMinutes, at }: Scene): number | null {
  if (giveBackAfterMinutes === null || quietSince === null) return null;
  return Math.max(0, Date.parse(quietSince) + giveBackAfterMinutes * 60_000 - Date.parse(at));
}

function lookAgain(delayMs: number): ChatAction {
  return { target: 'app', action: { type: 'look_again' }, delayMs };
}

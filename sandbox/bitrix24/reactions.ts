/** Reactions on messages: setting and taking back, and the event that follows. */
import type { Cause } from './events/envelope.ts';
import { reactionChanged } from './events/message-events.ts';
import type { Message, PortalState } from './state.ts';

/** The reaction codes known here, of a longer list in the messenger. */
export const REACTIONS: ReadonlySet<string> = new Set([
  'like',
  'dislike',
  'redHeart',
  'fire',
  'faceWithTearsOfJoy',
  'laugh',
  'wonder',
  'cry',
  'angry',
  'facepalm',
  'kiss',
  'slightlySmilingFace',
  'smilingFaceWithSunglasses',
  'sleepingSymbol',
  'whiteHeavyCheckMark',
  'heavyPlusSign',
  'raisedHand',
  'hundredPointsSymbol',
  'fistedHand',
  'okHand',
  'eyes',
  'foldedHands',
]);

/** Puts one user's reaction on the message or takes it off. */
export function setReaction(
  state: PortalState,
  message: Message,
  userId: number,
  reaction: string,
  isOn: boolean,
  cause: Cause,
): void {
  const own = message.reactions.get(userId) ?? new Set<string>();
  if (isOn) own.add(reaction);
  else own.delete(reaction);
  message.reactions.set(userId, own);
  state.announce({ kind: 'reaction', message });
  reactionChanged(state, message, userId, reaction, isOn ? 'add' : 'delete', cause);
}

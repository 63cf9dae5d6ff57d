/** Reactions on messages: adding and removing them, and the event that follows. */
import type { Cause } from './events/envelope.ts';
import { type ReactionChange, reactionChanged } from './events/message-events.ts';
import type { Message, PortalState } from './state.ts';

/** The reaction codes listed in the documentation of `imbot.v2.Chat.Message.Reaction.add`. */
export const REACTIONS: ReadonlySet<string> = new Set([
  'like',
  'dislike',
  'faceWithTearsOfJoy',
  'redHeart',
  'neutralFace',
  'fire',
  'cry',
  'slightlySmilingFace',
  'winkingFace',
  'laugh',
  'kiss',
  'wonder',
  'slightlyFrowningFace',
  'loudlyCryingFace',
  'faceWithStuckOutTongue',
  'faceWithStuckOutTongueAndWinkingEye',
  'smilingFaceWithSunglasses',
  'confusedFace',
  'flushedFace',
  'thinkingFace',
  'angry',
  'smilingFaceWithHorns',
  'faceWithThermometer',
  'facepalm',
  'poo',
  'flexedBiceps',
  'clappingHands',
  'raisedHand',
  'smilingFaceWithHeartEyes',
  'smilingFaceWithHearts',
  'pleadingFace',
  'relievedFace',
  'foldedHands',
  'okHand',
  'signHorns',
  'loveYouGesture',
  'clownFace',
  'partyingFace',
  'questionMark',
  'exclamationMark',
  'lightBulb',
  'bomb',
  'sleepingSymbol',
  'crossMark',
  'whiteHeavyCheckMark',
  'eyes',
  'handshake',
  'hundredPoints',
]);

/** Adds or removes one user's reaction to a message. */
export function setReaction(state: PortalState, message: Message, change: ReactionChange, cause: Cause): void {
  const { userId, reaction, isOn } = change;
  const own = message.reactions.get(userId) ?? new Set<string>();
  if (isOn) own.add(reaction);
  else own.delete(reaction);
  message.reactions.set(userId, own);
  state.announce({ kind: 'reaction', message });
  reactionChanged(state, message, change, cause);
}

/** Reactions as people see them, and the button that adds one. */
import { button, node } from '../../kit/page/dom.js';

const EMOJI = {
  like: '👍',
  dislike: '👎',
  redHeart: '❤',
  fire: '🔥',
  faceWithTearsOfJoy: '😂',
  neutralFace: '😐',
  cry: '😢',
  slightlySmilingFace: '🙂',
  winkingFace: '😉',
  laugh: '😄',
  kiss: '😘',
  wonder: '😮',
  slightlyFrowningFace: '🙁',
  loudlyCryingFace: '😭',
  faceWithStuckOutTongue: '😛',
  faceWithStuckOutTongueAndWinkingEye: '😜',
  smilingFaceWithSunglasses: '😎',
  confusedFace: '😕',
  flushedFace: '😳',
  thinkingFace: '🤔',
  angry: '😡',
  smilingFaceWithHorns: '😈',
  faceWithThermometer: '🤒',
  facepalm: '🤦',
  poo: '💩',
  flexedBiceps: '💪',
  clappingHands: '👏',
  raisedHand: '✋',
  smilingFaceWithHeartEyes: '😍',
  smilingFaceWithHearts: '🥰',
  pleadingFace: '🥺',
  relievedFace: '😌',
  foldedHands: '🙏',
  okHand: '👌',
  signHorns: '🤘',
  loveYouGesture: '🤟',
  clownFace: '🤡',
  partyingFace: '🥳',
  questionMark: '❓',
  exclamationMark: '❗',
  lightBulb: '💡',
  bomb: '💣',
  sleepingSymbol: '💤',
  crossMark: '❌',
  whiteHeavyCheckMark: '✅',
  eyes: '👀',
  handshake: '🤝',
  hundredPoints: '💯',
};

/** The reactions on a message; null where there are none. */
export function reactionsNode(message) {
  const codes = Object.values(message.reactions).flat();
  return codes.length === 0 ? null : node('p', 'reactions', codes.map((code) => EMOJI[code] ?? code).join(' '));
}

/** A button that adds or removes the viewer's 👍; `react` is called with whether it should be there. */
export function likeButton(message, viewerId, react) {
  const isOn = message.reactions[viewerId]?.includes('like') === true;
  const like = button('👍', 'quiet', () => react(!isOn));
  like.setAttribute('aria-pressed', String(isOn));
  return node('div', 'own-tools', like);
}

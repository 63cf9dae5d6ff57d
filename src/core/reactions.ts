/** Reactions that both sides support. */

/** Emoji without variation selectors. */
export const knownReactions = [
  '👍',
  '👎',
  '❤',
  '🔥',
  '😂',
  '😐',
  '😢',
  '🙂',
  '😉',
  '😄',
  '😘',
  '😮',
  '🙁',
  '😭',
  '😛',
  '😜',
  '😎',
  '😕',
  '😳',
  '🤔',
  '😡',
  '😈',
  '🤒',
  '🤦',
  '💩',
  '💪',
  '👏',
  '✋',
  '😍',
  '🥰',
  '🥺',
  '😌',
  '🙏',
  '👌',
  '🤘',
  '🤟',
  '🤡',
  '🥳',
  '❓',
  '❗',
  '💡',
  '💣',
  '💤',
  '❌',
  '✅',
  '👀',
  '🤝',
  '💯',
] as const;

export type KnownReaction = (typeof knownReactions)[number];

const known: ReadonlySet<string> = new Set(knownReactions);

/** The supported reaction an emoji stands for; null for others. Skin tones and variation selectors are ignored. */
export function readReaction(emoji: string | null | undefined): KnownReaction | null {
  const plain = (emoji ?? '').replaceAll(/[\u{FE0E}\u{FE0F}]|[\u{1F3FB}-\u{1F3FF}]/gu, '').trim();
  return isKnown(plain) ? plain : null;
}

function isKnown(emoji: string): emoji is KnownReaction {
  return known.has(emoji);
}

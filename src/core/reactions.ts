/** Reactions that both sides know: what a brain may offer, and what can be shown in Bitrix24. */

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

/** The reaction as it is known here; null for one that is not. Skin tones and variation selectors do not count. */
export function readReaction(emoji: string | null | undefined): KnownReaction | null {
  const plain = (emoji ?? '').replaceAll(/[\u{FE0E}\u{FE0F}]|[\u{1F3FB}-\u{1F3FF}]/gu, '').trim();
  return isKnown(plain) ? plain : null;
}

function isKnown(emoji: string): emoji is KnownReaction {
  return known.has(emoji);
}

/** Bitrix24's BB codes: taken off on the way to a brain, and made harmless in foreign text on the way into the portal. */

/** Tags the portal interprets (dossier §9.1). */
const tagNames =
  'b|i|u|s|size|color|url|user|chat|context|code|img|icon|put|send|call|timestamp|disk|br|attach|rating|quote|list|table';
const knownTag = new RegExp(`\\[(/?(?:${tagNames}|\\*)\\b[^\\[\\]]*)\\]`, 'gi');

/** Stands behind a bracket that must not open a tag; has no width and no meaning. */
const wordJoiner = '\u2060';

/** Foreign text that shows in the portal exactly as written: nothing in it is taken for a BB code. */
export function escapeBb(text: string): string {
  return text.replaceAll(knownTag, `[${wordJoiner}$1]`);
}

/** BB-coded text as plain text: links keep their address, mentions become `@Name`, other tags vanish. */
export function plainText(bb: string): string {
  return bb
    .replaceAll(/\[br\s*\/?\]/gi, '\n')
    .replaceAll(/\[url=([^\]]+)\]([\s\S]*?)\[\/url\]/gi, (_, url: string, label: string) =>
      label.trim() === '' || label === url ? url : `${label} (${url})`,
    )
    .replaceAll(/\[user=[^\]]*\]([\s\S]*?)\[\/user\]/gi, (_, name: string) => (name === '' ? '' : `@${name}`))
    .replaceAll(/\[img[^\]]*\]([\s\S]*?)\[\/img\]/gi, (_, url: string) => url.trim())
    .replaceAll(/\[\/?(?:b|i|u|s|size|color|url|chat|context|code|put|send|call|disk|quote)(?:=[^[\]]*)?\]/gi, '')
    .replaceAll(wordJoiner, '');
}

/** A group message as its author meant it for this bot: the bot's own mention and the comma left behind it (trap 38) are cut off. */
export function withoutMention(text: string, botId: string): string {
  const mention = new RegExp(`\\[user=${botId.replaceAll(/\D/g, '')}(?:\\s[^\\]]*)?\\][\\s\\S]*?\\[/user\\],?`, 'gi');
  return text
    .replaceAll(mention, ' ')
    .replace(/^[\s,:;]+/, '')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

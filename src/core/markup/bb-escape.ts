/**
 * Disables Bitrix24's markup in text that is not ours. A new version of the portal may know more tags, so a bracket before any name is
 * disabled. Every function here takes time in proportion to its text.
 */

/** Inserted after a character that must not begin any markup; has no width and no meaning. */
const wordJoiner = '\u2060';

/** A bracket before anything like a name, and the two character sequences that begin a quotation at the start of a text line. */
const markup = /\[(?=\/?[a-z*])|^>(?=>)|^-(?=-{5})/gim;

/** Foreign text that shows in the portal exactly as written: nothing in it is read as a BB code or a quotation. */
export function escapeBb(text: string): string {
  return text.replaceAll(markup, `$&${wordJoiner}`);
}

/**
 * Foreign text, changed so that the portal reads none of its lines as a slash command. A portal with `imbot.v2` executes commands in bots'
 * messages as in people's, in groups and Open Channels: a bot that explains its commands would run them itself.
 */
export function escapeCommands(text: string): string {
  return text.replaceAll(/^(?=\/[^ \n])/gm, wordJoiner);
}

/** Code as it stands between `[code]` tags. Only tags that the portal reads even inside code are disabled: code should stay copyable. */
export function escapeCode(text: string): string {
  return text.replaceAll(/\[(?=\/?(?:code|user|send|put)\b)/gi, `[${wordJoiner}`);
}

/** The same text in a form that PHP does not treat as empty, as it does `0`. */
export function notEmpty(text: string): string {
  return text === '0' ? `${text}${wordJoiner}` : text;
}

/** Restores a text of ours that comes back from the portal, undoing `escapeBb` and `escapeCommands`. */
export function withoutJoiners(text: string): string {
  return text.replaceAll(wordJoiner, '');
}

/**
 * Bitrix24's BB codes: taken off on the way to a brain, and made harmless in foreign text on the way into the portal. Every function
 * here takes time in proportion to its text, and looks at no more of it than a chat can show.
 */

/** Longest text Bitrix24 keeps of one message, in characters (documentation of `imbot.v2.Chat.Message.send` and `imbot.message.add`). */
const maxShown = 20_000;

/** Stands behind a sign that must not begin any markup; has no width and no meaning. */
const wordJoiner = '\u2060';

/** A bracket before anything like a name, and the two signs that make a quotation at the beginning of a line. */
const markup = /\[(?=\/?[a-z*])|^>(?=>)|^-(?=-{5})/gim;

/**
 * Foreign text that shows in the portal exactly as written: nothing in it is taken for a BB code or a quotation. Which names the portal
 * knows as tags grows with its versions, so a bracket before any name is broken, whatever follows.
 */
export function escapeBb(text: string): string {
  return text.replaceAll(markup, `$&${wordJoiner}`);
}

/**
 * Foreign text none of whose lines is taken for a slash command. A portal with `imbot.v2` runs the commands in what bots say as it runs
 * those of people, in groups and Open Channels: a bot that explains its commands would give them to itself.
 */
export function escapeCommands(text: string): string {
  return text.replaceAll(/^(?=\/[^ \n])/gm, wordJoiner);
}

/** The same text in a form that PHP does not take for empty, as it does `0`. */
export function notEmpty(text: string): string {
  return text === '0' ? `${text}${wordJoiner}` : text;
}

/** A text of ours that comes back, as it was before we made it harmless. */
export function withoutJoiners(text: string): string {
  return text.replaceAll(wordJoiner, '');
}

/** The part of a text that a chat can show. */
function shownPart(text: string): string {
  if (text.length <= maxShown) return text;
  return [...text.slice(0, 2 * maxShown)].slice(0, maxShown).join('');
}

/** Tags that vanish from plain text. Their values cannot hold brackets, so the search for an end stops at the next one. */
const tag =
  /\[(\/?)(br|b|i|u|s|size|color|url|user|img|chat|context|code|put|send|call|disk|quote)(=[^[\]]*|\s[^[\]]*|\/)?\]/gi;

/** The tags whose inside reads differently. Of each kind one is open at a time, as in the portal. */
const readers: Readonly<Record<string, (inside: string, value: string) => string>> = {
  url: (label, url) => (url === '' || label === url ? label : label.trim() === '' ? url : `${label} (${url})`),
  user: (name) => (name === '' ? '' : `@${name}`),
  img: (url) => url.trim(),
};

/** BB-coded text as plain text: links keep their address, mentions become `@Name`, other tags vanish. */
export function plainText(bb: string): string {
  const text = shownPart(bb);
  const pieces: string[] = [];
  const open = new Map<string, { readonly at: number; readonly value: string }>();
  let from = 0;
  for (const found of text.matchAll(tag)) {
    const [whole, slash, name = '', rest = ''] = found;
    const kind = name.toLowerCase();
    // Most tags have a value or nothing behind their name: `[b oh]` is no tag.
    if (/^\s/.test(rest) && kind !== 'img' && kind !== 'br') continue;
    pieces.push(text.slice(from, found.index));
    from = found.index + whole.length;
    if (kind === 'br') pieces.push('\n');
    else if (slash === '/') close(pieces, open, kind);
    else if (kind in readers && !open.has(kind)) open.set(kind, { at: pieces.length, value: rest.slice(1) });
  }
  pieces.push(text.slice(from));
  return withoutJoiners(pieces.join(''));
}

/** Reads what stands between a tag and its end. What was opened between them has no end any more. */
function close(
  pieces: string[],
  open: Map<string, { readonly at: number; readonly value: string }>,
  kind: string,
): void {
  const begun = open.get(kind);
  const reader = readers[kind];
  if (begun === undefined || reader === undefined) return;
  for (const [other, { at }] of open) if (at >= begun.at) open.delete(other);
  const inside = pieces.splice(begun.at).join('');
  pieces.push(reader(inside, begun.value));
}

/** A group message as its author meant it for this bot: without the bot's own mention and the comma behind it. */
export function withoutMention(message: string, botId: string): string {
  const text = shownPart(message);
  const rest = botId === '' ? text : mentionsCut(text, botId);
  return rest
    .replace(/^[\s,:;]+/, '')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

/** Whether a text mentions that user. */
export function hasMention(bb: string, userId: string): boolean {
  return /\d/.test(userId) && mentionOf(userId).test(shownPart(bb));
}

/** How a mention of that user begins. */
function mentionOf(userId: string): RegExp {
  return new RegExp(`\\[user=${userId.replaceAll(/\D/g, '')}(?:\\s[^[\\]]*)?\\]`, 'gi');
}

const mentionEnd = '[/user]';

function mentionsCut(text: string, botId: string): string {
  const mention = mentionOf(botId);
  const lower = text.toLowerCase();
  // Lower case may be longer (`İ`); then the ends are looked for as they are mostly written.
  const ends = lower.length === text.length ? lower : text.replaceAll('[/USER]', mentionEnd);
  const pieces: string[] = [];
  let from = 0;
  for (const { index } of text.matchAll(mention)) {
    if (index < from) continue;
    const end = ends.indexOf(mentionEnd, index);
    if (end === -1) break;
    pieces.push(text.slice(from, index), ' ');
    from = end + mentionEnd.length;
    if (text.charAt(from) === ',') from += 1;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

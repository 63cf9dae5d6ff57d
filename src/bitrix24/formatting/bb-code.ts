/**
 * Texts of messages as the portal sends and takes them. `core/markup` reads and writes the markup; this file handles mentions of the bot,
 * and which addresses people in the portal may open.
 */
import { isFormatted, trimMarkup } from '../../core/markup/markup.ts';
import { readBb, shownPart } from '../../core/markup/read-bb.ts';
import { renderBb } from '../../core/markup/render-bb.ts';
import { renderPlain } from '../../core/markup/render-plain.ts';
import { publicLink } from './addresses.ts';

/** A BB-coded text as plain text and, if it has formatting, as markup too. */
export function readWords(bb: string): { readonly text: string; readonly markup?: string } {
  const nodes = trimMarkup(readBb(bb));
  const text = renderPlain(nodes).trim();
  return isFormatted(nodes) ? { text, markup: renderBb(nodes) } : { text };
}

/** BB-coded text as plain text: links keep their address, mentions become `@Name`, other tags are removed. */
export function plainText(bb: string): string {
  return renderPlain(readBb(bb));
}

/** A formatted text of our own as the portal gets it: its links open public addresses only (`publicLink`). */
export function portalText(bb: string): string {
  return renderBb(readBb(bb), { link: publicLink });
}

/** A group message without this bot's own mention and the comma after it. */
export function withoutMention(message: string, botId: string): string {
  const text = shownPart(message);
  const rest = botId === '' ? text : removeMentions(text, botId);
  return rest.replace(/^[\s,:;]+/, '').trim();
}

/** Whether a text mentions that user. */
export function hasMention(bb: string, userId: string): boolean {
  return /\d/.test(userId) && mentionOf(userId).test(shownPart(bb));
}

/** Matches the start of a mention of that user. */
function mentionOf(userId: string): RegExp {
  return new RegExp(`\\[user=${userId.replaceAll(/\D/g, '')}(?:\\s[^[\\]]*)?\\]`, 'gi');
}

const mentionEnd = '[/user]';

function removeMentions(text: string, botId: string): string {
  const mention = mentionOf(botId);
  const lower = text.toLowerCase();
  // Lower-casing may lengthen a text (`İ`); then only the usual spellings of the end tag are found.
  const ends = lower.length === text.length ? lower : text.replaceAll('[/USER]', mentionEnd);
  const pieces: string[] = [];
  let from = 0;
  for (const { index } of text.matchAll(mention)) {
    if (index < from) continue;
    const end = ends.indexOf(mentionEnd, index);
    if (end === -1) break;
    pieces.push(text.slice(from, blanksBefore(text, index, from)), ' ');
    from = blanksAfter(text, end + mentionEnd.length);
    if (text.charAt(from) === ',') from = blanksAfter(text, from + 1);
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** One blank replaces those around a mention; all other blanks, such as those before code, are the author's. */
function blanksBefore(text: string, index: number, least: number): number {
  let at = index;
  while (at > least && text.charAt(at - 1) === ' ') at -= 1;
  return at;
}

function blanksAfter(text: string, index: number): number {
  let at = index;
  while (text.charAt(at) === ' ') at += 1;
  return at;
}

/** Mentions in message texts: who is named, and what is left of the text once the mentions are cut. */

const MENTION = /\[USER=(\d+)( REPLACE)?\](.*?)\[\/USER\]/gis;
const CUT = /\[USER=\d+\].*?\[\/USER\],?/gis;

/** Ids in the order of the text, each once. `[user=all]` names nobody; the REPLACE form counts. */
export function mentionedIds(text: string): number[] {
  const ids = new Set<number>();
  for (const found of text.matchAll(MENTION)) ids.add(Number(found[1]));
  return [...ids];
}

/** The text as group events carry it: plain mentions cut together with one directly following comma, ends trimmed. */
export function withoutMentions(text: string): string {
  return text.replace(CUT, '').trim();
}

/** Mentions in message texts: who is mentioned, and the text without the mentions. */

const MENTION = /\[USER=(\d+)( REPLACE)?\](.*?)\[\/USER\]/gis;
const CUT = /\[USER=\d+\].*?\[\/USER\],?/gis;

/** Ids in the order of the text, each once. `[user=all]` names nobody; the REPLACE form counts. */
export function mentionedIds(text: string): number[] {
  const ids = new Set<number>();
  for (const found of text.matchAll(MENTION)) ids.add(Number(found[1]));
  return [...ids];
}

/** The text as group events contain it: plain mentions are removed together with a comma directly after them, and the ends are trimmed. */
export function withoutMentions(text: string): string {
  return text.replace(CUT, '').trim();
}

/** Estimates how long the portal's JSON of a keyboard, a menu or a card is: the portal refuses, or silently drops, one that is too long. */

/** The JSON must have fewer characters than this (docs/platform-notes/bitrix24.md#keyboards). */
export const maxStored = 60_000;

/** A fixed reserve for the JSON around the parts. */
export const outerSize = 200;

/** The most it can be as the portal writes it: it escapes slashes, and in addresses the signs of HTML. */
export function storedSize(part: object): number {
  const json = JSON.stringify(part);
  let size = json.length;
  for (const [sign] of json.matchAll(/[/&<>]/g)) size += sign === '/' ? 1 : 5;
  return size;
}

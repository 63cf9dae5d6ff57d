/** Cuts a long text into parts that fit, without losing or changing a character. */

/**
 * Parts of at most `limit` UTF-16 code units whose concatenation is the text; cut after a line break or a space if the second half of a part
 * has one, never inside a surrogate pair. An empty text has no parts.
 *
 * @param limit often given by a remote: rounded down, and at least 2, because a character outside the BMP needs two units
 * @param wide characters that count as two, because they may be escaped later
 */
export function splitText(text: string, limit: number, wide?: string): readonly string[] {
  const capacity = limit >= 2 ? Math.floor(limit) : 2;
  const parts: string[] = [];
  let start = 0;
  for (;;) {
    const last = wide === undefined ? start + capacity : endOfPart(text, start, capacity, wide);
    if (last >= text.length) break;
    const end = cutBefore(text, start, last);
    parts.push(text.slice(start, end));
    start = end;
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}

function endOfPart(text: string, start: number, limit: number, wide: string): number {
  let end = start;
  for (let left = limit; end < text.length; end += 1) {
    left -= wide.includes(text.charAt(end)) ? 2 : 1;
    if (left < 0) break;
  }
  return end;
}

function cutBefore(text: string, start: number, end: number): number {
  const half = start + Math.floor((end - start) / 2);
  for (const separator of ['\n', ' ']) {
    // Searched within this part only: otherwise each part would be searched back to the beginning of the text.
    const at = text.slice(half, end).lastIndexOf(separator);
    if (at !== -1) return half + at + 1;
  }
  const isInsidePair = /[\uDC00-\uDFFF]/.test(text.charAt(end)) && /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return isInsidePair ? end - 1 : end;
}

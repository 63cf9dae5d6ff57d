/** Colours as the portal takes them. */

const hexColor = /^#(?:[\da-f]{3}|[\da-f]{6})$/i;
const ownColors: ReadonlySet<string> = new Set(['primary', 'secondary', 'alert', 'base']);

/**
 * The parameters of a colour, under the names the portal has for a hexadecimal one and for one of its own (empty: it takes none of its own
 * there); none for any other value.
 */
export function colorFields(
  color: string | undefined,
  hexName: string,
  ownName: string,
): Readonly<Record<string, string>> {
  if (color === undefined) return {};
  if (hexColor.test(color)) return { [hexName]: color };
  return ownName !== '' && ownColors.has(color) ? { [ownName]: color } : {};
}

/** Whether `colorFields` would leave the colour out. */
export function isUnknownColor(color: string | undefined): boolean {
  return color !== undefined && !hexColor.test(color) && !ownColors.has(color);
}

/** Colours as the portal takes them. */

const hexColor = /^#(?:[\da-f]{3}|[\da-f]{6})$/i;
const ownColors: ReadonlySet<string> = new Set(['primary', 'secondary', 'alert', 'base']);

/**
 * The parameters of a colour: `hexName` for a hexadecimal one, `ownName` for one of the portal's own (empty: it takes none of those there);
 * none for any other value.
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

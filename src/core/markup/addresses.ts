/** Addresses in formatted text: which ones a tree may hold. */

/** Browsers and the portal cut longer ones. */
const maxAddress = 2_000;

/** The address if it is a web address that a tag can hold; null for any other scheme, a relative address, or one that is too long. */
export function webAddress(address: string): string | null {
  const trimmed = address.trim();
  if (trimmed.length > maxAddress || !/^https?:\/\/[^\s/"<>][^\s"<>]*$/i.test(trimmed)) return null;
  return URL.canParse(trimmed) ? trimmed : null;
}

/** The address with its brackets encoded, so that it fits into a BB code; null if it cannot be: an IPv6 host needs them. */
export function bracketless(url: string): string | null {
  const afterHost = url.indexOf('/', url.indexOf('//') + 2);
  const [host, rest] = afterHost === -1 ? [url, ''] : [url.slice(0, afterHost), url.slice(afterHost)];
  return /[[\]]/.test(host) ? null : host + rest.replaceAll('[', '%5B').replaceAll(']', '%5D');
}

/** Characters allowed between the digits of a number. */
const phoneSigns = /[\s()./‐-―-]/g;

/** The digits of a plain phone number, with its `+`; null for anything else, such as the codes that a phone executes itself. */
export function phoneNumber(text: string): string | null {
  if (text.length > 60) return null;
  const number = text.replaceAll(phoneSigns, '');
  return /^\+?\d{3,15}$/.test(number) ? number : null;
}

/** The text percent-decoded; unchanged if it has a malformed escape. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

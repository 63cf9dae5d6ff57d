/** Which headers of a request go along to another cell, and which of its answer come back. */

/** Headers that concern one connection only (RFC 9110, section 7.6.1), or that the HTTP client and server write themselves. */
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Other headers of the request that are not forwarded: this cell itself states the address and the sender, and the app reads no cookies. */
const notForwarded = new Set([
  'accept-encoding',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'x-bot-bridge-cell',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
]);

/** @param origins of both cells: the origin of a page of this cell is replaced, as if the request came from a page of the other cell */
export function headersToForward(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  origins: { readonly own: string; readonly other: string },
): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || ofConnection.has(name) || notForwarded.has(name)) continue;
    forwarded[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  if (forwarded['origin'] === origins.own) forwarded['origin'] = origins.other;
  return forwarded;
}

export function headersToPassBack(headers: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(headers).filter(([name]) => !ofConnection.has(name) && name !== 'date');
}

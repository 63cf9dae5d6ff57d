/** Which headers of a request go along to another cell, and which of its answer come back. */

/** What concerns one connection only (RFC 9110, section 7.6.1), and what the client and the server write themselves. */
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

/** Of the request besides: the address and the sender are this cell's to say, and nothing here reads cookies. */
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

/**
 * @param origins a page of this cell, whose requests the other cell is to take for those of a page of its own
 */
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

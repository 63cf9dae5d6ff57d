/** The client id of a connection in the CRM and MessageGateway. It contains the connection's id and cannot be guessed. */
import type { Connection } from '../../../core/connector.ts';
import { sha256 } from '../../../lib/encryption.ts';

const form = /^([\da-f]{8})([\da-f]{4})([\da-f]{4})([\da-f]{4})([\da-f]{12})[\da-f]{32}$/;

/** 64 hexadecimal digits: the connection's id, then 128 bits derived from its secret. Anybody who knows it can call our activity address. */
export function clientIdOf(connection: Pick<Connection, 'id' | 'webhookSecret'>): string {
  const proof = sha256(`messagegateway client ${connection.id} ${connection.webhookSecret}`)
    .toString('hex')
    .slice(0, 32);
  return `${connection.id.replaceAll('-', '')}${proof}`;
}

/** The connection id in a client id, not verified; null for a text of another form. */
export function connectionIdIn(clientId: string): string | null {
  const parts = form.exec(clientId);
  return parts === null ? null : parts.slice(1).join('-');
}

/** The id of the connection that awaits its portal, always the same for one CRM account. It is not secret. */
export function awaitingIdOf(crmUrl: string): string {
  const digits = sha256(`messagegateway account ${crmUrl}`).toString('hex').slice(0, 32);
  return [8, 4, 4, 4, 12].map((length, index) => digits.slice(starts[index], (starts[index] ?? 0) + length)).join('-');
}

/** Offsets of the parts of a UUID. */
const starts = [0, 8, 12, 16, 20] as const;

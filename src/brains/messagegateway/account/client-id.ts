/** The name by which the CRM and MessageGateway call one connection of ours: it tells which one, and nobody else can make one up. */
import type { Connection } from '../../../core/connector.ts';
import { sha256 } from '../../../lib/encryption.ts';

const form = /^([\da-f]{8})([\da-f]{4})([\da-f]{4})([\da-f]{4})([\da-f]{12})[\da-f]{32}$/;

/** 64 hexadecimal digits: the connection's id, then 128 bits that follow from its secret. Whoever knows it can call our activity address. */
export function clientIdOf(connection: Pick<Connection, 'id' | 'webhookSecret'>): string {
  const proof = sha256(`messagegateway client ${connection.id} ${connection.webhookSecret}`)
    .toString('hex')
    .slice(0, 32);
  return `${connection.id.replaceAll('-', '')}${proof}`;
}

/** The id of the connection a client id claims to name; null for what cannot be one. */
export function connectionIdIn(clientId: string): string | null {
  const parts = form.exec(clientId);
  return parts === null ? null : parts.slice(1).join('-');
}

/** The id under which an account of the CRM awaits its portal: the same for every repetition. It proves nothing. */
export function awaitingIdOf(crmUrl: string): string {
  const digits = sha256(`messagegateway account ${crmUrl}`).toString('hex').slice(0, 32);
  return [8, 4, 4, 4, 12].map((length, index) => digits.slice(starts[index], (starts[index] ?? 0) + length)).join('-');
}

/** Where the parts of a UUID begin. */
const starts = [0, 8, 12, 16, 20] as const;

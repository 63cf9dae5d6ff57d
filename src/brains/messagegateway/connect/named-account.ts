/** Finds the account of a client id, and makes the link that proves that its reader comes from the CRM. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectorHost, StoredConnection } from '../../../core/brain.ts';
import type { Connection } from '../../../core/connector.ts';
import { sameDigest, sha256 } from '../../../lib/encryption.ts';
import { clientIdOf, connectionIdIn } from '../account/client-id.ts';
import { configSchema, type MessageGatewayConfig } from '../config.ts';

/** Makes guessing slow. */
const guessMs = 200;

const linkPurpose = 'account-link';

/** The account of a client id. `stored` is null while it awaits its portal. */
export interface NamedAccount {
  readonly connection: Connection;
  readonly config: MessageGatewayConfig;
  readonly stored: StoredConnection | null;
}

/** The address of the page for a reader who has just proven to come from the CRM. */
export function accountLink(connection: Connection, config: MessageGatewayConfig, host: ConnectorHost): string {
  const page = new URL('/messagegateway/account', host.tools.publicUrl);
  page.searchParams.set('client', clientOf(connection, config));
  page.searchParams.set('link', host.seal(connection.id, linkPurpose));
  return page.href;
}

/** Whether the link was made for this account and is still valid. */
export function isProvenBy(link: string, { connection }: NamedAccount, host: ConnectorHost): boolean {
  return host.open(link, linkPurpose) === connection.id;
}

/** Null for an id that is not ours. */
export async function accountNamed(clientId: string, host: ConnectorHost): Promise<NamedAccount | null> {
  const id = connectionIdIn(clientId);
  const stored = id === null ? null : await host.find(id);
  const connection = stored?.connection ?? (id === null ? null : await host.awaiting.find(id));
  const config = configSchema.safeParse(connection?.config);
  if (connection !== null && config.success) {
    const own = clientOf(connection, config.data);
    if (sameDigest(sha256(clientId), sha256(own))) return { connection, config: config.data, stored };
  }
  await sleep(guessMs);
  return null;
}

function clientOf(connection: Connection, config: MessageGatewayConfig): string {
  return config.joined?.clientId ?? clientIdOf(connection);
}

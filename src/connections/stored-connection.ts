/** How the secrets of a connection are sealed in its row, and opened again. */
import type { Connection } from '../core/connector.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { ConnectionRow } from '../store/tenants/connections.ts';

/** The contexts under which the secrets of a connection are sealed. */
export const configContext = (id: string): string => `connection.config:${id}`;
export const webhookContext = (id: string): string => `connection.webhook:${id}`;

/** A stored connection with its secrets opened. Throws when they were sealed with a key that is gone; `openedOrNull` gives null then. */
export function openConnection(sealer: Sealer, row: ConnectionRow): Connection {
  return {
    id: row.id,
    portal: row.portal,
    config: JSON.parse(sealer.open(row.config_sealed, configContext(row.id))),
    webhookSecret: sealer.open(row.webhook_secret_sealed, webhookContext(row.id)),
  };
}

export function openedOrNull({ sealer }: { readonly sealer: Sealer }, row: ConnectionRow): Connection | null {
  try {
    return openConnection(sealer, row);
  } catch {
    // The reason is the same for every connection of this kind, and the page says what to do.
    return null;
  }
}

export function sealConfig(sealer: Sealer, id: string, config: unknown): Buffer {
  return sealer.seal(JSON.stringify(config), configContext(id));
}

export function sealWebhookSecret(sealer: Sealer, id: string, secret: string): Buffer {
  return sealer.seal(secret, webhookContext(id));
}

/** Opens the file behind a link, if it may still be given away. */
import { fileAddress, maxPortalFileBytes } from '../bitrix24/execute-portal-action.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import { BadInput, RemoteUnreachable } from '../core/errors.ts';
import type { OpenedFile } from '../core/opened-file.ts';
import { sizeOf } from '../lib/file-transfers.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Db } from '../store/database.ts';
import { findOwnByRef } from '../store/tenants/conversations.ts';
import type { ConnectorRegistry } from './connector-registry.ts';
import type { BrainsFile, LinkedFile } from './file-links.ts';

export interface LinkedFileOptions {
  readonly db: Db;
  readonly portals: PortalCache;
  readonly client: PortalClient;
  readonly connectors: Pick<ConnectorRegistry, 'connectorById'>;
  readonly http: Pick<HttpClient, 'open'>;
}

interface Limits {
  /** Aborting it closes the file. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Null when the file may not be given away: the portal has removed the app, its bot is gone, or the bot that has the conversation no longer uses this
 * connection. Throws AppErrors; reading a file that turns out to be too long throws `http.too_large`, too.
 */
export async function openLinkedFile(
  options: LinkedFileOptions,
  linked: LinkedFile,
  limits: Limits,
): Promise<Pick<OpenedFile, 'stream' | 'size'> | null> {
  return linked.of === 'brain'
    ? await openBrainsFile(options, linked, limits)
    : await openPortalsFile(options, linked, limits);
}

/** Also null while the connection is disabled. */
async function openBrainsFile(
  { portals, connectors }: LinkedFileOptions,
  { portal, connection, file }: BrainsFile,
  { signal }: Limits,
): Promise<Pick<OpenedFile, 'stream' | 'size'> | null> {
  const { portal: installed, bots } = await portals.portal(portal);
  if (installed?.state !== 'installed' || !bots.some((bot) => bot.connection_id === connection)) return null;
  const known = await connectors.connectorById(portal, connection);
  if (known === null || known.disabledReason !== null) return null;
  return (await known.connector.openFile?.(file, signal)) ?? null;
}

async function openPortalsFile(
  { db, portals, client, http }: LinkedFileOptions,
  { portal, connection, ref, fileId }: LinkedFile & { readonly of: 'portal' },
  { signal, timeoutMs }: Limits,
): Promise<Pick<OpenedFile, 'stream' | 'size'> | null> {
  const known = await portals.portal(portal);
  if (known.portal?.state !== 'installed') return null;
  const conversation = await findOwnByRef(db, portal, connection, ref);
  const bot = known.bots.find(({ code }) => code === conversation?.botCode);
  if (bot === undefined || bot.bot_id === null || bot.state !== 'registered') return null;
  const url = await fileAddress(client, { portal, botId: bot.bot_id }, fileId, signal).catch((error: unknown) => {
    // The portal names no address: there is no such file for this bot.
    if (error instanceof BadInput && error.code === 'bitrix24.no_file') return null;
    throw error;
  });
  if (url === null) return null;
  const opened = await http.open({
    method: 'GET',
    url,
    timeoutMs,
    signal,
    maxResponseBytes: maxPortalFileBytes,
  });
  if (opened.status === 200) return { stream: opened.body, size: sizeOf(opened) };
  opened.cancel();
  const message = `the portal answered ${opened.status} instead of the file`;
  throw new RemoteUnreachable({ code: 'bitrix24.file_away', message });
}

/** Opens the file behind a link, if it may still be given away. */
import { fileAddress } from '../bitrix24/execute-portal-action.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import { BadInput, RemoteUnreachable } from '../core/errors.ts';
import type { StreamClient, StreamedResponse } from '../lib/http-stream.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Db } from '../store/database.ts';
import { findOwnByRef } from '../store/tenants/conversations.ts';
import type { LinkedFile } from './file-links.ts';

export interface LinkedFileOptions {
  readonly db: Db;
  readonly portals: PortalCache;
  readonly client: PortalClient;
  readonly streams: Pick<StreamClient, 'open'>;
}

/**
 * Null when it may not be given away: the portal has removed the app, its bot is gone, or the bot that has the conversation no longer uses
 * this connection. Throws AppErrors.
 */
export async function openLinkedFile(
  { db, portals, client, streams }: LinkedFileOptions,
  { portal, connection, ref, fileId }: LinkedFile,
  signal: AbortSignal,
): Promise<Pick<StreamedResponse, 'body' | 'length'> | null> {
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
  const { status, length, body } = await streams.open(url, signal);
  if (status === 200) return { length, body };
  body.destroy();
  const message = `the portal answered ${status} instead of the file`;
  throw new RemoteUnreachable({ code: 'bitrix24.file_away', message });
}

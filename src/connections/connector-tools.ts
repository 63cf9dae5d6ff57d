/** Makes the tools each connector is given: what the app offers to the brain of one connection. */
import { crmAddress } from '../bitrix24/crm-address.ts';
import { openChannelName } from '../bitrix24/open-channels.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { Brain } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import type { ConnectorTools } from '../core/connector-tools.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { Logger } from '../lib/logger.ts';
import { type NetworkGuard, socketLookup } from '../lib/network-guard.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { brainRateLimiter, type RateLimiters } from '../runtime/rate-limiter.ts';
import type { RecentFacts } from '../runtime/recent-facts.ts';
import type { Db } from '../store/database.ts';
import { findOwnByRef } from '../store/tenants/conversations.ts';
import { brainCounts } from './brain-counts.ts';
import { findCustomerInfo, findPortalUser } from './chat-people.ts';
import { connectorState } from './connector-state.ts';
import type { FileLinks } from './file-links.ts';
import { missedMessages } from './missed-messages.ts';
import { openUrl } from './open-url.ts';
import { openPortalFile } from './portal-files.ts';
import { portalInfo } from './portal-info.ts';

export interface ConnectorToolsOptions {
  readonly db: Db;
  readonly guard: NetworkGuard;
  /** Carries files. */
  readonly http: HttpClient;
  /** Carries the calls that brains make; it may tell their servers which trace a call belongs to. */
  readonly brainHttp: HttpClient;
  readonly client: PortalClient;
  readonly portals: PortalCache;
  readonly rateLimiters: RateLimiters;
  readonly recent: RecentFacts;
  readonly metrics: Pick<Metrics, 'brain'>;
  readonly fileLinks: Pick<FileLinks, 'make'>;
  readonly publicUrl: string;
  readonly log: Logger;
}

/** The tools of a connection of this brain. */
export type ToolsFor = (connection: Connection, brain: Pick<Brain, 'name' | 'counters'>) => ConnectorTools;

export function createConnectorTools(options: ConnectorToolsOptions): ToolsFor {
  const { db, guard, client, portals, log } = options;
  return ({ id, portal }, brain) => ({
    http: options.brainHttp,
    rateLimiter: (bucket, rate) => brainRateLimiter(options.rateLimiters, { portal, bucket, ...rate }),
    lookupFor: (url) => socketLookup(guard, url),
    openUrl: (request) => openUrl(options.http, request),
    openPortalFile: (to, file, signal) =>
      openPortalFile({ client, portals, http: options.http }, { portal, to, file }, signal),
    missedMessages: (to, from, until) => missedMessages(db, portal, to, { from, until }),
    crmAddress: async (link) => {
      const known = await portals.portal(portal);
      return known.portal === null ? null : crmAddress(known.portal.domain, link);
    },
    portalUser: (to, dialogId, userId, signal) =>
      findPortalUser({ client, portals }, portal, { to, dialogId, userId, signal }),
    customerInfo: (to, dialogId, userId, signal) =>
      findCustomerInfo({ client, portals }, portal, { to, dialogId, userId, signal }),
    openChannelName: (lineId, signal) => openChannelName(client, portal, lineId, signal),
    portalInfo: async () => portalInfo(await portals.portal(portal), { id }),
    hasConversation: async (ref) => (await findOwnByRef(db, portal, id, ref)) !== null,
    state: connectorState(db, portal, id, options.recent),
    fileLink: (to, file) => options.fileLinks.make({ portal, connection: id, ref: to.ref }, file),
    count: brainCounts(options.metrics.brain, brain),
    publicUrl: options.publicUrl,
    log: (message, details, level = 'info') => log[level]({ connection: id, ...details }, message),
  });
}

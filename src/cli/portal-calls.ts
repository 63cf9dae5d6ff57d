/** Builds what a command needs to call portals, the way the app itself does: same tokens, same budget, same guard. */
import { createOAuthClient } from '../bitrix24/rest/oauth-client.ts';
import { createPortalClient, type PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { Settings } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { createGotClient } from '../lib/http-engine-got.ts';
import { createNetworkGuard, socketLookup } from '../lib/network-guard.ts';
import { createDirectory } from '../portals/directory.ts';
import { createPortalRateLimiter } from '../portals/portal-rate-limiter.ts';
import { createTokenProvider } from '../portals/token-provider.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createRateLimiter } from '../runtime/rate-limiter.ts';
import { createSharedBudgets } from '../runtime/shared-budgets.ts';
import { noPortal } from './brain-tools.ts';
import type { CommandContext } from './command.ts';

export interface PortalCalls {
  readonly client: PortalClient;
  close(): Promise<void>;
}

/** A stale token is refreshed on the way, under the same lock as the app's own refresh. */
export async function openPortalCalls(context: CommandContext, settings: Settings): Promise<PortalCalls> {
  const db = await context.database();
  const sealer = await context.sealer();
  const { log } = context;
  const guard = createNetworkGuard({ allowedPrivateHosts: settings.ALLOWED_PRIVATE_HOSTS });
  const http = createGotClient({ guard });
  const budgets = createSharedBudgets(db);
  const pacing = { budgets, clock: systemClock, log };
  const directory = createDirectory({
    db,
    sealer,
    brains: context.brains,
    tools: (connection) => ({
      http,
      rateLimiter: (bucket, rate) => createRateLimiter(pacing, connection.portal, bucket, rate),
      lookupFor: (url) => socketLookup(guard, url),
      publicUrl: settings.PUBLIC_URL,
      ...noPortal,
      log: (message, details) => log.info(details ?? {}, message),
    }),
  });
  const oauth = createOAuthClient({
    http,
    clientId: settings.B24_CLIENT_ID,
    clientSecret: settings.B24_CLIENT_SECRET,
    hosts: settings.B24_OAUTH_HOSTS,
  });
  const tokenProvider = createTokenProvider({ db, directory, sealer, oauth, guard, log });
  const usual = { perSecond: settings.B24_RATE_PER_SECOND, burst: settings.B24_RATE_BURST };
  const rateLimiter = createPortalRateLimiter(budgets, directory, createMetrics(), systemClock, usual);
  const client = createPortalClient(http, tokenProvider, rateLimiter, ({ method, code, ms }) => {
    log.debug({ method, result: code, ms: Math.round(ms) }, 'bitrix24 call');
  });
  return {
    client,
    async close() {
      await tokenProvider.idle();
      await http.close();
    },
  };
}

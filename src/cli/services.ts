/** Builds the parts of the app that a command uses, with the app's own factories. */
import { createOAuthClient } from '../bitrix24/rest/oauth-client.ts';
import { createPortalClient, type PortalClient } from '../bitrix24/rest/portal-client.ts';
import { type Settings, settingsSchema } from '../config.ts';
import { type AccountWork, hookPath } from '../connections/account-work.ts';
import { connectorState } from '../connections/connector-state.ts';
import { refuseFileLinks } from '../connections/file-links.ts';
import { portalInfo } from '../connections/portal-info.ts';
import type { Connection } from '../core/connector.ts';
import type { ConnectorTools } from '../core/connector-tools.ts';
import { AppError, Misconfigured } from '../core/errors.ts';
import { systemClock } from '../lib/clock.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { HttpClient } from '../lib/http-client.ts';
import { createGotClient } from '../lib/http-engine-got.ts';
import { createNetworkGuard, type NetworkGuard, socketLookup } from '../lib/network-guard.ts';
import { commandLine, noteBy } from '../portals/audit.ts';
import type { BotServiceOptions } from '../portals/bot-service.ts';
import { createPortalCache } from '../portals/portal-cache.ts';
import { createPortalRateLimiter } from '../portals/portal-rate-limiter.ts';
import { createTokenProvider } from '../portals/token-provider.ts';
import { brainRateLimiter, createRateLimiters } from '../runtime/rate-limiter.ts';
import { createSharedBudgets } from '../runtime/shared-budgets.ts';
import { createWakeup, type Wakeups } from '../runtime/wakeup.ts';
import { isDatabaseAway, type Pool } from '../store/database.ts';
import { notifyQueue } from '../store/queue/notify.ts';
import { listBots } from '../store/tenants/bots.ts';
import { findPortal } from '../store/tenants/portals.ts';
import type { CommandContext } from './framework/command.ts';
import { noAppSecret } from './framework/context.ts';

/** An HTTP client that refuses private addresses, except those in ALLOWED_PRIVATE_HOSTS and in `extraHosts`. */
export function openHttp(
  context: CommandContext,
  extraHosts: readonly string[] = [],
): { readonly http: HttpClient; readonly guard: NetworkGuard } {
  const hosts = settingsSchema.shape.ALLOWED_PRIVATE_HOSTS.safeParse(context.environment['ALLOWED_PRIVATE_HOSTS']);
  const guard = createNetworkGuard({ allowedPrivateHosts: [...(hosts.data ?? []), ...extraHosts] });
  const http = createGotClient({ guard });
  context.onClose(() => http.close());
  return { http, guard };
}

/** Wakes the workers of the running app; every notice has been sent before the command ends. */
export function openWakeups(context: CommandContext, db: Pool): Wakeups {
  const sent: Promise<void>[] = [];
  context.onClose(async () => {
    await Promise.all(sent);
  });
  const wakeupOf = (queue: 'inbox' | 'outbox') => ({
    ...createWakeup(),
    ring: () => {
      const notice = notifyQueue(db, queue).catch((error: unknown) => {
        // Only a hint: the workers find the work by themselves within seconds.
        if (!isDatabaseAway(error)) throw error;
      });
      sent.push(notice);
    },
  });
  return { inbox: wakeupOf('inbox'), outbox: wakeupOf('outbox') };
}

export async function openBots(context: CommandContext): Promise<BotServiceOptions> {
  const db = await context.database();
  return { db, brains: context.brains, wakeups: openWakeups(context, db), note: noteBy(commandLine) };
}

/** For use cases of accounts. Without PUBLIC_URL they throw Misconfigured `cli.no_public_url` if the brain has to be told where to send. */
export async function openAccountWork(context: CommandContext): Promise<AccountWork> {
  return await accountWork(context, await context.sealer());
}

/** Like `openAccountWork`, for leaving accounts: without APP_SECRET their connections are removed all the same, but the remotes are not told. */
export async function openLeaving(context: CommandContext): Promise<AccountWork> {
  try {
    return await openAccountWork(context);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== noAppSecret) throw error;
    const refuse = (): never => {
      throw error;
    };
    return await accountWork(context, { seal: refuse, open: refuse });
  }
}

async function accountWork(context: CommandContext, sealer: Sealer): Promise<AccountWork> {
  const { brains, log } = context;
  const db = await context.database();
  const { http, guard } = openHttp(context);
  const rateLimiters = createRateLimiters({ budgets: createSharedBudgets(db), clock: systemClock, log });
  const toolsFor = (connection: Connection): ConnectorTools => ({
    http,
    rateLimiter: (bucket, rate) => brainRateLimiter(rateLimiters, { portal: connection.portal, bucket, ...rate }),
    lookupFor: (url) => socketLookup(guard, url),
    publicUrl: needPublicUrl(context),
    // A command has no /metrics.
    count: () => {},
    ...withoutMessages,
    portalInfo: async () => {
      const [portal, bots] = await Promise.all([findPortal(db, connection.portal), listBots(db, connection.portal)]);
      return portalInfo({ portal, bots }, connection);
    },
    state: connectorState(db, connection.portal, connection.id),
    log: (message, details) => log.info(details ?? {}, message),
  });
  return {
    db,
    sealer,
    brainOf: (name) => brains.find((brain) => brain.name === name),
    toolsFor,
    hookUrl: ({ webhookSecret }, brain) => `${needPublicUrl(context)}${hookPath(brain.name, webhookSecret)}`,
    evict: () => undefined,
    wakeups: openWakeups(context, db),
    log,
  };
}

function needPublicUrl({ publicUrl }: CommandContext): string {
  if (publicUrl !== null) return publicUrl;
  throw new Misconfigured({
    code: 'cli.no_public_url',
    message:
      'PUBLIC_URL: is missing; this brain has to be told where to send, so give the command the settings of the app',
  });
}

function noFiles(): Promise<never> {
  return Promise.reject(new AppError({ code: 'cli.no_files', message: 'a command has no files' }));
}

/** Files, people and records belong to messages, and commands carry none. */
const withoutMessages: Pick<
  ConnectorTools,
  | 'openPortalFile'
  | 'openUrl'
  | 'fileLink'
  | 'missedMessages'
  | 'crmAddress'
  | 'portalUser'
  | 'customerInfo'
  | 'openChannelName'
  | 'hasConversation'
> = {
  openPortalFile: noFiles,
  openUrl: noFiles,
  fileLink: refuseFileLinks,
  missedMessages: () => Promise.resolve([]),
  crmAddress: () => Promise.resolve(null),
  portalUser: () => Promise.resolve(null),
  customerInfo: () => Promise.resolve(null),
  openChannelName: () => Promise.resolve(null),
  hasConversation: () => Promise.resolve(false),
};

/** Calls portals as the app itself does: same tokens, same budget, same guard. A stale token is refreshed under the app's own lock. */
export async function openPortalClient(context: CommandContext, settings: Settings): Promise<PortalClient> {
  const db = await context.database();
  const sealer = await context.sealer();
  const { log } = context;
  const { http, guard } = openHttp(context);
  const portals = createPortalCache(db);
  const oauth = createOAuthClient({
    http,
    clientId: settings.B24_CLIENT_ID,
    clientSecret: settings.B24_CLIENT_SECRET,
    hosts: settings.B24_OAUTH_HOSTS,
  });
  const tokenProvider = createTokenProvider({ db, portals, sealer, oauth, guard, log });
  context.onClose(() => tokenProvider.idle());
  const usual = { perSecond: settings.B24_RATE_PER_SECOND, burst: settings.B24_RATE_BURST };
  const rateLimiters = createRateLimiters({ budgets: createSharedBudgets(db), clock: systemClock, log });
  const rateLimiter = createPortalRateLimiter({ rateLimiters, portals, usual });
  return createPortalClient(http, tokenProvider, rateLimiter, {
    observe: ({ method, code, ms }) => {
      log.debug({ method, result: code, ms: Math.round(ms) }, 'bitrix24 call');
    },
  });
}

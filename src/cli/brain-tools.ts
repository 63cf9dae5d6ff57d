/** What a brain may use of the house while a command checks or joins an account of it. */
import { settingsSchema } from '../config.ts';
import { hookPath } from '../connections/connection-service.ts';
import { connectorState } from '../connections/connector-state.ts';
import { portalInfo } from '../connections/portal-info.ts';
import type { Connection } from '../core/connector.ts';
import type { ConnectorTools } from '../core/connector-tools.ts';
import { AppError, Misconfigured } from '../core/errors.ts';
import { systemClock } from '../lib/clock.ts';
import { createGotClient } from '../lib/http-engine-got.ts';
import { createNetworkGuard, socketLookup } from '../lib/network-guard.ts';
import { createRateLimiter } from '../runtime/rate-limiter.ts';
import { createSharedBudgets } from '../runtime/shared-budgets.ts';
import { listBots } from '../store/tenants/bots.ts';
import { findPortal } from '../store/tenants/portals.ts';
import type { CommandContext } from './command.ts';

export interface BrainTools {
  readonly tools: ConnectorTools;
  /** The address the brain is to send to. */
  hookUrl(brain: string, secret: string): string;
  close(): Promise<void>;
}

/** Throws Misconfigured `cli.no_public_url`: a brain that joins is told where to send. */
export async function openBrainTools(
  context: CommandContext,
  connection: Pick<Connection, 'id' | 'portal'>,
): Promise<BrainTools> {
  const { log, publicUrl } = context;
  const { portal } = connection;
  if (publicUrl === null) {
    throw new Misconfigured({
      code: 'cli.no_public_url',
      message:
        'PUBLIC_URL: is missing; this brain has to be told where to send, so give the command the settings of the app',
    });
  }
  const hosts = settingsSchema.shape.ALLOWED_PRIVATE_HOSTS.safeParse(context.environment['ALLOWED_PRIVATE_HOSTS']);
  const guard = createNetworkGuard({ allowedPrivateHosts: hosts.data ?? [] });
  const db = await context.database();
  const pacing = { budgets: createSharedBudgets(db), clock: systemClock, log };
  const http = createGotClient({ guard });
  return {
    tools: {
      http,
      rateLimiter: (bucket, rate) => createRateLimiter(pacing, portal, bucket, rate),
      lookupFor: (url) => socketLookup(guard, url),
      publicUrl,
      ...noPortal,
      portalInfo: async () => {
        const [row, bots] = await Promise.all([findPortal(db, portal), listBots(db, portal)]);
        return portalInfo({ portal: row, bots }, connection);
      },
      state: connectorState(db, portal, connection.id),
      log: (message, details) => log.info(details ?? {}, message),
    },
    hookUrl: (brain, secret) => `${publicUrl}${hookPath(brain, secret)}`,
    close: () => http.close(),
  };
}

/** Files, talk, people and records belong to messages, and commands carry none; what checking and joining learn is the config. */
export const noPortal: Pick<
  ConnectorTools,
  | 'openPortalFile'
  | 'missedMessages'
  | 'crmAddress'
  | 'portalUser'
  | 'customerInfo'
  | 'openChannelName'
  | 'portalInfo'
  | 'state'
> = {
  openPortalFile: () => Promise.reject(new AppError({ code: 'cli.no_files', message: 'a command has no files' })),
  missedMessages: () => Promise.resolve([]),
  crmAddress: () => Promise.resolve(null),
  portalUser: () => Promise.resolve(null),
  customerInfo: () => Promise.resolve(null),
  openChannelName: () => Promise.resolve(null),
  portalInfo: () => Promise.resolve({ hasV2: true, botType: null }),
  state: {
    get: () => Promise.resolve(null),
    put: () => Promise.resolve(),
    claim: () => Promise.resolve(false),
    forget: () => Promise.resolve(),
    list: () => Promise.resolve([]),
    recent: () => Promise.resolve([]),
    announce: () => Promise.resolve(),
  },
};

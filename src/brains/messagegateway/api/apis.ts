/** Both APIs of one joined account, each with the rate limiter of its own token. */
import type { ConnectorTools, RateLimiter } from '../../../core/connector-tools.ts';
import type { Clock } from '../../../lib/clock.ts';
import { type BotApi, createBotApi } from './bot-api.ts';
import { bucketOf } from './limiter-names.ts';
import { createMgHttp } from './mg-http.ts';
import { createTransportApi, type TransportApi } from './transport-api.ts';

export interface Apis {
  readonly bot: BotApi;
  readonly transport: TransportApi;
  /** The limiter of the Bot token, for socket handshakes: they count as requests. */
  readonly botLimiter: RateLimiter;
}

/** Calls allowed at once. With those of the following second, and some jitter on the way, fewer than 30 arrive in any second. */
const burst = 3;

export interface ApisOptions {
  readonly tools: Pick<ConnectorTools, 'http' | 'rateLimiter'> & Partial<Pick<ConnectorTools, 'log'>>;
  readonly bot: { readonly endpointUrl: string; readonly token: string };
  readonly transport: { readonly endpointUrl: string; readonly token: string };
  readonly callsPerSecond: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export function createApis(options: ApisOptions): Apis {
  const { tools, clock, timeoutMs } = options;
  const limiterOf = (token: string): RateLimiter =>
    tools.rateLimiter(bucketOf('messagegateway.token', token), { perSecond: options.callsPerSecond, burst });
  const botLimiter = limiterOf(options.bot.token);
  const transportLimiter = limiterOf(options.transport.token);
  const shared = { http: tools.http, clock, timeoutMs };
  return {
    botLimiter,
    bot: createBotApi(createMgHttp({ ...shared, ...options.bot, api: 'bot', rateLimiter: botLimiter })),
    transport: createTransportApi(
      createMgHttp({ ...shared, ...options.transport, api: 'transport', rateLimiter: transportLimiter }),
      (warnings) => tools.log?.('MessageGateway took a message with warnings', { warnings: warnings.slice(0, 10) }),
    ),
  };
}

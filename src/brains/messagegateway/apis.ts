/** Both APIs of one joined account, each with the pace of its own token. */
import type { ConnectorTools } from '../../core/connector.ts';
import type { Clock } from '../../lib/clock.ts';
import { type BotApi, createBotApi } from './bot-api.ts';
import { createMgHttp } from './mg-http.ts';
import { createPace, type Pace } from './pace.ts';
import { createTransportApi, type TransportApi } from './transport-api.ts';

export interface Apis {
  readonly bot: BotApi;
  readonly transport: TransportApi;
  /** Of the Bot token; a socket handshake is a request too. */
  readonly botPace: Pace;
}

export interface ApisOptions {
  readonly http: ConnectorTools['http'];
  readonly bot: { readonly endpointUrl: string; readonly token: string };
  readonly transport: { readonly endpointUrl: string; readonly token: string };
  readonly callsPerSecond: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export function createApis(options: ApisOptions): Apis {
  const { http, clock, timeoutMs } = options;
  const botPace = createPace(options.callsPerSecond, clock);
  const transportPace = createPace(options.callsPerSecond, clock);
  const shared = { http, clock, timeoutMs };
  return {
    botPace,
    bot: createBotApi(createMgHttp({ ...shared, ...options.bot, api: 'bot', pace: botPace })),
    transport: createTransportApi(
      createMgHttp({ ...shared, ...options.transport, api: 'transport', pace: transportPace }),
    ),
  };
}

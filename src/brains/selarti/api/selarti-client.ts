/** The one documented method of Selarti for messages, `send_message_external`, with the token that it needs. */
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { RemoteRefused } from '../../../core/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { sha256 } from '../../../lib/encryption.ts';
import type { SelartiConfig } from '../config.ts';
import { jsonIn, saysFailure } from './answer-body.ts';
import { obtainToken } from './obtain-token.ts';
import { failureOf, refusedCodes, unreadable, waitAfter } from './selarti-errors.ts';
import { createSharedToken, type SharedToken } from './shared-token.ts';

export interface SelartiClient {
  /** Sends one text. Selarti returns no id. Throws AppErrors; a token that was refused is renewed once first. */
  send(chatId: string, message: string, signal: AbortSignal): Promise<void>;
  /** Checks the API key by obtaining a new token, which all processes then use. Does nothing for a configured bearer token. */
  authorize(): Promise<void>;
}

export interface SelartiClientOptions {
  readonly config: SelartiConfig;
  readonly tools: Pick<ConnectorTools, 'http' | 'rateLimiter' | 'state' | 'count'>;
  readonly clock: Clock;
}

/** State key of a configured bearer that was refused; the value is its fingerprint. See `check-health.ts`. */
export const refusedBearerKey = 'bearer:refused';

/** How long the connection stays disabled before the same bearer is tried again. */
const refusedBearerDays = 10 / (24 * 60);

const what = 'send_message_external';

export function createSelartiClient(options: SelartiClientOptions): SelartiClient {
  return new Client(options);
}

/** Names a bearer without giving it away. */
export function fingerprintOf(bearer: string): string {
  return sha256(`refused ${bearer}`).toString('hex').slice(0, 16);
}

class Client implements SelartiClient {
  readonly #options: SelartiClientOptions;
  readonly #shared: SharedToken | null;

  constructor(options: SelartiClientOptions) {
    this.#options = options;
    const { config, tools, clock } = options;
    const { apiKey } = config;
    this.#shared =
      apiKey === undefined
        ? null
        : createSharedToken({
            state: tools.state,
            apiKey,
            clock,
            timeoutMs: config.requestTimeoutMs,
            obtain: async () => {
              tools.count('tokens');
              return await obtainToken(tools.http, config, apiKey);
            },
          });
  }

  async authorize(): Promise<void> {
    await this.#shared?.renew();
  }

  async send(chatId: string, message: string, signal: AbortSignal): Promise<void> {
    const token = await this.#token(null);
    const first = await this.#post(token, chatId, message, signal);
    if (!this.#isRefused(first.status)) return accept(first, this.#options.clock);
    if (this.#shared === null) throw await this.#bearerRefused(token);
    const renewed = await this.#token(token);
    const second = await this.#post(renewed, chatId, message, signal);
    if (this.#isRefused(second.status)) throw tokenRefused('Selarti refuses a token that it has just given');
    accept(second, this.#options.clock);
  }

  async #token(refused: string | null): Promise<string> {
    // The schema requires an API key or a bearer.
    return this.#shared === null ? (this.#options.config.bearer ?? '') : await this.#shared.take(refused);
  }

  #isRefused(status: number): boolean {
    return this.#options.config.refusedStatuses.includes(status);
  }

  async #post(token: string, chatId: string, message: string, signal: AbortSignal) {
    const { config, tools } = this.#options;
    const { host, sendPath, taskId, callsPerSecond, requestTimeoutMs: timeoutMs } = config;
    const rate = { perSecond: callsPerSecond, burst: Math.max(1, Math.ceil(callsPerSecond)) };
    const limiter = tools.rateLimiter(`${new URL(host).host} ${taskId}`, rate);
    await limiter.acquire(signal);
    const response = await tools.http.send({
      method: 'POST',
      url: new URL(sendPath, host),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ task_id: taskId, chat_id: chatId, message }),
      timeoutMs,
      maxResponseBytes: 256 * 1024,
      signal,
    });
    if (response.status === 429) {
      await limiter.throttle(waitAfter(response.headers, this.#options.clock.now()));
    }
    return response;
  }

  async #bearerRefused(bearer: string): Promise<RemoteRefused> {
    await this.#options.tools.state.put(refusedBearerKey, fingerprintOf(bearer), refusedBearerDays);
    return tokenRefused('Selarti no longer takes the bearer token of the connection; set a new one, or an API key');
  }
}

type Response = Awaited<ReturnType<ConnectorTools['http']['send']>>;

/** Throws unless Selarti has accepted the message; only status and type of its answer are documented. */
function accept({ status, headers, body }: Response, clock: Clock): void {
  if (status < 200 || status >= 300) {
    throw failureOf({ status, what, waitMs: waitAfter(headers, clock.now()) });
  }
  const answer = jsonIn(body);
  if (answer === undefined) throw unreadable(what);
  if (saysFailure(answer)) throw failureOf({ status: 400, what, waitMs: 0 });
}

function tokenRefused(message: string): RemoteRefused {
  // The app checks the account at 401, whichever status was configured.
  return new RemoteRefused({ code: refusedCodes.token, message, status: 401, report: true });
}

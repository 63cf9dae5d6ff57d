/**
 * The bearer token of a connection, shared by all processes: obtained once when there is none or when it was refused, however many messages
 * wait for it. It is stored sealed with a key derived from the API key, so the database alone does not give it away.
 */
import { z } from 'zod';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { AppError, RemoteUnreachable } from '../../../core/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createSealer, type Sealer, sha256 } from '../../../lib/encryption.ts';

const tokenKey = 'token';
const leaseKey = 'token:lease';
const sealContext = 'token';
const pollMs = 200;

export interface SharedTokenOptions {
  readonly state: ConnectorTools['state'];
  readonly apiKey: string;
  readonly clock: Clock;
  /** How long one exchange may take. */
  readonly timeoutMs: number;
  readonly obtain: () => Promise<string>;
}

export interface SharedToken {
  /** Returns the token. @param refused a token that Selarti has just refused, to obtain another; or null */
  take(refused: string | null): Promise<string>;
  /** Obtains a new token even if there is one, and shares it. */
  renew(): Promise<string>;
}

export function createSharedToken(options: SharedTokenOptions): SharedToken {
  return new TokenInState(options);
}

class TokenInState implements SharedToken {
  readonly #options: SharedTokenOptions;
  readonly #sealer: Sealer;
  #known: string | null = null;
  #obtaining: Promise<string> | null = null;

  constructor(options: SharedTokenOptions) {
    this.#options = options;
    this.#sealer = createSealer({ current: sha256(`bearer of ${options.apiKey}`) });
  }

  async take(refused: string | null): Promise<string> {
    if (this.#known !== null && this.#known !== refused) return this.#known;
    // All messages of this process wait for one exchange; the lease below does the same for all processes.
    this.#obtaining ??= this.#obtainOnce(refused).finally(() => {
      this.#obtaining = null;
    });
    return await this.#obtaining;
  }

  async renew(): Promise<string> {
    const token = await this.#options.obtain();
    const sealed = this.#sealer.seal(token, sealContext).toString('base64');
    await this.#options.state.put(tokenKey, { sealed });
    this.#known = token;
    return token;
  }

  async #obtainOnce(refused: string | null): Promise<string> {
    const { state, clock, timeoutMs } = this.#options;
    const leaseSeconds = Math.ceil(timeoutMs / 1_000) + 5;
    const end = clock.monotonicMs() + (leaseSeconds + 1) * 1_000;
    for (;;) {
      const stored = await this.#stored();
      if (stored !== null && stored !== refused) return this.#keep(stored);
      if (await state.claim(leaseKey, true, leaseSeconds)) return await this.#underLease(refused);
      if (clock.monotonicMs() > end) throw busy();
      await clock.sleep(pollMs);
    }
  }

  async #underLease(refused: string | null): Promise<string> {
    try {
      // Another process may have stored a token after this one looked and before it got the lease.
      const stored = await this.#stored();
      return stored !== null && stored !== refused ? this.#keep(stored) : await this.renew();
    } finally {
      await this.#options.state.forget(leaseKey);
    }
  }

  #keep(token: string): string {
    this.#known = token;
    return token;
  }

  /** Null: there is none, or it was obtained with another API key. */
  async #stored(): Promise<string | null> {
    const read = storedSchema.safeParse(await this.#options.state.get(tokenKey));
    if (!read.success) return null;
    try {
      return this.#sealer.open(Buffer.from(read.data.sealed, 'base64'), sealContext);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }
}

const storedSchema = z.object({ sealed: z.string() });

function busy(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'selarti.token_busy',
    message: 'another process is obtaining a token of Selarti and has not ended',
    fate: 'none',
  });
}

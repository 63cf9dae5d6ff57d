/** The options of a fake Selarti, and its faults. */
import type { WebhookOptions } from '../kit/webhook-sender.ts';

export interface SelartiOptions {
  readonly host?: string;
  /** 0 for any free port. */
  readonly port?: number;
  readonly apiKey?: string;
  /** The AI's answer; null: none. If absent, the person on the page answers. */
  readonly answer?: (text: string) => string | null;
  /** Whether incoming messages are repeated by webhook with type `user`, as the name "All messages" says. Default: true. */
  readonly hasEchoes?: boolean;
  /** Whether the webhooks of a message are sent before its call is answered. */
  readonly answersEarly?: boolean;
  /** How many tokens are valid at once: older ones are refused. Default: any number. */
  readonly maxTokens?: number;
  readonly webhooks?: Partial<WebhookOptions>;
}

/**
 * `reset-before`, `hang`, `slow`, 429, 500, 502, `garbage`: before any work is done · `reset-after`, `fail-after`, `hang-after`: the work is done,
 * then the connection is cut, 500 is answered, or nothing · `refuse-key`: the API key is refused when it is exchanged for a token
 */
export type FaultKind =
  | 429
  | 500
  | 502
  | 'slow'
  | 'hang'
  | 'reset-before'
  | 'reset-after'
  | 'fail-after'
  | 'hang-after'
  | 'garbage'
  | 'refuse-key';

export interface Fault {
  readonly kind: FaultKind;
  readonly times: number;
  readonly ms?: number;
}

/** Nothing is documented about how webhooks are repeated; most services try a few times. */
export const usualWebhooks: WebhookOptions = {
  timeoutMs: 10_000,
  attempts: 5,
  retryDelayMs: 500,
  concurrency: 20,
  ordered: true,
};

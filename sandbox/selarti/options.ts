/** How a fake Selarti is started, and what can go wrong in it. */
import type { WebhookOptions } from '../kit/webhook-sender.ts';

export interface SelartiOptions {
  readonly host?: string;
  /** 0 for any free one. */
  readonly port?: number;
  readonly apiKey?: string;
  /** What the AI answers; null: nothing. Absent: it waits for the person on the page. */
  readonly answer?: (text: string) => string | null;
  /** Webhooks repeat what came in as messages of type `user`, as "All messages" says. Absent: they do. */
  readonly hasEchoes?: boolean;
  /** Webhooks of a message arrive before its call is answered. */
  readonly answersEarly?: boolean;
  /** How many tokens are valid at once: an older one is refused. Absent: any number. */
  readonly maxTokens?: number;
  readonly webhooks?: Partial<WebhookOptions>;
}

/**
 * `reset-before`, `hang`, `slow`, 429, 500, 502, `garbage`: before any work is done · `reset-after`, `fail-after`, `hang-after`: the work is done,
 * then the connection is cut, 500 or nothing answered · `refuse-key`: of the exchange of the API key
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

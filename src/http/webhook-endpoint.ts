/** `POST /brains/<brain>/<secret>`: webhooks of brains. The secret names the connection; the brain's connector judges the request. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'koa';
import { disabledCode } from '../connections/connection-trouble.ts';
import type { ConnectorRegistry } from '../connections/connector-registry.ts';
import { connectorState } from '../connections/connector-state.ts';
import { toNewEvents } from '../connections/resolve-conversation.ts';
import { openConnection } from '../connections/stored-connection.ts';
import { BadInput } from '../core/errors.ts';
import { type Sealer, sha256 } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Acceptance } from '../queue/acceptance.ts';
import type { SynchronousReplies } from '../queue/synchronous-replies.ts';
import { type Db, isDatabaseAway } from '../store/database.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { askForCheck } from '../store/tenants/connection-health.ts';
import { type ConnectionRow, findConnectionByWebhook } from '../store/tenants/connections.ts';
import type { Bodies } from './bodies.ts';
import { singles } from './singles.ts';

const maxBodyBytes = 4 * 1024 * 1024;

export interface WebhookEndpointOptions {
  readonly db: Db;
  readonly bodies: Bodies;
  readonly sealer: Sealer;
  readonly connectors: Pick<ConnectorRegistry, 'brainOf' | 'connectorOf'>;
  readonly acceptance: Acceptance;
  /** Null: the answers of this process do not wait, because the work is done in another one. */
  readonly synchronousReplies: SynchronousReplies | null;
  readonly log: Logger;
}

/** Answered after the commit, so that a brain that repeats what was not answered loses nothing. */
export function createWebhookEndpoint(options: WebhookEndpointOptions) {
  const endpoint = new WebhookEndpoint(options);
  return (ctx: Context, brain: string, secret: string): Promise<void> => endpoint.handle(ctx, brain, secret);
}

class WebhookEndpoint {
  readonly #options: WebhookEndpointOptions;

  constructor(options: WebhookEndpointOptions) {
    this.#options = options;
  }

  async handle(ctx: Context, brainName: string, secret: string): Promise<void> {
    try {
      await this.#take(ctx, brainName, secret);
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      const answer = this.#options.connectors.brainOf(brainName)?.refusal?.('unavailable', null);
      const message = 'the database is away';
      throw new BadInput({ code: 'brain.unavailable', status: 503, message, answer, cause: error });
    }
  }

  async #take(ctx: Context, brainName: string, secret: string): Promise<void> {
    const isOurs = this.#options.connectors.brainOf(brainName) !== undefined;
    const row = isOurs ? await findConnectionByWebhook(this.#options.db, brainName, sha256(secret)) : null;
    if (row !== null) this.#options.bodies.recognise(ctx);
    const connector = row === null ? null : (this.#options.connectors.connectorOf(row)?.connector ?? null);
    if (row !== null && row.disabled_reason !== null) {
      // Somebody over there seems to think that it works.
      await askForCheck(this.#options.db, row);
      throw this.#disabled(row, row.disabled_reason);
    }
    if (row === null || connector?.receive === undefined) {
      // Guessing secrets is slow and looks the same as a connection that is gone.
      await sleep(200);
      throw new BadInput({ code: 'brain.unknown_webhook', status: 404, message: 'no such webhook address' });
    }
    // Only now: whoever does not know the secret need not be listened to.
    const body = await this.#options.bodies.read(ctx, maxBodyBytes);
    const result = await connector.receive({ headers: singles(ctx.headers), query: singles(ctx.query), body });
    if ('refuse' in result) {
      const { refuse: status, reason: message, answer } = result;
      throw new BadInput({ code: 'brain.refused', status, message, answer });
    }
    const intake = { portal: row.portal, connectionId: row.id, brain: row.brain, ingress: 'webhook' as const };
    const about = { brain: row.brain, connection: row.id };
    if (result.remark !== undefined) this.#options.log.info(about, result.remark);
    for (const { key, value } of result.keep ?? []) {
      const state = connectorState(this.#options.db, row.portal, row.id);
      await (value === null ? state.forget(key) : state.put(key, value));
    }
    const events = await toNewEvents(this.#options.db, intake, result.accept);
    ctx.status = 200;
    if (result.answerIfUnknown !== undefined && events.every(({ isKnown }) => !isKnown)) {
      this.#options.log.info(about, 'a webhook is about a conversation nobody knows');
      ctx.body = result.answerIfUnknown;
      return;
    }
    const { waits } = result;
    const held = waits === undefined ? null : (this.#options.synchronousReplies?.hold(row.id, waits) ?? null);
    const isNew = await storeAll(this.#options.acceptance, events).catch((error: unknown) => {
      held?.leave();
      throw error;
    });
    if (!isNew) held?.isRepeated();
    const receipt = (await held?.receipt) ?? null;
    if (waits === undefined || receipt === null) {
      ctx.body = result.answer ?? {};
      return;
    }
    held?.answersWith(ctx.res);
    ctx.body = waits.answer(receipt);
  }

  #disabled(row: ConnectionRow, reason: string): BadInput {
    const answer = this.#options.connectors
      .brainOf(row.brain)
      ?.refusal?.(reason, openConnection(this.#options.sealer, row));
    return new BadInput({ code: disabledCode, status: 503, message: `the account is paused: ${reason}`, answer });
  }
}

/** True when any of them was new. */
async function storeAll(acceptance: Acceptance, events: readonly NewEvent[]): Promise<boolean> {
  return (await Promise.all(events.map((event) => acceptance.accept(event)))).some(Boolean);
}

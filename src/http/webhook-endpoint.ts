/** `POST /brains/<brain>/<secret>`: webhooks of brains. The secret identifies the connection; the brain's connector judges the request. */
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
import type { Cells } from '../portals/cells/cells.ts';
import { withBody } from '../portals/cells/lives-elsewhere.ts';
import type { Acceptance } from '../queue/acceptance.ts';
import type { SynchronousReplies } from '../queue/synchronous-replies.ts';
import { type MaybeTracing, recordReceived } from '../runtime/message-spans.ts';
import { type Db, isDatabaseAway } from '../store/database.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { askForCheck } from '../store/tenants/connection-health.ts';
import { type ConnectionRow, findConnectionByWebhook } from '../store/tenants/connections.ts';
import type { BodyReader } from './body-reader.ts';
import { firstValues } from './first-values.ts';

const maxBodyBytes = 4 * 1024 * 1024;

export interface WebhookEndpointOptions {
  readonly db: Db;
  readonly bodies: BodyReader;
  readonly sealer: Sealer;
  readonly connectors: Pick<ConnectorRegistry, 'brainOf' | 'connectorOf'>;
  readonly acceptance: Acceptance;
  /** Null: there is only this cell. */
  readonly cells: Pick<Cells, 'refuseForeign' | 'refuseMovedWebhook'> | null;
  /** Null: responses of this process never wait, because another process does the work. */
  readonly synchronousReplies: SynchronousReplies | null;
  readonly tracing?: MaybeTracing;
  readonly log: Logger;
}

/** Responds after the commit, so that a brain that repeats unanswered webhooks loses nothing. */
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
    const startedAt = performance.now();
    const isOurs = this.#options.connectors.brainOf(brainName) !== undefined;
    const row = isOurs ? await findConnectionByWebhook(this.#options.db, brainName, sha256(secret)) : null;
    if (row !== null) this.#options.bodies.markKnown(ctx);
    await this.#refuseMoved(isOurs, row, secret);
    const connector = row === null ? null : (this.#options.connectors.connectorOf(row)?.connector ?? null);
    if (row !== null && row.disabled_reason !== null) {
      // The sender apparently believes that the connection works, so it is checked.
      await askForCheck(this.#options.db, row);
      throw this.#disabled(row, row.disabled_reason);
    }
    if (row === null || connector?.receive === undefined) {
      // Slows down guessing; a wrong secret and a deleted connection look the same.
      await sleep(200);
      throw new BadInput({ code: 'brain.unknown_webhook', status: 404, message: 'no such webhook address' });
    }
    // The body is read only now, so that senders without the secret cannot use memory.
    const body = await this.#options.bodies.read(ctx, maxBodyBytes);
    // The portal may have left while the body arrived: an event stored here now would not be sent after it, or not be stored at all.
    await withBody(body, () => this.#refuseMoved(isOurs, row, secret));
    const result = await connector.receive({ headers: firstValues(ctx.headers), query: firstValues(ctx.query), body });
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
      this.#options.log.info(about, 'a webhook is about an unknown conversation');
      ctx.status = result.statusIfUnknown ?? 200;
      ctx.body = result.answerIfUnknown;
      return;
    }
    const { replyWait: waits } = result;
    const reply =
      waits === undefined ? null : (this.#options.synchronousReplies?.waitForReceipt(row.id, waits) ?? null);
    const stored = await storeAll(this.#options.acceptance, events).catch((error: unknown) => {
      reply?.cancel();
      throw error;
    });
    recordReceived(this.#options.tracing, stored, { kind: 'server', startedAt });
    if (stored.length === 0) reply?.markRepeated();
    const receipt = (await reply?.receipt) ?? null;
    if (waits === undefined || receipt === null) {
      ctx.body = result.answer ?? {};
      return;
    }
    reply?.sendWith(ctx.res);
    ctx.body = waits.answer(receipt);
  }

  /** Throws LivesElsewhere for a connection of another cell, whose brain still uses the address it was given here. */
  async #refuseMoved(isOurs: boolean, row: ConnectionRow | null, secret: string): Promise<void> {
    const { cells } = this.#options;
    if (cells === null) return;
    if (row !== null) await cells.refuseForeign(row.portal);
    else if (isOurs) await cells.refuseMovedWebhook(sha256(secret));
  }

  #disabled(row: ConnectionRow, reason: string): BadInput {
    const answer = this.#options.connectors
      .brainOf(row.brain)
      ?.refusal?.(reason, openConnection(this.#options.sealer, row));
    return new BadInput({ code: disabledCode, status: 503, message: `the connection is disabled: ${reason}`, answer });
  }
}

/** Stores the events and returns those that were new. */
async function storeAll(acceptance: Acceptance, events: readonly NewEvent[]): Promise<readonly NewEvent[]> {
  const isNew = await Promise.all(events.map((event) => acceptance.accept(event)));
  return events.filter((_, index) => isNew[index]);
}

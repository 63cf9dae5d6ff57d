/** `POST /brains/<brain>/<secret>`: webhooks of brains. The secret identifies the connection; the brain's connector judges the request. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'koa';
import { disabledCode } from '../connections/connection-trouble.ts';
import { connectorState } from '../connections/connector-state.ts';
import { toNewEvents } from '../connections/resolve-conversation.ts';
import { BadInput } from '../core/errors.ts';
import { sha256 } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Directory } from '../portals/directory.ts';
import type { Acceptance } from '../queue/acceptance.ts';
import type { SynchronousReplies } from '../queue/synchronous-replies.ts';
import { type Db, isDatabaseAway } from '../store/database.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { isUnbound } from '../store/queue/lane-names.ts';
import { askForCheck } from '../store/tenants/connection-health.ts';
import { type ConnectionRow, findConnectionByWebhook } from '../store/tenants/connections.ts';
import type { BodyReader } from './body-reader.ts';
import { firstValues } from './first-values.ts';

const maxBodyBytes = 4 * 1024 * 1024;

export interface WebhookEndpointOptions {
  readonly db: Db;
  readonly bodies: BodyReader;
  readonly directory: Directory;
  readonly acceptance: Acceptance;
  /** Null: responses of this process never wait, because another process does the work. */
  readonly synchronousReplies: SynchronousReplies | null;
  readonly log: Logger;
}

/** Responds after the commit, so that a brain that repeats unanswered webhooks loses nothing. */
export function createWebhookEndpoint(options: WebhookEndpointOptions) {
  return async function webhookEndpoint(ctx: Context, brainName: string, secret: string): Promise<void> {
    try {
      await receive(ctx, brainName, secret);
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      const answer = options.directory.brainByName.get(brainName)?.refusal?.('unavailable', null);
      const message = 'the database is away';
      throw new BadInput({ code: 'brain.unavailable', status: 503, message, answer, cause: error });
    }
  };

  async function receive(ctx: Context, brainName: string, secret: string): Promise<void> {
    const row = options.directory.brainByName.has(brainName)
      ? await findConnectionByWebhook(options.db, brainName, sha256(secret))
      : null;
    if (row !== null) options.bodies.markKnown(ctx);
    const connector = row === null ? null : (options.directory.connectorOf(row)?.connector ?? null);
    if (row !== null && row.disabled_reason !== null) {
      // The sender apparently believes that the connection works, so it is checked.
      await askForCheck(options.db, row);
      throw disabled(row, row.disabled_reason);
    }
    if (row === null || connector?.receive === undefined) {
      // Slows down guessing; a wrong secret and a deleted connection look the same.
      await sleep(200);
      throw new BadInput({ code: 'brain.unknown_webhook', status: 404, message: 'no such webhook address' });
    }
    // The body is read only now, so that senders without the secret cannot use memory.
    const body = await options.bodies.read(ctx, maxBodyBytes);
    const result = await connector.receive({ headers: firstValues(ctx.headers), query: firstValues(ctx.query), body });
    if ('refuse' in result) {
      const { refuse: status, reason: message, answer } = result;
      throw new BadInput({ code: 'brain.refused', status, message, answer });
    }
    const intake = { portal: row.portal, connectionId: row.id, brain: row.brain };
    const about = { brain: row.brain, connection: row.id };
    if (result.remark !== undefined) options.log.info(about, result.remark);
    for (const { key, value } of result.keep ?? []) {
      const state = connectorState(options.db, row.portal, row.id);
      await (value === null ? state.forget(key) : state.put(key, value));
    }
    const events = await toNewEvents(options.db, intake, result.accept);
    ctx.status = 200;
    if (result.answerIfUnknown !== undefined && events.every(({ lane }) => isUnbound(lane))) {
      options.log.info(about, 'a webhook is about an unknown conversation');
      ctx.body = result.answerIfUnknown;
      return;
    }
    const { replyWait: waits } = result;
    const reply = waits === undefined ? null : (options.synchronousReplies?.waitForReceipt(row.id, waits) ?? null);
    const isNew = await storeAll(options.acceptance, events).catch((error: unknown) => {
      reply?.cancel();
      throw error;
    });
    if (!isNew) reply?.markRepeated();
    const receipt = (await reply?.receipt) ?? null;
    if (waits === undefined || receipt === null) {
      ctx.body = result.answer ?? {};
      return;
    }
    reply?.sendWith(ctx.res);
    ctx.body = waits.answer(receipt);
  }

  function disabled(row: ConnectionRow, reason: string): BadInput {
    const { brainByName, openConnection } = options.directory;
    const answer = brainByName.get(row.brain)?.refusal?.(reason, openConnection(row));
    return new BadInput({ code: disabledCode, status: 503, message: `the connection is disabled: ${reason}`, answer });
  }
}

/** True when any of them was new. */
async function storeAll(acceptance: Acceptance, events: readonly NewEvent[]): Promise<boolean> {
  return (await Promise.all(events.map((event) => acceptance.accept(event)))).some(Boolean);
}

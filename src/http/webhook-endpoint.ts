/** `POST /brains/<brain>/<secret>`: webhooks of brains. The secret names the connection; the brain's connector judges the request. */
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
import type { Bodies } from './bodies.ts';
import { singles } from './singles.ts';

const maxBodyBytes = 4 * 1024 * 1024;

export interface WebhookEndpointOptions {
  readonly db: Db;
  readonly bodies: Bodies;
  readonly directory: Directory;
  readonly acceptance: Acceptance;
  /** Null: the answers of this process do not wait, because the work is done in another one. */
  readonly synchronousReplies: SynchronousReplies | null;
  readonly log: Logger;
}

/** Answered after the commit, so that a brain that repeats what was not answered loses nothing. */
export function createWebhookEndpoint(options: WebhookEndpointOptions) {
  return async function webhookEndpoint(ctx: Context, brainName: string, secret: string): Promise<void> {
    try {
      await take(ctx, brainName, secret);
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      const answer = options.directory.brainByName.get(brainName)?.refusal?.('unavailable', null);
      const message = 'the database is away';
      throw new BadInput({ code: 'brain.unavailable', status: 503, message, answer, cause: error });
    }
  };

  async function take(ctx: Context, brainName: string, secret: string): Promise<void> {
    const row = options.directory.brainByName.has(brainName)
      ? await findConnectionByWebhook(options.db, brainName, sha256(secret))
      : null;
    if (row !== null) options.bodies.recognise(ctx);
    const connector = row === null ? null : (options.directory.connectorOf(row)?.connector ?? null);
    if (row !== null && row.disabled_reason !== null) {
      // Somebody over there seems to think that it works.
      await askForCheck(options.db, row);
      throw disabled(row, row.disabled_reason);
    }
    if (row === null || connector?.receive === undefined) {
      // Guessing secrets is slow and looks the same as a connection that is gone.
      await sleep(200);
      throw new BadInput({ code: 'brain.unknown_webhook', status: 404, message: 'no such webhook address' });
    }
    // Only now: whoever does not know the secret need not be listened to.
    const body = await options.bodies.read(ctx, maxBodyBytes);
    const result = await connector.receive({ headers: singles(ctx.headers), query: singles(ctx.query), body });
    if ('refuse' in result) {
      const { refuse: status, reason: message, answer } = result;
      throw new BadInput({ code: 'brain.refused', status, message, answer });
    }
    const intake = { portal: row.portal, connectionId: row.id, brain: row.brain, ingress: 'webhook' as const };
    const about = { brain: row.brain, connection: row.id };
    if (result.remark !== undefined) options.log.info(about, result.remark);
    for (const { key, value } of result.keep ?? []) {
      const state = connectorState(options.db, row.portal, row.id);
      await (value === null ? state.forget(key) : state.put(key, value));
    }
    const events = await toNewEvents(options.db, intake, result.accept);
    ctx.status = 200;
    if (result.answerIfUnknown !== undefined && events.every(({ lane }) => isUnbound(lane))) {
      options.log.info(about, 'a webhook is about a conversation nobody knows');
      ctx.body = result.answerIfUnknown;
      return;
    }
    const { waits } = result;
    const held = waits === undefined ? null : (options.synchronousReplies?.hold(row.id, waits) ?? null);
    const isNew = await storeAll(options.acceptance, events).catch((error: unknown) => {
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

  function disabled(row: ConnectionRow, reason: string): BadInput {
    const { brainByName, openConnection } = options.directory;
    const answer = brainByName.get(row.brain)?.refusal?.(reason, openConnection(row));
    return new BadInput({ code: disabledCode, status: 503, message: `the account is paused: ${reason}`, answer });
  }
}

/** True when any of them was new. */
async function storeAll(acceptance: Acceptance, events: readonly NewEvent[]): Promise<boolean> {
  return (await Promise.all(events.map((event) => acceptance.accept(event)))).some(Boolean);
}

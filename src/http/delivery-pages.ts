/**
 * What the app's page asks about the deliveries of a connection: what was lately sent to its brain, and to send one again. For administrators
 * of the portal.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { badInput } from '../core/errors.ts';
import { parseJson } from '../lib/bounded-json.ts';
import type { Logger } from '../lib/logger.ts';
import { sendAgain } from '../queue/send-again.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';
import { listDeliveries } from '../store/reporting/deliveries.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { listConnections } from '../store/tenants/connections.ts';
import type { BodyReader } from './body-reader.ts';
import { firstValues } from './first-values.ts';
import type { PageSession } from './page-session.ts';

export interface DeliveryPagesOptions {
  readonly db: Pool;
  readonly bodies: BodyReader;
  readonly wakeups: Wakeups;
  readonly log: Logger;
  /** Throws BadInput for a visitor who is not an administrator. The session is sent in a header, so no other site can act with it. */
  readonly adminOf: (ctx: Context) => PageSession;
}

const shown = 50;
const maxBodyBytes = 4_096;

/** No NUL characters, which PostgreSQL cannot compare. */
const textSchema = z
  .string()
  .max(300)
  .regex(/^[^\0]*$/);

const againSchema = z.object({
  connection: textSchema,
  lane: textSchema,
  seq: z.int().min(1),
  isConfirmed: z.boolean().default(false),
});

export function mountDeliveryPages(options: DeliveryPagesOptions, router: Router): void {
  router.get('/bitrix24/app/deliveries', (ctx) => sendDeliveries(options, ctx));
  router.post('/bitrix24/app/deliveries/again', (ctx) => again(options, ctx));
}

async function sendDeliveries({ db, adminOf }: DeliveryPagesOptions, ctx: Context): Promise<void> {
  const { portal } = adminOf(ctx);
  const bots = await botsOf(db, portal, firstValues(ctx.query)['connection'] ?? '');
  const rows = await listDeliveries(
    db,
    portal,
    bots.map(({ code }) => code),
    shown,
  );
  ctx.body = {
    deliveries: rows.map((row) => ({
      lane: row.lane,
      seq: row.seq,
      bot: bots.find(({ code }) => code === row.bot_code)?.name ?? row.bot_code,
      dialog: row.dialog_id,
      kind: row.kind,
      message: row.message_id,
      trace: row.trace,
      at: row.at,
      doneAt: row.done_at,
      state: row.state,
      outcome: row.outcome,
      remoteId: row.remote_id,
      attempts: row.attempts,
      nextAt: row.next_at,
    })),
  };
}

async function again(options: DeliveryPagesOptions, ctx: Context): Promise<void> {
  const { portal } = options.adminOf(ctx);
  const { connection, lane, seq, isConfirmed } = readAgain(await options.bodies.read(ctx, maxBodyBytes));
  const botCodes = (await botsOf(options.db, portal, connection)).map(({ code }) => code);
  await sendAgain(options, { portal, lane, seq }, { botCodes, isConfirmed });
  options.log.info({ portal, connection, lane, seq }, 'an administrator of the portal sent a delivery again');
  ctx.status = 202;
  ctx.body = { state: 'ordered' };
}

function readAgain(body: Buffer): z.output<typeof againSchema> {
  try {
    return againSchema.parse(parseJson(body));
  } catch {
    // Both parsers quote what they were given.
    throw badInput('deliveries.bad_request', 'this is no request of the page');
  }
}

/** The bots that use a connection of the portal. Throws BadInput 404 `deliveries.no_connection`. */
async function botsOf(db: Pool, portal: string, connection: string): Promise<readonly BotRow[]> {
  const row = (await listConnections(db, portal)).find(({ id }) => id === connection);
  if (row === undefined) throw badInput('deliveries.no_connection', 'there is no such connection (any more)', 404);
  return (await listBots(db, portal)).filter((bot) => bot.connection_id === row.id);
}

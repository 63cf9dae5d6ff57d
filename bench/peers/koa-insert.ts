/**
 * A peer of the event endpoint: Koa, koa-body and one INSERT per event into a plain table, as most integrations begin. Argument: database
 * address.
 */
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { koaBody } from 'koa-body';
import pg from 'pg';
import { z } from 'zod';
import { serveParent } from '../support/serve-parent.ts';

const eventSchema = z.object({
  event: z.string(),
  auth: z.object({ member_id: z.string() }),
  data: z.object({ PARAMS: z.object({ DIALOG_ID: z.string(), MESSAGE_ID: z.string() }) }),
});

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
await pool.query(`
  create table if not exists event (
    id bigint generated always as identity primary key,
    received_at timestamptz not null default now(),
    member_id text not null,
    dialog_id text not null,
    message_id text not null,
    body json not null
  )`);

const app = new Koa();
app.use(koaBody());
app.use(async (ctx) => {
  const body: unknown = ctx.request.body;
  const { auth, data } = eventSchema.parse(body);
  // With a name it is a prepared statement: parsed and planned once per connection.
  await pool.query({
    name: 'add-event',
    text: 'insert into event (member_id, dialog_id, message_id, body) values ($1, $2, $3, $4)',
    values: [auth.member_id, data.PARAMS.DIALOG_ID, data.PARAMS.MESSAGE_ID, JSON.stringify(body)],
  });
  ctx.body = '{}';
});

const server = app.listen(0, '127.0.0.1', () => serveParent((server.address() as AddressInfo).port));
server.keepAliveTimeout = 600_000;

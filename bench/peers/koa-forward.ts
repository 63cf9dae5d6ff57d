/**
 * A peer of the whole app: Koa and koa-body, with the answer sent by got within the request. It stores nothing: accepted messages are lost
 * when it stops or when the remote is away. Argument: port of the remote.
 */
import { Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import got from 'got';
import Koa from 'koa';
import { koaBody } from 'koa-body';
import { z } from 'zod';
import { serveParent } from '../support/serve-parent.ts';

const eventSchema = z.object({
  data: z.object({
    BOT: z.record(z.string(), z.unknown()),
    PARAMS: z.object({ DIALOG_ID: z.string(), MESSAGE: z.string() }),
  }),
});

const portal = got.extend({
  prefixUrl: `http://127.0.0.1:${process.argv[2]}/rest`,
  agent: { http: new Agent({ keepAlive: true, maxSockets: 64 }) },
  retry: { limit: 0 },
});

const app = new Koa();
app.use(koaBody());
app.use(async (ctx) => {
  const { BOT, PARAMS } = eventSchema.parse(ctx.request.body).data;
  await portal
    .post('imbot.v2.Chat.Message.send', {
      json: {
        botId: Number(Object.keys(BOT)[0]),
        dialogId: PARAMS.DIALOG_ID,
        fields: { message: PARAMS.MESSAGE },
        auth: 'bench-access',
      },
    })
    .json();
  ctx.body = '{}';
});

const server = app.listen(0, '127.0.0.1', () => serveParent((server.address() as AddressInfo).port));
server.keepAliveTimeout = 600_000;

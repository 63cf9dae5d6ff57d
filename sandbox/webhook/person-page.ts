/** What the page shows and may request. On it a person acts as the server on the other side. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Page } from '../kit/page-server.ts';
import { newKey } from './signing.ts';
import { WAYS } from './ways.ts';
import type { FaultKind, WebhookServer } from './webhook-server.ts';

const ref = z.string().min(1);
const text = z.string().min(1).max(20_000);

const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('say'), ref, text, internal: z.boolean() }),
  z.object({ act: z.literal('edit'), ref, id: z.string(), text }),
  z.object({ act: z.literal('remove'), ref, id: z.string() }),
  z.object({ act: z.literal('signal'), ref, type: z.enum(['typing', 'handover', 'take_back', 'finish']) }),
  z.object({ act: z.literal('way'), way: z.enum(WAYS) }),
  z.object({ act: z.literal('rotate') }),
  z.object({ act: z.literal('fault'), kind: z.enum(['401', '410', '429', '500', 'slow', 'hang', 'late', 'garbage']) }),
  z.object({ act: z.literal('clearFaults') }),
  z.object({ act: z.literal('repeatWebhooks') }),
]);

type Act = z.output<typeof actSchema>;

/** How many events one press of a fault button affects. */
const PER_PRESS = 3;
const SHOWN_LOG = 80;

/** Posts answers to the app. Throws an error with a sentence when the app does not accept them. */
async function post(server: WebhookServer, conversation: string, answers: readonly unknown[]): Promise<void> {
  const status = await server.post(conversation, answers);
  if (status !== 200) throw new Error(status === null ? 'the app does not answer' : `the app answered ${status}`);
}

async function perform(server: WebhookServer, act: Act): Promise<unknown> {
  const conversation = 'ref' in act ? server.talk.conversations.get(act.ref) : undefined;
  if ('ref' in act && conversation === undefined) throw new Error('unknown conversation');
  switch (act.act) {
    case 'say': {
      const id = randomUUID();
      await post(server, act.ref, [{ type: 'message', id, text: act.text, internal: act.internal }]);
      if (conversation !== undefined) server.talk.add(conversation, { id, who: 'us', name: '', text: act.text });
      return id;
    }
    case 'edit':
      await post(server, act.ref, [{ type: 'message.edit', id: act.id, text: act.text }]);
      if (conversation !== undefined) server.talk.change(conversation, act.id, act.text);
      return;
    case 'remove':
      await post(server, act.ref, [{ type: 'message.delete', id: act.id }]);
      if (conversation !== undefined) server.talk.remove(conversation, act.id);
      return;
    case 'signal':
      return await post(server, act.ref, [{ type: act.type }]);
    case 'way':
      server.way = act.way;
      return;
    case 'rotate':
      server.keys = [newKey(), ...server.keys.slice(0, 1)];
      return;
    case 'fault': {
      const code = Number(act.kind);
      const kind = (Number.isNaN(code) ? act.kind : code) as FaultKind;
      return server.faults.order({ kind, times: PER_PRESS });
    }
    case 'clearFaults':
      return server.faults.clear();
    case 'repeatWebhooks':
      return server.sender.repeat(PER_PRESS);
  }
}

export function createPersonPage(server: WebhookServer): Page {
  return {
    snapshot: (query) => ({
      way: server.way,
      ways: WAYS,
      keys: server.keys,
      answerUrl: server.talk.answerUrl,
      chats: [...server.talk.conversations.values()].map(({ ref: id, lines, ...conversation }) => ({
        id,
        ...conversation,
        last: lines.at(-1)?.text.slice(0, 60) ?? '',
      })),
      messages: server.talk.conversations.get(query.get('chat') ?? '')?.lines ?? [],
      calls: server.calls.latest(SHOWN_LOG),
      webhooks: server.sender.latest(SHOWN_LOG),
    }),
    act: async (body) => {
      const wanted = actSchema.safeParse(body);
      if (!wanted.success) throw new Error('unknown act');
      const done = await perform(server, wanted.data);
      server.changes.announce('talk');
      return done;
    },
  };
}

/** The harness of the signed webhook for the contract suite: the sandbox's server, which answers by webhook. */
import { startWebhookServer } from '../../../sandbox/webhook/start-webhook-server.ts';
import type { Fault, WebhookServer } from '../../../sandbox/webhook/webhook-server.ts';
import type { FailureMode, FakeServer, HeardMessage } from '../../support/fake-brains/fake-server.ts';
import type { Harness } from './brain-harness.ts';

const key = `whsec_${Buffer.from('the key of the contract suite 00').toString('base64')}`;

export const webhookHarness: Harness = {
  fakeServer: async () => fakeServerOf(await startWebhookServer({ key, way: 'later' })),
  config: ({ origin }) => ({ url: `${origin}/events`, key, timeoutSeconds: 2 }),
  secrets: [key],
  answerTo: (text) => `re: ${text}`,
  speaks: true,
  request: { name: 'ask', params: { text: 'запрос' }, shows: 're: запрос' },
};

function fakeServerOf(server: WebhookServer): FakeServer {
  let said = 0;
  return {
    origin: server.origin,
    get heard() {
      return server.heard.flatMap(messageIn);
    },
    be(mode, times) {
      server.faults.clear();
      const kind = faultOf(mode);
      if (kind !== null && times > 0) server.faults.order({ kind, times });
    },
    async say(ref, text, repeat = 1) {
      said += 1;
      const id = `said-${said}`;
      for (let time = 0; time < repeat; time += 1) await server.post(ref, [{ type: 'message', text }], id);
    },
    hook: '',
    get answersEarly() {
      return server.way === 'early';
    },
    set answersEarly(isEarly) {
      server.way = isEarly ? 'early' : 'later';
    },
    cutSockets: () => {},
    async babble() {
      await fetch(server.talk.answerUrl, { method: 'POST', body: '{"conversation":' });
    },
    close: () => server.close(),
  };
}

function messageIn({ id, event }: WebhookServer['heard'][number]): HeardMessage[] {
  if (event.type !== 'message.created') return [];
  return [{ ref: event.data.conversation, text: event.data.message.text, key: id }];
}

function faultOf(mode: FailureMode): Fault['kind'] | null {
  if (mode === 'well') return null;
  return mode.startsWith('status-') ? (Number(mode.slice('status-'.length)) as Fault['kind']) : (mode as Fault['kind']);
}

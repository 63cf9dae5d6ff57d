/**
 * The harness of MessageGateway for the contract suite: the sandbox behind a relay. It answers as a manager would, and makes the next
 * messages fail on demand.
 */
import { randomUUID } from 'node:crypto';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../sandbox/messagegateway/start-messagegateway.ts';
import type { JoinedConfig } from '../../src/brains/messagegateway/config.ts';
import type { FailureMode, FakeServer, HeardMessage } from './fake-brains/fake-server.ts';
import { joinGateway } from './messagegateway-join.ts';
import { type MessageTaker, startRelay } from './messagegateway-relay.ts';

/** A fake server that knows the config of the connection it was joined with. */
interface MgFakeServer extends FakeServer {
  readonly config: JoinedConfig;
}

interface Sent {
  readonly external_chat_id: string;
  readonly message: { readonly external_id: string; readonly text?: string };
}

const joining = { connectionId: randomUUID(), publicUrl: 'http://127.0.0.1:9' };

async function startMgFakeServer(): Promise<MgFakeServer> {
  const gateway = await startSandboxMessageGateway({ mgRate: false, crmRate: false, webhooks: { ordered: true } });
  gateway.addManager({ name: 'Марина Менеджерова' });
  const joined = await joinGateway(gateway, { ...joining, hookUrl: `${gateway.mgOrigin}/nowhere` });
  const manager = createManager(gateway, joined);
  const heard: HeardMessage[] = [];
  let failureModes: FailureMode[] = [];
  const nextFailureMode = (): FailureMode => {
    const [failureMode = 'well'] = failureModes;
    failureModes = failureModes.slice(1);
    return failureMode;
  };
  const relay = await startRelay(gateway.mgOrigin, (call) =>
    takeMessage(fakeServer, manager, heard, nextFailureMode())(call),
  );
  const fakeServer: MgFakeServer = {
    origin: relay.origin,
    config: through(joined, relay.origin),
    heard,
    be(failureMode, times) {
      failureModes = Array.from({ length: times }, () => failureMode);
    },
    say: (ref, text, repeat) => manager.say(ref, text, repeat),
    get hook() {
      return manager.hook();
    },
    set hook(address) {
      manager.hookTo(address);
    },
    answersEarly: false,
    cutSockets: () => gateway.cutSockets(),
    async babble() {
      gateway.garbageFrame();
      await manager.post('{"type":');
    },
    async close() {
      await manager.idle();
      await gateway.close();
      await relay.close();
    },
  };
  return fakeServer;
}

type ManagerAtWork = ReturnType<typeof createManager>;

/** Writes in chats of MessageGateway, one message at a time, so that they arrive in order. */
function createManager(gateway: SandboxMessageGateway, joined: JoinedConfig) {
  let hook = '';
  let work: Promise<unknown> = Promise.resolve();
  const headers = { 'content-type': 'application/json', clientid: joined.joined.clientId };
  const post = (body: string): Promise<unknown> => fetch(hook, { method: 'POST', body, headers });
  return {
    post,
    hook: () => hook,
    /** Gives the module its webhook address, as joining a second time would do. */
    hookTo(address: string): void {
      hook = address;
      work = work.then(() => joinGateway(gateway, { ...joining, hookUrl: address, config: joined }));
    },
    async say(ref: string, text: string, repeat = 1): Promise<void> {
      work = work.then(async () => {
        const chat = gateway.chats().find(({ externalChatId }) => externalChatId === ref);
        await gateway.managerAnswers(chat?.id ?? 0, text);
        const last = gateway.webhooks().findLast(({ type }) => type === 'message_sent');
        for (let time = 1; time < repeat; time += 1) await post(JSON.stringify(last?.body));
      });
      await work;
    },
    idle: () => work,
  };
}

function takeMessage(
  fakeServer: FakeServer,
  manager: ManagerAtWork,
  heard: HeardMessage[],
  failureMode: FailureMode,
): MessageTaker {
  return async ({ request, response, bytes, pass }) => {
    if (failureMode === 'hang') return;
    if (failureMode === 'garbage' || failureMode.startsWith('status-')) {
      const status = failureMode === 'garbage' ? 200 : Number(failureMode.slice(7));
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>busy</html>');
      return;
    }
    const sent: Sent = JSON.parse(bytes.toString('utf8'));
    const text = sent.message.text ?? '';
    heard.push({ ref: sent.external_chat_id, text, key: sent.message.external_id });
    const answer = await pass();
    const speaks = answer.status === 200;
    const isEarly = fakeServer.answersEarly || failureMode === 'late';
    if (speaks && isEarly) await manager.say(sent.external_chat_id, `re: ${text}`);
    if (failureMode === 'late') request.socket.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    if (speaks && !isEarly) await manager.say(sent.external_chat_id, `re: ${text}`);
  };
}

/** The same account with its APIs behind the relay, and a time limit of one second for answers. */
function through(config: JoinedConfig, endpointUrl: string): JoinedConfig {
  const { bot, transport } = config.joined;
  const joined = { ...config.joined, bot: { ...bot, endpointUrl }, transport: { ...transport, endpointUrl } };
  return { ...config, requestTimeoutMs: 1_000, joined };
}

/** The harness; `secrets` are those of the server that was started last. */
export function messageGatewayHarness() {
  const secrets: string[] = [];
  let current: MgFakeServer | null = null;
  return {
    fakeServer: async (): Promise<FakeServer> => {
      current = await startMgFakeServer();
      const { bot, transport } = current.config.joined;
      secrets.splice(0, secrets.length, bot.token, transport.token, current.config.apiKey);
      return current;
    },
    config: () => ({ ...current?.config }),
    secrets,
    answerTo: (text: string): string => `re: ${text}`,
    speaks: true,
  };
}

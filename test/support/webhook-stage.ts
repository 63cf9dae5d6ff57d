/** An installed portal whose bots think with the sandbox's server behind signed webhooks. */

import { startWebhookServer } from '../../sandbox/webhook/start-webhook-server.ts';
import type { Way } from '../../sandbox/webhook/ways.ts';
import type { WebhookServer } from '../../sandbox/webhook/webhook-server.ts';
import { openDatabase, type Pool } from '../../src/store/database.ts';
import { type Bridge, install } from './bridge.ts';
import { connectBrain } from './connect-brain.ts';
import { type OwnBridge, startOwnBridge } from './installed-bridge.ts';
import { botTalk, everythingDone, isGreeting, ourBot } from './talk.ts';

export interface WebhookStage {
  readonly own: OwnBridge;
  readonly bridge: Bridge;
  readonly server: WebhookServer;
  readonly db: Pool;
  readonly hook: string;
  /** Somebody new who has not written yet. */
  person(name?: string): Person;
  /** Resolves when nothing is left to do on any side. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface Person {
  readonly id: number;
  write(text: string, files?: readonly { readonly name: string; readonly content: Buffer }[]): number;
  /** What the bot said to this person, without its greeting and what it has deleted. */
  answers(): string[];
  /** The same as the chat shows it. */
  talk(): ReturnType<typeof botTalk>;
  /** The name of the conversation, once the server has heard of it. */
  ref(): string;
}

/** The key of the stage. */
export const stageKey = `whsec_${Buffer.from('the key of the webhook stage 0000').toString('base64')}`;

export async function startWebhookStage(
  options: {
    readonly way?: Way;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly extraHosts?: readonly string[];
    readonly bridge?: Parameters<typeof startOwnBridge>[0];
  } = {},
): Promise<WebhookStage> {
  const server = await startWebhookServer({ key: stageKey, way: options.way ?? 'in-call' });
  const extraHosts = [new URL(server.origin).host, ...(options.extraHosts ?? [])];
  const own = await startOwnBridge({ ...options.bridge, extraHosts });
  const { bridge } = own;
  await install(bridge);
  const db = openDatabase({ url: own.databaseUrl, poolSize: 3 });
  const config = { url: `${server.origin}/events`, key: stageKey, timeoutSeconds: 2, ...options.config };
  const hook = await connectBrain(db, bridge, 'webhook', config);
  const { portal } = bridge;
  const bot = ourBot(portal, 'assistant');
  const settled = async (): Promise<void> => {
    await everythingDone(portal, own.probe);
    await server.sender.idle();
    await everythingDone(portal, own.probe);
  };
  await settled();
  return {
    own,
    bridge,
    server,
    db,
    hook,
    person(name = 'Вера Вебхукова') {
      const { id } = portal.addEmployee({ name });
      const talk = () => botTalk(portal, String(id)).filter(({ deleted, text }) => !deleted && !isGreeting(text));
      return {
        id,
        write: (text, files = []) => portal.employeeWritesPrivate(id, bot.id, text, { files }).messageId,
        answers: () => talk().map(({ text }) => text),
        talk,
        ref: () => refOf(server, id),
      };
    },
    settled,
    async close() {
      await own.close();
      await server.close();
      await db.destroy();
    },
  };
}

function refOf(server: WebhookServer, userId: number): string {
  const found = server.heard.findLast(({ event }) => 'chat' in event.data && event.data.chat.id === String(userId));
  const data = found?.event.data;
  return data !== undefined && 'conversation' in data ? data.conversation : '';
}

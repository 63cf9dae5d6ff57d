/** The stage of the signed webhook. */
import { startWebhookServer } from '../../sandbox/webhook/start-webhook-server.ts';
import type { Way } from '../../sandbox/webhook/ways.ts';
import type { WebhookServer } from '../../sandbox/webhook/webhook-server.ts';
import { type BrainStage, startBrainStage } from './brain-stage.ts';
import type { BridgeOptions } from './bridge.ts';
import { cloneDatabase } from './database.ts';
import { botTalk, isGreeting, ourBot } from './talk.ts';

export interface WebhookStage extends BrainStage {
  readonly server: WebhookServer;
  /** A new person who has not written yet. */
  person(name?: string): Person;
}

export interface Person {
  readonly id: number;
  write(text: string, files?: readonly { readonly name: string; readonly content: Buffer }[]): number;
  /** The bot's messages to this person, without its greeting and without deleted ones. */
  answers(): string[];
  /** The bot's messages as the chat shows them. */
  talk(): ReturnType<typeof botTalk>;
  /** The id of the conversation, once the server knows it. */
  ref(): string;
}

/** The signing key of the stage. */
export const stageKey = `whsec_${Buffer.from('the key of the webhook stage 0000').toString('base64')}`;

export async function startWebhookStage(
  options: {
    readonly way?: Way;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly bridge?: Omit<BridgeOptions, 'databaseUrl'>;
  } = {},
): Promise<WebhookStage> {
  const server = await startWebhookServer({ key: stageKey, way: options.way ?? 'in-call' });
  const stage = await startBrainStage({
    database: await cloneDatabase(),
    server: { idle: () => server.sender.idle(), close: () => server.close() },
    brain: 'webhook',
    config: { url: `${server.origin}/events`, key: stageKey, timeoutSeconds: 2, ...options.config },
    bridge: {
      ...options.bridge,
      extraHosts: [new URL(server.origin).host, ...(options.bridge?.extraHosts ?? [])],
    },
  });
  await stage.done();
  const { portal } = stage.bridge;
  const bot = ourBot(portal, 'assistant');
  return {
    ...stage,
    server,
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
  };
}

function refOf(server: WebhookServer, userId: number): string {
  const found = server.heard.findLast(({ event }) => 'chat' in event.data && event.data.chat.id === String(userId));
  const data = found?.event.data;
  return data !== undefined && 'conversation' in data ? data.conversation : '';
}

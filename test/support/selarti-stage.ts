/** The stage of Selarti: each message is sent at once unless the configuration says otherwise. */
import type { SelartiOptions } from '../../sandbox/selarti/options.ts';
import { type SandboxSelarti, startSandboxSelarti } from '../../sandbox/selarti/selarti-server.ts';
import { selartiBrain } from '../../src/brains/selarti/selarti-brain.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { type BrainStage, openLine, saidInLine, startBrainStage } from './brain-stage.ts';
import { cloneDatabase } from './database.ts';

export interface SelartiAppStage extends BrainStage {
  readonly selarti: SandboxSelarti;
}

export interface SelartiAppOptions {
  readonly selarti?: SelartiOptions;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly log?: Logger;
}

export async function startSelartiStage({ config, log, ...options }: SelartiAppOptions = {}): Promise<SelartiAppStage> {
  const selarti = await startSandboxSelarti(options.selarti);
  const { origin: host, apiKey, taskId } = selarti;
  const stage = await startBrainStage({
    database: await cloneDatabase(),
    server: selarti,
    brain: 'selarti',
    config: { host, apiKey, taskId, burstSeconds: 0, callsPerSecond: 50, files: 'name', ...config },
    bridge: { brains: [selartiBrain], extraHosts: [new URL(host).host], ...(log === undefined ? {} : { log }) },
  });
  selarti.webhookUrl = stage.hook;
  return { ...stage, selarti };
}

export interface SelartiLineTalk {
  /** The id of the conversation at Selarti. */
  readonly ref: string;
  readonly operatorId: number;
  /** The customer writes; does not wait. */
  write(text: string): void;
  /** The customer writes; resolves when all work that follows is done. */
  say(text: string): Promise<void>;
  /** An operator of Bitrix24 writes into the chat. */
  operatorWrites(text: string): Promise<void>;
  /** The bot's messages that the customer saw, without the greeting. */
  shown(): string[];
  /** The bot's messages that only staff saw. */
  notes(): string[];
}

/** A customer in a new Open Channel writes the first message; resolves once Selarti has it. */
export async function openSelartiTalk(stage: SelartiAppStage, text: string): Promise<SelartiLineTalk> {
  const { portal } = stage.bridge;
  const { chatId, clientId, operatorId } = await openLine(stage, text);
  const dialogue = stage.selarti.dialogues().find(({ messages }) => messages[0]?.text === text);
  if (dialogue === undefined) throw new Error(`Selarti has no message "${text}"`);
  return {
    ref: dialogue.chatId,
    operatorId,
    write: (words) => void portal.clientWrites(clientId, words),
    async say(words) {
      portal.clientWrites(clientId, words);
      await stage.done();
    },
    async operatorWrites(words) {
      portal.operatorWrites(chatId, operatorId, words);
      await stage.done();
    },
    shown: () => saidInLine(stage, chatId, 'customer'),
    notes: () => saidInLine(stage, chatId, 'staff'),
  };
}

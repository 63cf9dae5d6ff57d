/** The whole stage: the real app, a sandbox portal and a fake Selarti, connected as `connections add` and `bots set` do. */

import type { SelartiOptions } from '../../sandbox/selarti/options.ts';
import { type SandboxSelarti, startSandboxSelarti } from '../../sandbox/selarti/selarti-server.ts';
import { selartiBrain } from '../../src/brains/selarti/selarti-brain.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { openDatabase, type Pool } from '../../src/store/database.ts';
import { type Bridge, install, startBridge } from './bridge.ts';
import { connectBrain } from './connect-brain.ts';
import { cloneDatabase } from './database.ts';
import { type DatabaseProbe, openProbe } from './database-probe.ts';
import { everythingDone, isGreeting, ourBot } from './talk.ts';

export interface SelartiAppStage {
  readonly bridge: Bridge;
  readonly selarti: SandboxSelarti;
  readonly probe: DatabaseProbe;
  readonly db: Pool;
  readonly databaseUrl: string;
  /** Resolves when nothing is under way on any side. */
  done(): Promise<void>;
  close(): Promise<void>;
}

export interface SelartiAppOptions {
  readonly selarti?: SelartiOptions;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly log?: Logger;
}

/** Each message is sent at once unless the config says otherwise. */
export async function startSelartiStage(options: SelartiAppOptions = {}): Promise<SelartiAppStage> {
  const selarti = await startSandboxSelarti(options.selarti);
  const database = await cloneDatabase();
  const db = openDatabase({ url: database.url, poolSize: 2 });
  const probe = openProbe(database.url);
  const bridge = await startBridge({
    databaseUrl: database.url,
    brains: [selartiBrain],
    extraHosts: [new URL(selarti.origin).host],
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  await install(bridge);
  const { origin: host, apiKey, taskId } = selarti;
  const config = { host, apiKey, taskId, burstSeconds: 0, callsPerSecond: 50, files: 'name', ...options.config };
  selarti.webhookUrl = await connectBrain(db, bridge, 'selarti', config);
  const done = async (): Promise<void> => {
    for (let look = 0; look < 3; look += 1) {
      await everythingDone(bridge.portal, probe);
      await selarti.idle();
    }
  };
  return {
    bridge,
    selarti,
    probe,
    db,
    databaseUrl: database.url,
    done,
    async close() {
      await bridge.close();
      await selarti.close();
      await db.destroy();
      await probe.close();
      await database.drop();
    },
  };
}

export interface SelartiLineTalk {
  /** What Selarti calls the conversation. */
  readonly ref: string;
  readonly operatorId: number;
  /** The customer writes; nothing is waited for. */
  write(text: string): void;
  /** The customer writes; resolves when nothing is under way any more. */
  say(text: string): Promise<void>;
  /** An operator of Bitrix24 writes into the chat. */
  operatorWrites(text: string): Promise<void>;
  /** What the customer saw from the bot, the greeting left out. */
  shown(): string[];
  /** What staff alone saw from the bot. */
  notes(): string[];
}

/** A customer in an Open Channel of its own says the first word; returns once Selarti has it. */
export async function openSelartiTalk(stage: SelartiAppStage, text: string): Promise<SelartiLineTalk> {
  const { portal } = stage.bridge;
  const operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  const bot = ourBot(portal, 'line');
  const line = portal.addLine({ name: 'Поддержка', botId: bot.id, left: 'close', queue: [operatorId] });
  const clientId = portal.addClient({ name: 'Кирилл Клиентов', lineId: line.id }).id;
  const { chatId } = portal.clientWrites(clientId, text);
  await stage.done();
  const dialogue = stage.selarti.dialogues().find(({ messages }) => messages[0]?.text === text);
  if (dialogue === undefined) throw new Error(`Selarti has no message "${text}"`);
  const said = (isNote: boolean) => (): string[] =>
    portal
      .messages(chatId)
      .filter(({ isBot, skipConnector, deleted }) => isBot && skipConnector === isNote && !deleted)
      .map(({ text: words }) => words)
      .filter((words) => !isGreeting(words));
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
    shown: said(false),
    notes: said(true),
  };
}

/** The whole stage: the real app, a sandbox portal and a sandbox MessageGateway that have joined each other. */
import { randomUUID } from 'node:crypto';
import type { UploadedFile } from '../../sandbox/bitrix24/stored-files.ts';
import type { MessageGatewayOptions } from '../../sandbox/messagegateway/options.ts';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../sandbox/messagegateway/start-messagegateway.ts';
import type { Timings } from '../../src/app/timings.ts';
import type { JoinedConfig } from '../../src/brains/messagegateway/config.ts';
import { messageGatewayBrain } from '../../src/brains/messagegateway/messagegateway-brain.ts';
import { createSealer, randomToken, sha256 } from '../../src/lib/encryption.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { openDatabase, type Pool } from '../../src/store/database.ts';
import { listBots, updateBot } from '../../src/store/tenants/bots.ts';
import { addConnection } from '../../src/store/tenants/connections.ts';
import { type Bridge, install, startBridge, until } from './bridge.ts';
import { cloneDatabase } from './database.ts';
import { type DatabaseProbe, openProbe } from './database-probe.ts';
import { hostsOf, joinGateway } from './messagegateway-join.ts';
import { trafficProblems } from './openapi-traffic.ts';
import { everythingDone, ourBot } from './talk.ts';

export interface MgStage {
  readonly bridge: Bridge;
  readonly gateway: SandboxMessageGateway;
  readonly probe: DatabaseProbe;
  readonly databaseUrl: string;
  readonly db: Pool;
  readonly config: JoinedConfig;
  /** Webhook address of the connection. */
  readonly hook: string;
  /** A manager in MessageGateway. */
  readonly managerId: number;
  /** Resolves when nothing is under way on any side. */
  done(): Promise<void>;
  close(): Promise<void>;
}

export interface MgStageOptions {
  readonly gateway?: MessageGatewayOptions;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly log?: Logger;
  readonly timings?: Timings;
  readonly settings?: Readonly<Record<string, string>>;
  /** `host:port` the app may call besides those of the gateway. */
  readonly extraHosts?: readonly string[];
  /** Changes the manager's id into config, for settings that name people. */
  readonly configFor?: (managerId: number) => Readonly<Record<string, unknown>>;
}

export async function startMgStage(options: MgStageOptions = {}): Promise<MgStage> {
  const gateway = await startSandboxMessageGateway({ mgRate: false, crmRate: false, ...options.gateway });
  const managerId = gateway.addManager({ name: 'Марина Менеджерова' }).id;
  const database = await cloneDatabase();
  const db = openDatabase({ url: database.url, poolSize: 2 });
  const probe = openProbe(database.url);
  const bridge = await startBridge({
    databaseUrl: database.url,
    brains: [messageGatewayBrain],
    extraHosts: [...hostsOf(gateway), ...(options.extraHosts ?? [])],
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.timings === undefined ? {} : { timings: options.timings }),
  });
  await install(bridge);
  const connectionId = randomUUID();
  const secret = randomToken(24);
  const hook = `${bridge.url}/brains/messagegateway/${secret}`;
  const config = await joinGateway(gateway, {
    connectionId,
    hookUrl: hook,
    publicUrl: bridge.url,
    config: { ...options.config, ...options.configFor?.(managerId) },
  });
  await store(db, bridge, connectionId, secret, config);
  await until(() => gateway.sockets().open === 1);
  const done = async (): Promise<void> => {
    for (let look = 0; look < 3; look += 1) {
      await everythingDone(bridge.portal, probe);
      await gateway.idle();
    }
  };
  return {
    bridge,
    gateway,
    probe,
    databaseUrl: database.url,
    db,
    config,
    hook,
    managerId,
    done,
    async close() {
      await bridge.close();
      const problems = trafficProblems(gateway.calls());
      await gateway.close();
      await db.destroy();
      await probe.close();
      await database.drop();
      // Whatever a test was about, the app may only have asked what the published documents know.
      if (problems.length > 0) throw new Error(`not of the documents:\n${problems.join('\n')}`);
    },
  };
}

/** As `connections add` and `bots set` store it. */
async function store(db: Pool, bridge: Bridge, id: string, secret: string, config: JoinedConfig): Promise<void> {
  const sealer = createSealer({ current: bridge.appSecret });
  const portal = bridge.portal.memberId;
  await addConnection(db, {
    portal,
    id,
    brain: 'messagegateway',
    title: 'MessageGateway',
    configSealed: sealer.seal(JSON.stringify(config), `connection.config:${id}`),
    webhookSecretSealed: sealer.seal(secret, `connection.webhook:${id}`),
    webhookSecretHash: sha256(secret),
  });
  for (const bot of await listBots(db, portal)) {
    await updateBot(db, portal, bot.code, { brain: 'messagegateway', connection_id: id });
  }
}

export interface LineTalk {
  readonly chatId: number;
  readonly clientId: number;
  readonly operatorId: number;
  /** The chat MessageGateway has made of it, and its latest dialog. */
  readonly mgChat: number;
  readonly dialogId: number;
  say(text: string, files?: readonly UploadedFile[]): number;
  /** What the customer saw from the bot, the greeting left out. */
  shown(): string[];
}

/** A customer in an Open Channel of its own says the first word; returns once it has reached MessageGateway. */
export async function openLineTalk(stage: MgStage, text: string): Promise<LineTalk> {
  const { portal } = stage.bridge;
  const operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  const bot = ourBot(portal, 'line');
  const line = portal.addLine({ name: 'Поддержка', botId: bot.id, left: 'close', queue: [operatorId] });
  const clientId = portal.addClient({ name: 'Кирилл Клиентов', lineId: line.id }).id;
  const { chatId } = portal.clientWrites(clientId, text);
  await stage.done();
  return {
    chatId,
    clientId,
    operatorId,
    get mgChat() {
      return mgChatOf(stage, text);
    },
    get dialogId() {
      const chat = mgChatOf(stage, text);
      return stage.gateway.dialogs().findLast((dialog) => dialog.chatId === chat)?.id ?? 0;
    },
    say: (words, files) => portal.clientWrites(clientId, words, files === undefined ? {} : { files }).messageId,
    shown: () =>
      portal
        .messages(chatId)
        .filter(
          ({ isBot, skipConnector, deleted, text: said }) =>
            isBot && !skipConnector && !deleted && !said.startsWith('Здравствуйте! Я'),
        )
        .map(({ text: said }) => said),
  };
}

/** The MessageGateway chat a talk has become: the one whose first words are these. */
export function mgChatOf(stage: MgStage, words: string): number {
  const found = stage.gateway.messages().find((message) => message.text === words && message.authorType === 'customer');
  if (found === undefined) throw new Error(`MessageGateway has no message "${words}"`);
  return found.chatId;
}

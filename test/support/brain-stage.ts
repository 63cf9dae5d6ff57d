/**
 * An installed portal, the app, and the fake server of a brain that all bots use; shared by the stages of all brains. It does not depend on
 * Vitest, so that soak runs can use it too.
 */
import { openDatabase, type Pool } from '../../src/store/database.ts';
import { type Bridge, type BridgeOptions, install, startBridge } from './bridge.ts';
import { connectBrain, type NewConnection } from './connect-brain.ts';
import { type DatabaseProbe, openProbe } from './database-probe.ts';
import { botTalk, everythingDone, isGreeting, ourBot } from './talk.ts';

export interface BrainStage {
  readonly bridge: Bridge;
  readonly probe: DatabaseProbe;
  readonly db: Pool;
  readonly databaseUrl: string;
  /** The webhook address of the connection. */
  readonly hook: string;
  /** Resolves when nothing is under way on any side. */
  done(): Promise<void>;
  /** Closes everything, the fake server and the database included. */
  close(): Promise<void>;
}

export interface BrainStageOptions<Config extends object> {
  readonly database: { readonly url: string; drop(): Promise<void> };
  readonly server: { idle(): Promise<void>; close(): Promise<void> };
  readonly brain: string;
  /** The connection's configuration, or a function that makes it once the app runs. */
  readonly config: Config | ((connection: NewConnection, bridge: Bridge) => Promise<Config>);
  /** Options of the app; `extraHosts` are the hosts of the fake server. */
  readonly bridge: Omit<BridgeOptions, 'databaseUrl'>;
}

export async function startBrainStage<Config extends object>({
  database,
  server,
  brain,
  config,
  bridge: bridgeOptions,
}: BrainStageOptions<Config>): Promise<BrainStage & { readonly config: Config }> {
  const databaseUrl = database.url;
  const db = openDatabase({ url: databaseUrl, poolSize: 2 });
  const probe = openProbe(databaseUrl);
  const bridge = await startBridge({ databaseUrl, ...bridgeOptions });
  await install(bridge);
  const connected = await connectBrain(db, bridge, brain, config);
  return {
    bridge,
    probe,
    db,
    databaseUrl,
    ...connected,
    async done() {
      // What one side still sends may cause work on the other.
      for (let look = 0; look < 3; look += 1) {
        await everythingDone(bridge.portal, probe);
        await server.idle();
      }
    },
    async close() {
      await bridge.close();
      await server.close();
      await db.destroy();
      await probe.close();
      await database.drop();
    },
  };
}

/** A customer in a new Open Channel with one operator. */
export interface LineCustomer {
  readonly chatId: number;
  readonly clientId: number;
  readonly operatorId: number;
}

/** The customer writes the first message; resolves once it has been answered, or will not be. */
export async function openLine(stage: BrainStage, text: string): Promise<LineCustomer> {
  const { portal } = stage.bridge;
  const operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  const botId = ourBot(portal, 'line').id;
  const lineId = portal.addLine({ name: 'Поддержка', botId, left: 'close', queue: [operatorId] }).id;
  const clientId = portal.addClient({ name: 'Кирилл Клиентов', lineId }).id;
  const { chatId } = portal.clientWrites(clientId, text);
  await stage.done();
  return { chatId, clientId, operatorId };
}

/** The bot's messages in an Open Channel that the customer saw, or that only staff saw, without the greeting. */
export function saidInLine({ bridge: { portal } }: BrainStage, chatId: number, to: 'customer' | 'staff'): string[] {
  return botTalk(portal, chatId)
    .filter(({ skipConnector, deleted }) => skipConnector === (to === 'staff') && !deleted)
    .map(({ text }) => text)
    .filter((text) => !isGreeting(text));
}

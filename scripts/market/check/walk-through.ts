/** Uses the running app as a moderator does: installation, conversations, repeated installation, removal, a clean installation. */
import type { SandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import type { CardCheck } from '../../../sandbox/bitrix24/vendor-card.ts';
import { botCommands, botTexts } from '../../../src/core/bot-texts.ts';
import { type CheckedBot, greetingFaults, type RestLogLine } from './rules.ts';
import { type RunningApp, startRunningApp, until } from './running-app.ts';

export interface WalkFacts {
  readonly addresses: readonly CardCheck[];
  readonly bots: readonly CheckedBot[];
  readonly greetings: readonly string[];
  /** Problems with handing conversations over to people. */
  readonly handOvers: readonly string[];
  /** Every method that was called. */
  readonly methods: readonly string[];
  readonly restLog: readonly RestLogLine[];
  readonly secrets: readonly string[];
  /** Problems with repeated and clean installations. */
  readonly installations: readonly string[];
  /** Number of the portal's rows left in each table after the app was removed with its data. */
  readonly left: ReadonlyMap<string, number>;
}

/** @param around called while the app is installed, for further checks at that time */
export async function walkThrough(around: (app: RunningApp) => Promise<void>): Promise<WalkFacts> {
  const app = await startRunningApp({ language: 'ru' });
  try {
    const { portal } = app;
    const addresses = await portal.checkCard();
    await install(portal);
    const { privateChat, lineChat } = await talk(portal);
    await until('the bots of the portal have answered', () => portal.messages(privateChat).some(({ isBot }) => isBot));
    const bots = portal.bots().map(({ code, avatarHash }) => ({ code, avatarHash }));
    const greetings = greetingsOf(portal, privateChat);
    const handOvers = await handOver(portal, { privateChat, lineChat });
    await around(app);
    const { restLog, secrets, methods } = await readLog(app);
    const installations = await repeat(portal);
    await portal.idle();
    portal.uninstallApp({ clean: true });
    const left = await leftRows(app);
    installations.push(...(await installAnew(portal)));
    return { addresses, bots, greetings, handOvers, methods, restLog, secrets, installations, left };
  } finally {
    await app.close();
  }
}

/** The same on an older self-hosted portal that has only the first API. Returns the problems found. */
export async function walkOnPremises(): Promise<string[]> {
  const app = await startRunningApp({ oldIm: true, language: 'ru' });
  try {
    await install(app.portal);
    const { privateChat } = await talk(app.portal);
    await until('a bot of a self-hosted portal has answered', () =>
      app.portal.messages(privateChat).some(({ isBot }) => isBot),
    );
    return [];
  } catch (error) {
    return [`on a self-hosted portal: ${error instanceof Error ? error.message : String(error)}`];
  } finally {
    await app.close();
  }
}

async function install(portal: SandboxPortal): Promise<void> {
  const { status } = await portal.openInstallPage();
  if (status !== 200) throw new Error(`the installer answers ${status}; are the pages built? npm run build:pages`);
  await until('the app has made its bots', () => portal.bots().length >= 3);
  await until('the app is bound to its removal', () =>
    portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'),
  );
  portal.finishInstall();
}

interface Chats {
  readonly privateChat: number;
  readonly lineChat: number;
}

function assistantOf(portal: SandboxPortal) {
  const assistant = portal.bots().find(({ type, openline }) => type !== 'S' && !openline);
  if (assistant === undefined) throw new Error('the app has made no bot for employees');
  return assistant;
}

async function talk(portal: SandboxPortal): Promise<Chats> {
  const { employeeId, clientId } = portal.prepareScene();
  const assistant = assistantOf(portal);
  if (clientId === null) throw new Error('the portal has no customers');
  const { chatId: privateChat } = portal.employeeWritesPrivate(employeeId, assistant.id, 'Здравствуйте');
  const { chatId: lineChat } = portal.clientWrites(clientId, 'Добрый день');
  await until('the bot of the Open Channel has answered', () =>
    portal.messages(lineChat).some(({ isBot, text }) => isBot && text.includes('Добрый день')),
  );
  return { privateChat, lineChat };
}

/**
 * An employee hands a private conversation over by command and back again. In an Open Channel an operator takes the conversation over by
 * writing, and the bot leaves the chat, so it gets no commands there afterwards; none is needed.
 */
async function handOver(portal: SandboxPortal, { privateChat, lineChat }: Chats): Promise<string[]> {
  const { employeeId, operatorId, clientId } = portal.prepareScene();
  const { handedOver, handedBack } = botTexts('ru');
  const hears = async (command: string, answer: string): Promise<void> => {
    portal.employeeWritesPrivate(employeeId, assistantOf(portal).id, command);
    await until(`the bot has answered ${command}`, () =>
      portal.messages(privateChat).some(({ isBot, text }) => isBot && text.includes(answer)),
    );
  };
  try {
    await hears('/operator', handedOver);
    await hears('/bot', handedBack);
    portal.operatorWrites(lineChat, operatorId, 'Добрый день, я помогу');
    await portal.idle();
    portal.clientWrites(clientId ?? 0, 'Спасибо, жду');
    await portal.idle();
    const isTalkedOver = portal.messages(lineChat).some(({ isBot, text }) => isBot && text.includes('Спасибо, жду'));
    return isTalkedOver ? ['a bot of an Open Channel talks over the operator'] : [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function greetingsOf(portal: SandboxPortal, privateChat: number): string[] {
  const assistant = assistantOf(portal);
  const said = portal.messages(privateChat).filter(({ isBot }) => isBot);
  return greetingFaults(
    assistant.name,
    said.map(({ text }) => text),
    botCommands,
  );
}

async function readLog(app: RunningApp): Promise<Pick<WalkFacts, 'restLog' | 'secrets' | 'methods'>> {
  const { portal } = app;
  // `profile` verifies a visitor. The first time, the portal is not stored yet, so the call cannot be in a portal's log.
  const methods = [...new Set(portal.calls().map(({ method }) => method))].filter((method) => method !== 'profile');
  const read = () => app.rows<RestLogLine>('select method, request, answer from rest_log');
  const isThere = async (): Promise<boolean> => {
    const logged = new Set((await read()).map(({ method }) => method.toLowerCase()));
    return methods.every((method) => method.toLowerCase() === 'batch' || logged.has(method.toLowerCase()));
  };
  // If calls are still missing after this time, the rule reports them.
  await until('every call is in the log', isThere).catch(() => undefined);
  const { access, refresh } = tokensOf(portal);
  return { methods, restLog: await read(), secrets: [portal.clientSecret, access, refresh, 'Здравствуйте'] };
}

/** A valid token pair; the tokens that the app uses begin in the same way. */
function tokensOf(portal: SandboxPortal): Record<'access' | 'refresh', string> {
  const pair = portal.issueToken();
  const [access = '', refresh = ''] = Object.values(pair).map(String);
  return { access, refresh };
}

/** The administrator opens the installer a second time, as some people do. */
async function repeat(portal: SandboxPortal): Promise<string[]> {
  const before = portal.bots().map(({ id }) => id);
  const { status } = await portal.openInstallPage();
  await portal.idle();
  const after = portal.bots().map(({ id }) => id);
  const faults = status === 200 ? [] : [`the installer answers ${status} when it is opened again`];
  return after.join() === before.join() ? faults : [...faults, 'a repeated installation makes other bots'];
}

async function leftRows(app: RunningApp): Promise<ReadonlyMap<string, number>> {
  const tables = await app.rows<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'portal' order by table_name`,
  );
  async function count(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { name } of tables) {
      const [row] = await app.rows<{ count: number }>(`select count(*)::int as count from "${name}"`);
      counts.set(name, row?.count ?? 0);
    }
    return counts;
  }
  // If rows are still left after this time, the rule reports them.
  await until('everything is erased', async () => [...(await count()).values()].every((left) => left === 0)).catch(
    () => undefined,
  );
  return await count();
}

async function installAnew(portal: SandboxPortal): Promise<string[]> {
  try {
    await install(portal);
    return [];
  } catch (error) {
    return [`after a removal: ${error instanceof Error ? error.message : String(error)}`];
  }
}

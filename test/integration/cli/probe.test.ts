import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { botTalk, everythingDone } from '../../support/talk.ts';
import { environmentOf, runCli } from './run-cli.ts';

let own: OwnBridge;
let folder: string;

interface Report {
  readonly file: string;
  readonly probed: readonly { readonly question: string; readonly method: string; readonly outcome: string }[];
  readonly differences: readonly { readonly question: string }[];
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-'));
  own = await startOwnBridge();
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});

afterAll(async () => {
  await own.close();
  await rm(folder, { recursive: true });
});

async function ask(...options: string[]): Promise<Report> {
  const ran = await runCli({ ...environmentOf(own), DATA_DIR: folder }, ['probe', '--json', ...options]);
  expect(ran.code).toBe(0);
  return ran.json<Report>();
}

describe('probe', () => {
  it('asks without sending anything, and keeps the shapes of the answers where only we can read them', async () => {
    const { userId, chatId } = sayToAssistant(own.bridge, 'секретные слова');
    await everythingDone(own.bridge.portal, own.probe);
    const before = botTalk(own.bridge.portal, chatId).length;
    const { file, probed, differences } = await ask();
    expect(differences).toEqual([]);
    expect(probed.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(probed.map(({ method }) => method)).toEqual(
      expect.arrayContaining(['app.info', 'imbot.v2.Revision.get', 'ONIMBOTMESSAGEADD']),
    );
    expect(botTalk(own.bridge.portal, chatId)).toHaveLength(before);
    expect(await readdir(join(folder, 'probes'))).toHaveLength(1);
    const kept = await readFile(file, 'utf8');
    expect(kept).toContain('CHAT_USER_COUNT');
    expect(kept).not.toContain('секретные');
    expect(kept).not.toContain(own.bridge.portal.applicationToken);
    expect(kept).not.toContain(`"${userId}"`);
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('asks in a dialog what takes messages, tells the refusals apart, and cleans up', async () => {
    const { userId, chatId } = sayToAssistant(own.bridge, 'привет');
    await everythingDone(own.bridge.portal, own.probe);
    const before = botTalk(own.bridge.portal, chatId).length;
    const { probed, differences } = await ask('--dialog', String(userId), '--code', 'bridge_assistant');
    expect(differences).toEqual([]);
    const outcome = (start: string): string | undefined =>
      probed.find(({ question }) => question.startsWith(start))?.outcome;
    expect(outcome('Is the list of members bare')).toBe('ok');
    expect(outcome('A UUID whose message is stored')).toBe('ok');
    expect(outcome('A quote of a message that does not exist')).toBe('bitrix24.MESSAGE_NOT_FOUND');
    expect(outcome('A quote of a deleted message')).toBe('bitrix24.MESSAGE_NOT_FOUND');
    expect(outcome('A keyboard with one button that is none')).toBe('bitrix24.KEYBOARD_ERROR');
    expect(outcome('A card that is too large')).toBe('bitrix24.ATTACH_OVERSIZE');
    expect(outcome('A message without words')).toBe('bitrix24.EMPTY_MESSAGE');
    expect(outcome('What does a download answer?')).toBe('ok');
    expect(botTalk(own.bridge.portal, chatId).filter(({ deleted }) => !deleted)).toHaveLength(before);
  });

  it('says before what it will do, and asks a connection without a dialog', async () => {
    const environment = { ...environmentOf(own), DATA_DIR: folder };
    const told = await runCli(environment, ['probe', '--json']);
    expect(told.err).toContain('Nothing is sent to anybody');
    const mixed = await runCli(environment, ['probe', '--connection', 'any', '--dialog', 'chat1']);
    expect(mixed.code).toBe(2);
    expect(mixed.err).toContain('--dialog and --code are for portals');
  });
});

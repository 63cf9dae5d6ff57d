/** A brain's chat commands: registered where it answers, taken away where it does not any more, and run for employees only. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, until } from '../../support/bridge.ts';
import type { SeenCommand } from '../../support/command-list.ts';
import { listCommands } from '../../support/command-list.ts';
import { requestBrain, runCommand } from '../../support/factories/request-brain.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

const command = { ...runCommand };
const scripted = requestBrain({}, { commands: [command] });
const other = scriptBrain({ deliver: () => Promise.resolve({}) }, { name: 'other' });
const brains = [scripted.brain, other.brain];
let own: OwnBridge;

beforeAll(async () => {
  own = await startOwnBridge({ brains });
  await install(own.bridge);
  await done();
});
afterAll(() => own.close());

const done = () => everythingDone(own.bridge.portal, own.probe);
const set = async (...words: string[]): Promise<void> => {
  expect((await runCli(environmentOf(own), ['bots', 'set', '--code', 'bridge_assistant', ...words], brains)).err).toBe(
    '',
  );
  await done();
};
const commands = async (): Promise<readonly SeenCommand[]> =>
  await listCommands(own.bridge.portal, ourBot(own.bridge.portal, 'assistant').id);
const names = async (): Promise<string[]> => (await commands()).map(({ command: name }) => name).toSorted();

describe('a chat command of a brain', () => {
  it('is registered for the bots that use the brain, with its parameters', async () => {
    expect(await names()).toEqual(['/bot', '/help', '/operator', '/press', '/run']);
    const registered = own.bridge.portal.calls().filter(({ params }) => params['COMMAND'] === 'run');
    expect(JSON.stringify(registered.map(({ params }) => params['LANG']))).toContain('<код>');
  });

  it('goes when the bot gets another brain, and comes back with it', async () => {
    await set('--brain', 'other');
    expect(await names()).toEqual(['/bot', '/help', '/operator', '/press']);
    await set('--brain', 'echo');
    expect(await names()).toContain('/run');
  });

  it('is renamed when its title or its parameters change', async () => {
    const updates = (): number =>
      own.bridge.portal.calls().filter(({ method }) => method === 'imbot.command.update').length;
    const before = updates();
    Object.assign(command, { params: { ru: '<код> [раз]', en: '<code> [times]' } });
    await set();
    // All three bots use the brain.
    expect(updates() - before).toBe(3);
    await set();
    expect(updates() - before).toBe(3);
  });

  it('sends its request for an employee, and the answer is shown in that chat', async () => {
    const { portal } = own.bridge;
    const employee = portal.addEmployee({ name: 'Вера Проверкина' }).id;
    const { chatId } = portal.employeeWritesPrivate(employee, ourBot(portal, 'assistant').id, '/run привет');
    await until(() => answersIn(portal, chatId).includes('запущен привет'));
    expect(scripted.asked.at(-1)).toMatchObject({
      by: 'person',
      author: { id: String(employee), kind: 'employee' },
      chat: { kind: 'private' },
    });
  });

  it('shows how it is typed if it cannot be understood, and is in the help', async () => {
    const { portal } = own.bridge;
    const employee = portal.addEmployee({ name: 'Вера Проверкина' }).id;
    const asked = scripted.asked.length;
    const { chatId } = portal.employeeWritesPrivate(employee, ourBot(portal, 'assistant').id, '/run');
    await until(() => answersIn(portal, chatId).some((text) => text.includes('/run <код> [раз] – Запустить скрипт')));
    portal.employeeWritesPrivate(employee, ourBot(portal, 'assistant').id, '/help');
    await until(() => answersIn(portal, chatId).some((text) => text.includes('/help') && text.includes('/run')));
    expect(scripted.asked).toHaveLength(asked);
  });

  it('is a message like any other for a customer of an Open Channel', async () => {
    const { portal } = own.bridge;
    const operator = portal.addEmployee({ name: 'Ольга Операторова' });
    const line = portal.addLine({
      name: 'Поддержка',
      botId: ourBot(portal, 'line').id,
      left: 'close',
      queue: [operator.id],
    });
    const client = portal.addClient({ name: 'Клиент', lineId: line.id });
    const asked = scripted.asked.length;
    const { chatId } = portal.clientWrites(client.id, '/run секрет');
    await until(() => answersIn(portal, chatId).some((text) => text.endsWith('/run секрет')));
    await done();
    expect(scripted.asked).toHaveLength(asked);
  });
});

/** The set-up as the wizard sees it: who may see what, the wizard's own progress, ordering it again, and the first message. */
import { afterEach, describe, expect, it } from 'vitest';
import type { FirstMessage, SetUp, Wizard } from '../../../src/api/schemas/setup.ts';
import { wizardStepSchema } from '../../../src/api/schemas/setup.ts';
import { wizardSteps } from '../../../src/store/tenants/wizard.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { install, openInstaller, until } from '../../support/bridge.ts';
import { type OwnBridge, startInstalled, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge | undefined;
afterEach(async () => {
  await own?.close();
  own = undefined;
});

type Options = Parameters<typeof startInstalled>[0];

async function start(options?: Options): Promise<{ readonly admin: ApiClient; readonly own: OwnBridge }> {
  own = await startInstalled(options);
  return { own, admin: await openApi(own.bridge.url, own.bridge.portal) };
}

const setUpOf = (client: ApiClient): Promise<SetUp> => client.get<SetUp>('/api/setup');
const messageOf = async (client: ApiClient): Promise<FirstMessage> =>
  (await client.get<{ message: FirstMessage }>('/api/setup/first-message')).message;

/** Writes to the assistant and returns what the wizard says of it, once it says nothing of being on its way. */
async function write(text: string, admin: ApiClient, { bridge, probe }: OwnBridge): Promise<FirstMessage> {
  const { portal } = bridge;
  const { id } = portal.addEmployee({ name: 'Вера Проверкина' });
  portal.employeeWritesPrivate(id, ourBot(portal, 'assistant').id, text);
  await everythingDone(portal, probe);
  return await messageOf(admin);
}

describe('the set-up', () => {
  it('is told with rights, bots and where the wizard goes on', async () => {
    const { admin } = await start();
    const setUp = await setUpOf(admin);
    expect(setUp).toMatchObject({
      rights: { isAdmin: true, granted: ['imbot', 'imopenlines'], missing: [] },
      state: 'done',
      problem: null,
      appProblem: null,
      isSetUpSinceOpened: false,
      wizard: { step: 'rights', isEnded: false },
    });
    expect(setUp.bots.map(({ type, state }) => [type, state])).toEqual([
      ['O', 'registered'],
      ['S', 'registered'],
      ['B', 'registered'],
    ]);
  });

  it('names a right that is missing, and the code of what failed', async () => {
    own = await startOwnBridge({ portal: { scope: ['im'] } });
    await openInstaller(own.bridge.portal);
    const admin = await openApi(own.bridge.url, own.bridge.portal);
    await until(async () => (await setUpOf(admin)).state === 'failing');
    const { rights, problem } = await setUpOf(admin);
    expect(rights.missing).toEqual(['imbot', 'imopenlines']);
    expect(problem?.code).toBe('bitrix24.insufficient_scope');
  });

  it('tells somebody who may not read only that they may not', async () => {
    const { own: stage } = await start();
    const { portal, url } = stage.bridge;
    const employee = await openApi(url, portal, portal.addEmployee({ name: 'Вера' }).id);
    expect(await setUpOf(employee)).toMatchObject({ rights: { isAdmin: false }, bots: [] });
    for (const [method, path, body] of [
      ['POST', '/api/setup/orders', undefined],
      ['PATCH', '/api/setup/wizard', { isEnded: true }],
      ['GET', '/api/setup/first-message', undefined],
    ] as const) {
      expect(await employee.refused(method, path, body)).toMatchObject({ status: 403 });
    }
  });

  it('is ordered again, and that is in the audit list', async () => {
    const { admin, own: stage } = await start();
    const { orderedAt } = await admin.send<{ orderedAt: string }>('POST', '/api/setup/orders');
    await everythingDone(stage.bridge.portal, stage.probe);
    expect(((await setUpOf(admin)).setUpAt ?? '') > orderedAt).toBe(true);
    expect(await stage.probe.rows('select action, user_name from audit_entries')).toEqual([
      expect.objectContaining({ action: 'portal.set_up' }),
    ]);
  });
});

describe('the progress of the wizard', () => {
  it('has the steps that the pages know', () => {
    expect(wizardStepSchema.options).toEqual([...wizardSteps]);
  });

  it('is kept, ended once, and begins anew when somebody wants it', async () => {
    const { admin, own: stage } = await start();
    const move = (change: unknown): Promise<Wizard> => admin.send('PATCH', '/api/setup/wizard', change);
    const { beganAt } = await move({ step: 'line' });
    expect((await setUpOf(admin)).wizard).toEqual({ step: 'line', isEnded: false, beganAt });
    await move({ isEnded: true });
    expect(await move({ isEnded: true })).toEqual({ step: 'line', isEnded: true, beganAt });
    const again = await move({ isEnded: false, step: 'rights' });
    expect(again).toMatchObject({ step: 'rights', isEnded: false });
    expect(again.beganAt > beganAt).toBe(true);
    expect(await admin.refused('PATCH', '/api/setup/wizard', { step: 'nowhere' })).toMatchObject({ status: 422 });
    const actions = await stage.probe.rows('select action from audit_entries order by id');
    expect(actions.map(({ action }) => action)).toEqual(['wizard.ended', 'wizard.begun']);
  });

  it('begins anew with an installation after a removal', async () => {
    const { admin, own: stage } = await start();
    const { bridge, probe } = stage;
    await admin.send('PATCH', '/api/setup/wizard', { isEnded: true, step: 'message' });
    bridge.portal.uninstallApp();
    await everythingDone(bridge.portal, probe);
    await install(bridge);
    const back = await openApi(bridge.url, bridge.portal);
    expect((await setUpOf(back)).wizard).toMatchObject({ step: 'rights', isEnded: false });
  });
});

describe('the first message', () => {
  it('is none before somebody has written', async () => {
    const { admin } = await start();
    expect(await messageOf(admin)).toBeNull();
  });

  it('is told as answered when the answer is in the chat', async () => {
    const { admin, own: stage } = await start();
    const told = await write('Привет', admin, stage);
    expect(told).toMatchObject({ botCode: 'bridge_assistant', state: 'answered' });
    const { at = '', passedAt, answeredAt, shownAt } = told ?? {};
    expect([passedAt, answeredAt, shownAt].every((moment) => (moment ?? '') >= at)).toBe(true);
  });

  it('is told as unanswered where nobody is connected', async () => {
    const { admin, own: stage } = await start({ settings: { DEFAULT_BRAIN: 'none' } });
    expect(await write('Привет', admin, stage)).toMatchObject({ state: 'unanswered', outcome: 'unanswered' });
  });

  it('is told as passed while the brain is thinking, and as failed where the brain refuses it', async () => {
    let isRefusing = false;
    const silent = scriptBrain({
      deliver: () => (isRefusing ? Promise.reject(new Error('broken')) : Promise.resolve({})),
    });
    const { admin, own: stage } = await start({ brains: [silent.brain] });
    expect(await write('Привет', admin, stage)).toMatchObject({ state: 'passed', answeredAt: null });
    isRefusing = true;
    const { portal } = stage.bridge;
    const { id } = portal.addEmployee({ name: 'Пётр' });
    portal.employeeWritesPrivate(id, ourBot(portal, 'assistant').id, 'Ещё');
    await until(async () => ['retrying', 'failed'].includes((await messageOf(admin))?.state ?? ''));
  });

  it('of another portal, or of before the wizard began, is not told', async () => {
    const { admin, own: stage } = await start();
    await write('Привет', admin, stage);
    await admin.send('PATCH', '/api/setup/wizard', { isEnded: true });
    await admin.send('PATCH', '/api/setup/wizard', { isEnded: false });
    expect(await messageOf(admin)).toBeNull();
  });
});

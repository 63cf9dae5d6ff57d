/** An account of MessageGateway that is connected in the portal, by the form of the brain, and everything that can be done with it there. */
import { describe, expect, it } from 'vitest';
import type { AuditPage } from '../../../src/api/schemas/audit.ts';
import type { BotAnswer } from '../../../src/api/schemas/bots.ts';
import type { ConnectionAnswer, FormFieldAnswer } from '../../../src/api/schemas/connections.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { ourBot } from '../../support/talk.ts';
import { useConnectStage } from '../../support/use-connect-stage.ts';

const stage = useConnectStage();
const admin = (): Promise<ApiClient> => openApi(stage.bridge.url, stage.bridge.portal);

interface Wish {
  readonly bot?: string | null;
  readonly values?: Readonly<Record<string, string>>;
}

/** What an administrator enters. */
const wish = ({ bot = 'bridge_line', values = {} }: Wish = {}) => ({
  brain: 'messagegateway',
  botCode: bot,
  values: { crmUrl: stage.gateway.crmOrigin, apiKey: stage.gateway.apiKey, ...values },
});

async function connect(given: Wish = {}): Promise<ConnectionAnswer> {
  const api = await admin();
  return (await api.send<{ connection: ConnectionAnswer }>('POST', '/api/connections', wish(given))).connection;
}

const settingOf = ({ fields }: ConnectionAnswer, key: string): unknown => fields.find((field) => field.key === key);
const botOf = async (code: string): Promise<BotAnswer | undefined> =>
  (await (await admin()).get<{ bots: BotAnswer[] }>('/api/bots')).bots.find((bot) => bot.code === code);
const waiting = (): Promise<number> => stage.own.probe.count('select count(*) from awaiting_connection');
const modules = () => stage.gateway.modules();

describe('an account connected by the form', () => {
  it('asks for an address and a key, joins, and carries the talk', async () => {
    const { forms } = await (await admin()).get<{
      forms: { brain: string; form: FormFieldAnswer[]; start: unknown[] }[];
    }>('/api/connections/forms');
    const form = forms.find(({ brain }) => brain === 'messagegateway');
    const main = form?.form.filter(({ group }) => group === 'main').map(({ key, required }) => [key, required]);
    expect(main).toEqual([
      ['crmUrl', true],
      ['apiKey', true],
    ]);
    expect(form?.start).toContainEqual({ key: 'language', value: 'ru' });
    const { length } = modules();
    const made = await connect({ bot: 'bridge_assistant' });
    expect(made).toMatchObject({
      title: new URL(stage.gateway.crmOrigin).host,
      bots: [{ code: 'bridge_assistant' }],
      disabledReason: null,
    });
    expect(JSON.stringify(made)).not.toContain(stage.gateway.apiKey);
    expect(modules()).toHaveLength(length + 1);
    expect(modules().at(-1)).toMatchObject({ active: true, isBotActive: true });
    await until(() => stage.gateway.sockets().open === 1);
    const { portal } = stage.bridge;
    const employee = portal.addEmployee({ name: 'Вера Формова' });
    portal.employeeWritesPrivate(employee.id, ourBot(portal, 'assistant').id, 'Форма слышна?');
    await until(() => stage.gateway.messages().some(({ text }) => text === 'Форма слышна?'));
  });

  it('can be tested, changed, given another webhook address, paused, resumed and removed', async () => {
    const api = await admin();
    const { id } = await connect();
    const path = `/api/connections/${id}`;
    expect(await api.send('POST', `${path}/test`)).toMatchObject({ result: 'works' });
    const changed = await api.send<{ connection: ConnectionAnswer; changed: string[] }>('PATCH', path, {
      values: { name: 'Мост', 'handover.command': 'human', apiKey: '' },
    });
    expect(changed.changed.toSorted()).toEqual(['handover.command', 'name']);
    expect(modules().at(-1)).toMatchObject({ name: 'Мост', active: true });
    const wrong = { values: { 'handover.command': 'two words', 'console.employees': 'Иван' } };
    expect((await api.refused('PATCH', path, wrong)).problems).toEqual([
      expect.objectContaining({ path: 'values.handover.command', message: expect.stringContaining('латинских') }),
      expect.objectContaining({ path: 'values.console.employees.0', message: expect.stringContaining('номера') }),
    ]);
    const before = modules().at(-1)?.webhookUrl;
    await api.send('POST', `${path}/webhook`);
    // A health check that began before tells the former address once more; the next one, at once, mends that.
    await until(() => modules().at(-1)?.webhookUrl !== before);
    expect(await api.send('POST', `${path}/pause`)).toMatchObject({ connection: { disabledReason: 'paused' } });
    expect(await api.send('POST', `${path}/resume`)).toMatchObject({ connection: { disabledReason: null } });
    expect((await api.refused('DELETE', path)).code).toBe('connection.in_use');
    await api.send('PATCH', '/api/bots/bridge_line', { brain: 'echo' });
    expect(await api.send('DELETE', path)).toEqual({ isLeft: true });
    expect(modules().at(-1)).toMatchObject({ active: false });
  });

  it('is given to other bots, and to one that was connected to none', async () => {
    const api = await admin();
    const { id } = await connect({ bot: null });
    expect((await botOf('bridge_line'))?.connection).toBeNull();
    for (const code of ['bridge_line', 'bridge_supervisor']) {
      await api.send('PATCH', `/api/bots/${code}`, { brain: 'messagegateway', connectionId: id });
      expect((await botOf(code))?.connection).toMatchObject({ id });
    }
  });

  it('is connected again, not twice, when the bot has it: its other settings stay', async () => {
    const { id } = await connect({ values: { 'handover.command': 'human' } });
    const { length } = modules();
    await stage.own.probe.rows(`update connection set disabled_reason = 'key_refused'`);
    const again = await connect({ values: { summaryLength: '100' } });
    expect(again).toMatchObject({ id, disabledReason: null });
    expect(settingOf(again, 'handover.command')).toMatchObject({ value: 'human' });
    expect(settingOf(again, 'summaryLength')).toMatchObject({ value: '100' });
    expect(modules()).toHaveLength(length);
    const { entries } = await (await admin()).get<AuditPage>('/api/audit');
    expect(entries[0]).toMatchObject({ action: 'connection.renewed', subject: id });
    expect(JSON.stringify(entries)).not.toContain(stage.gateway.apiKey);
    // Another account is another connection.
    const { crmOrigin: crmUrl, apiKey } = stage.second;
    const other = await connect({ values: { crmUrl, apiKey } });
    expect(other.id).not.toBe(id);
    expect(settingOf(other, 'handover.command')).toMatchObject({ value: 'operator' });
  });

  it.each([null, 'bridge_line'])(
    'takes over the module that the CRM has registered in one step (bot: %s)',
    async (bot) => {
      await stage.gateway.connectInOneStep(`${stage.bridge.url}/messagegateway/simple`);
      expect(await waiting()).toBe(1);
      const { length } = modules();
      const { id } = await connect({ bot });
      expect(modules()).toHaveLength(length);
      expect(modules().filter(({ clientId }) => clientId.startsWith(id.replaceAll('-', '')))).toHaveLength(1);
      expect(await waiting()).toBe(0);
    },
  );

  it('leaves no second module behind when the CRM registers it in one step, and the bot has it already', async () => {
    await connect();
    const { registration } = await stage.gateway.connectInOneStep(`${stage.bridge.url}/messagegateway/simple`);
    const { accountUrl } = registration!.body as { readonly accountUrl: string };
    const awaited = () => modules().find(({ clientId }) => accountUrl.includes(clientId));
    expect(awaited()).toMatchObject({ active: true });
    await connect();
    expect(awaited()).toMatchObject({ active: false });
    expect(await waiting()).toBe(0);
  });
});

describe('an account that cannot be connected by the form', () => {
  it.each<readonly [string, () => unknown, () => unknown, string]>([
    [
      'a key that lacks rights',
      () => stage.gateway.setScopes(['integration_read']),
      () => stage.gateway.setScopes(['integration_read', 'integration_write']),
      'messagegateway.crm_scopes',
    ],
    [
      'chats that are off',
      () => stage.gateway.switchChatsOff(true),
      () => stage.gateway.switchChatsOff(false),
      'messagegateway.crm_chats_off',
    ],
  ])('is told by its code, and nothing is stored: %s', async (_, spoil, mend, code) => {
    await spoil();
    const refused = await (await admin()).refused('POST', '/api/connections', wish());
    await mend();
    expect(refused).toMatchObject({ status: 422, code });
    expect(await stage.own.probe.count('select count(*) from connection')).toBe(0);
  });

  it('names the fields that do not fit, in the reader’s language', async () => {
    const values = { crmUrl: 'https://demo.simla.com/admin', apiKey: 'ключ' };
    const { problems } = await (await admin()).refused('POST', '/api/connections', wish({ values }));
    expect(problems?.map(({ path }) => path)).toEqual(['values.crmUrl', 'values.apiKey']);
    for (const { message } of problems ?? []) expect(message).toMatch(/[а-я]/i);
  });

  it('is nothing for somebody who may not change the portal', async () => {
    const { bridge } = stage;
    const reader = await openApi(bridge.url, bridge.portal, bridge.portal.addEmployee({ name: 'Вредный Виктор' }).id);
    expect((await reader.refused('POST', '/api/connections', wish())).status).toBe(403);
  });
});

/** The settings of the config as fields of a form. */
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../../src/brains/messagegateway/config.ts';
import {
  moreFields,
  nameOf,
  settingFields,
  shownSettings,
  withSettings,
} from '../../../../src/brains/messagegateway/connect/bot-settings.ts';
import { schemaFields } from '../../../../src/brains/messagegateway/connect/schema-fields.ts';
import { meaningOf } from '../../../../src/brains/messagegateway/connect/setting-meanings.ts';

const account = { crmUrl: 'https://demo.simla.com', apiKey: 'key' };
const config = configSchema.parse({
  ...account,
  handover: { tag: 'B24', userIds: [3, 17] },
  console: { overheard: 'note', privateBots: ['bridge_assistant'], showStaffTalk: false },
  timeZone: 'Europe/Moscow',
  uploadEncoding: 'raw',
  unescapeHtml: true,
  botRoles: ['responsible', 'distributor'],
  callsPerSecond: 7.5,
  joined: {
    clientId: 'c',
    moduleCode: 'm',
    bot: { endpointUrl: 'https://mg.test', token: 't', botId: 1 },
    transport: { endpointUrl: 'https://mg.test', token: 't' },
    channelId: 1,
  },
});

describe('the settings as fields', () => {
  it('are all there, once, but for the account and what joining has stored', () => {
    const paths = schemaFields.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.some((path) => /^(crmUrl|apiKey|joined)/.test(path))).toBe(false);
    expect(settingFields.length + moreFields.length).toBe(paths.length);
    const documented = Object.keys(configSchema.shape).filter((key) => !['crmUrl', 'apiKey', 'joined'].includes(key));
    for (const key of documented) expect(paths.some((path) => path.split('.')[0] === key)).toBe(true);
  });

  it('give back the config they were made of, typed as they stand', () => {
    expect(withSettings(config, shownSettings(config))).toEqual({ config });
    expect(withSettings(account, shownSettings(config))).toEqual({ config: { ...config, joined: undefined } });
  });

  it('are explained in Russian too', () => {
    const english = moreFields.filter((field) => meaningOf(field, 'ru') === field.meaning).map(({ path }) => path);
    expect(english).toEqual([]);
  });

  it('say which keys may be left to the app', () => {
    const flags = schemaFields.filter(({ kind, mayBeAbsent }) => kind === 'flag' && mayBeAbsent);
    expect(flags.map(({ path }) => path)).toEqual(['unescapeHtml']);
    expect(shownSettings(configSchema.parse(account))['more.unescapeHtml']).toBe('');
    expect(withSettings(config, { 'more.unescapeHtml': '' })).toEqual({
      config: { ...config, unescapeHtml: undefined },
    });
    expect(withSettings(config, { 'more.unescapeHtml': 'false' })).toMatchObject({ config: { unescapeHtml: false } });
  });

  it('take a key back to its default when they are emptied', () => {
    const emptied = Object.fromEntries(moreFields.map((field) => [nameOf(field), ' ']));
    const result = withSettings(config, emptied);
    expect(result).toMatchObject({ config: { timeZone: 'UTC', callsPerSecond: 25, handover: { userIds: [] } } });
    expect('config' in result && result.config.handover.tag).toBeUndefined();
  });

  it.each<readonly [string, string]>([
    ['more.handover.userIds', '3, Иван'],
    ['more.callsPerSecond', 'many'],
    ['more.callsPerSecond', '31'],
    ['more.unescapeHtml', 'perhaps'],
    ['more.timeZone', 'Mars'],
    ['more.botRoles', 'responsible, king'],
    ['more.uploadEncoding', 'pigeon'],
  ])('name the field that is wrong: %s = %s', (field, typed) => {
    expect(withSettings(config, { ...shownSettings(config), [field]: typed })).toEqual({ wrong: [field] });
  });
});

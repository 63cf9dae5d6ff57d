import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../../src/brains/messagegateway/config.ts';
import { mgConfig } from '../../../support/messagegateway-unit.ts';

describe('the config of a connection', () => {
  it('needs no more than the address and the key', () => {
    const config = configSchema.parse({ crmUrl: 'demo.simla.com', apiKey: 'k' });
    expect(config).toMatchObject({
      crmUrl: 'https://demo.simla.com',
      name: 'Bitrix24',
      handover: { command: 'operator', userIds: [] },
      onPersonTakesOver: 'unassign',
      uploadEncoding: 'multipart',
    });
    // Not set is not the same as no: then it is found out.
    expect(config.unescapeHtml).toBeUndefined();
    expect(config.joined).toBeUndefined();
  });

  it('stays the same when it is read again after it was stored', () => {
    const config = mgConfig({ handover: { tag: 'B24' } });
    expect(configSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    [{ apikey: 'typo' }, 'apikey'],
    [{ crmUrl: 'https://demo.simla.com/admin' }, 'crmUrl'],
    [{ name: 'x'.repeat(33) }, 'name'],
    [{ handover: { command: 'two words' } }, 'command'],
    [{ handover: { command: '/bot' } }, 'command'],
    [{ onPersonTakesOver: 'shout' }, 'onPersonTakesOver'],
    [{ callsPerSecond: 31 }, 'callsPerSecond'],
  ])('names what is wrong in %j', (given, name) => {
    const parsed = configSchema.safeParse({ crmUrl: 'demo.simla.com', apiKey: 'k', ...given });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(name);
  });

  it('takes a command with or without its slash', () => {
    expect(mgConfig({ handover: { command: '/human' } }).handover.command).toBe('human');
  });
});

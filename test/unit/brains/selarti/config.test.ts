import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../../src/brains/selarti/config.ts';
import { selartiBrain } from '../../../../src/brains/selarti/selarti-brain.ts';
import { formOf } from '../../../../src/core/config-form.ts';

const least = { apiKey: 'key-of-a-unit-test', taskId: '1721129985149x478019552540622850' };

describe('the config of Selarti', () => {
  it.each([
    ['selarti.com', 'https://selarti.com'],
    ['https://selarti.ru/', 'https://selarti.ru'],
    [' http://127.0.0.1:3030 ', 'http://127.0.0.1:3030'],
  ])('takes the host %s', (host, origin) => {
    expect(configSchema.parse({ ...least, host }).host).toBe(origin);
  });

  it.each(['', 'ftp://selarti.com', 'selarti.com/panel', 'https://me@selarti.com', 'a b', 'selarti.com?x=1'])(
    'refuses the host %j',
    (host) => {
      expect(configSchema.safeParse({ ...least, host }).success).toBe(false);
    },
  );

  it('needs an API key or a bearer token, and no key it does not know', () => {
    const { taskId } = least;
    expect(configSchema.safeParse({ taskId }).error?.issues[0]?.message).toContain('API key');
    expect(configSchema.safeParse({ taskId, bearer: 'bearer-of-a-test' }).success).toBe(true);
    expect(configSchema.safeParse({ ...least, tokenn: 'x' }).success).toBe(false);
  });

  it('accepts what it gave back, as it is stored and read again', () => {
    const config = configSchema.parse(least);
    expect(config.host).toBe('https://selarti.com');
    expect(configSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it('is a form in two languages that shows no secret', () => {
    const form = formOf(configSchema);
    expect(form.map(({ key }) => key).sort()).toEqual(Object.keys(configSchema.shape).sort());
    for (const { title, help } of form) {
      for (const text of [title, help]) {
        expect(text.en).not.toBe('');
        expect(text.ru).not.toBe('');
      }
    }
    const secrets = form.filter(({ kind }) => kind === 'secret').map(({ key }) => key);
    expect(secrets).toEqual(['apiKey', 'bearer']);
    expect(form.filter(({ required }) => required).map(({ key }) => key)).toEqual(['taskId']);
  });

  it('answers bursts once unless that is switched off', () => {
    expect(selartiBrain.pace?.(configSchema.parse(least))).toEqual({ burst: { quietMs: 3_000, maxMs: 12_000 } });
    expect(selartiBrain.pace?.(configSchema.parse({ ...least, burstSeconds: 0 }))).toEqual({});
  });
});

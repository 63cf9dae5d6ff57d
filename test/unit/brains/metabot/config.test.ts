import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../../src/brains/metabot/config.ts';
import { metabotBrain } from '../../../../src/brains/metabot/metabot-brain.ts';
import { formOf } from '../../../../src/core/config-form.ts';

const least = { botId: 1001, token: 'token-of-a-metabot-bot' };

describe('the config of a connection to Metabot', () => {
  it('needs the bot and its token only, and accepts what it gives back', () => {
    const config = configSchema.parse(least);
    expect(config).toMatchObject({ mode: 'call', alias: 'bitrix24/message', origin: 'https://app.metabot24.com' });
    expect(configSchema.parse(config)).toEqual(config);
  });

  it.each([
    ['a job without a target', { mode: 'schedule' }],
    ['a job with two targets', { mode: 'schedule', jobCode: 'a', jobId: 1 }],
    ['a path in the alias', { alias: '../jobs/schedule' }],
    ['an empty part of the alias', { alias: 'a//b' }],
    ['a line break in the token', { token: 'abcdefgh\r\nx: y' }],
    ['a zone that does not exist', { timeZone: 'Mars/Base' }],
    ['a comma in a tag', { addTags: ['a,b'] }],
    ['a misspelt key', { botid: 1 }],
    ['another protocol', { origin: 'ftp://metabot.example' }],
  ])('refuses %s', (_what, given) => {
    expect(configSchema.safeParse({ ...least, ...given }).success).toBe(false);
  });

  it('has a title and a help in both languages for every key, and hides the secrets', () => {
    const fields = formOf(configSchema);
    expect(fields.map(({ key }) => key).sort()).toEqual(Object.keys(configSchema.shape).sort());
    expect(fields.filter(({ title, help }) => [title.en, title.ru, help.en, help.ru].includes(''))).toEqual([]);
    expect(fields.filter(({ kind }) => kind === 'secret').map(({ key }) => key)).toEqual(['token', 'signingSecret']);
    expect(fields.filter(({ required }) => required).map(({ key }) => key)).toEqual(['botId', 'token']);
  });

  it('has forms for its requests too', () => {
    const kinds = metabotBrain.requests?.map(({ name, schema }) => [name, formOf(schema).length]);
    expect(kinds).toEqual([
      ['script', 11],
      ['trigger', 11],
      ['broadcast', 11],
    ]);
  });
});

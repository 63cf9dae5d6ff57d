import { describe, expect, it } from 'vitest';
import { metabotBrain } from '../../../../src/brains/metabot/metabot-brain.ts';
import { AppError, RemoteUnreachable } from '../../../../src/core/errors.ts';
import { metabotUnit, response } from '../../../support/metabot-unit.ts';

const hook = 'https://bots.example/brains/metabot/secret';
const job = { mode: 'schedule', jobCode: 'inbound' };

describe('connecting a bot of Metabot', () => {
  it('tells the script where to post, and changes nothing', async () => {
    const unit = metabotUnit();
    expect(await metabotBrain.join?.(unit.connection, hook, unit.tools)).toEqual(unit.connection.config);
    expect(unit.sent.map(({ body }) => body)).toEqual([
      { script_request_params: { event: 'check', event_id: expect.any(String), webhook_url: hook } },
    ]);
  });

  it('plans a job that Metabot does not run', async () => {
    const unit = metabotUnit(job);
    await metabotBrain.join?.(unit.connection, hook, unit.tools);
    expect(unit.sent[0]?.body).toEqual({
      script_code: 'inbound',
      condition_script_code: 'return false;',
      script_request_params: { event: 'check' },
    });
  });

  it.each([401, 404, 500])('fails with %i', async (status) => {
    const unit = metabotUnit({}, () => response(status));
    await expect(metabotBrain.join?.(unit.connection, hook, unit.tools)).rejects.toBeInstanceOf(AppError);
  });
});

describe('a health check', () => {
  const check = async (answer: () => unknown) => {
    const unit = metabotUnit({}, answer);
    return await metabotBrain.checkHealth?.(unit.connection, hook, null, unit.tools);
  };

  it.each([
    [200, { works: true }],
    [401, { works: false, reason: 'token_refused' }],
    [403, { works: false, reason: 'token_refused' }],
    [404, { works: false, reason: 'not_found' }],
  ])('finds by %i', async (status, expected) => {
    expect(await check(() => response(status))).toMatchObject(expected);
  });

  it('has a help for every reason', () => {
    expect(Object.keys(metabotBrain.disabledHelp ?? {})).toEqual(['token_refused', 'not_found']);
  });

  it.each([429, 500, 502])('finds nothing by %i', async (status) => {
    await expect(check(() => response(status))).rejects.toBeInstanceOf(AppError);
  });

  it('finds nothing without a connection', async () => {
    const away = new RemoteUnreachable({ code: 'http.connect', message: 'away' });
    await expect(check(() => Promise.reject(away))).rejects.toBe(away);
  });
});

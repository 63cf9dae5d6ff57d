/** The sandbox's Metabot keeps to what is documented and to what public clients send, and does not bend for our own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxMetabot, startSandboxMetabot } from '../../../sandbox/metabot/start-metabot.ts';
import { metabotFixture } from '../../support/metabot-unit.ts';

let metabot: SandboxMetabot;
beforeAll(async () => {
  metabot = await startSandboxMetabot({ way: 'in-call' });
});
afterAll(() => metabot.close());

async function call(path: string, body: unknown, headers?: Readonly<Record<string, string>>) {
  const given = headers ?? { authorization: `Bearer ${metabot.state.token}` };
  const answer = await fetch(`${metabot.origin}/api/v1/bots/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...given },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

describe('jobs/schedule', () => {
  it.each(['schedule-script-request', 'schedule-trigger-request', 'schedule-broadcast-request'])(
    'takes the documented request %s',
    async (name) => {
      const before = metabot.state.jobs.length;
      expect((await call('1001/jobs/schedule', metabotFixture(name).body)).status).toBe(200);
      expect(metabot.state.jobs).toHaveLength(before + 1);
    },
  );

  it('takes fields that are not documented, as clients send some', async () => {
    const body = { script_code: 'web_registration', person_id: 7, run_after_sec: 3_600 };
    expect((await call('1001/jobs/schedule', body)).status).toBe(200);
  });

  it.each([
    ['no target', {}],
    ['two targets', { script_id: 1, trigger_id: 1 }],
    ['an id that is a text', { script_id: '1' }],
    ['a time in another form', { script_id: 1, run_at: '2026-11-22T09:00:00Z' }],
    ['tags that are a list', { script_id: 1, add_tags: ['a'] }],
  ])('refuses %s', async (_what, body) => {
    expect((await call('1001/jobs/schedule', body)).status).toBe(422);
  });

  it.each([
    ['return false;', 'condition false'],
    ['if (leadId == 135) return true;', 'waiting'],
    ['if (leadId == 136) return true;', 'condition false'],
    ['this is no code', 'condition false'],
  ])('plans the job with the condition %j: %s', async (code, state) => {
    const body = { script_code: 'a', lead_id: 135, condition_script_code: code, run_after_sec: 3_600 };
    expect((await call('1001/jobs/schedule', body)).status).toBe(200);
    expect(metabot.state.jobs.at(-1)?.state).toBe(state);
  });
});

describe('an endpoint', () => {
  it('takes the recorded request, and the same fields bare', async () => {
    const { body } = metabotFixture('call-alias-request');
    for (const given of [body, { ...body.script_request_params, event_id: 'bare' }]) {
      const params = { event: 'message', ...(given.script_request_params ?? given) };
      const wrapped = given === body ? { script_request_params: params } : params;
      expect(await call('1001/call/bitrix24/message', wrapped)).toMatchObject({
        status: 200,
        body: { lead_id: expect.any(Number), replies: [{ text: 're: Hello' }] },
      });
    }
  });

  it.each([
    ['1001/call/other', 404],
    ['1002/call/bitrix24/message', 404],
    ['1002/jobs/schedule', 404],
  ])('is not at %s', async (path, status) => {
    expect((await call(path, {})).status).toBe(status);
  });
});

describe('the token', () => {
  it.each<[string, (token: string) => Record<string, string>, number]>([
    ['Authorization: Bearer', (token) => ({ authorization: `Bearer ${token}` }), 200],
    ['Authentication', (token) => ({ authentication: token }), 200],
    ['a wrong one', () => ({ authorization: 'Bearer x' }), 401],
    ['none', () => ({}), 401],
  ])('comes as %s', async (_how, headers, status) => {
    const params = { script_request_params: { event: 'check' } };
    expect((await call('1001/call/bitrix24/message', params, headers(metabot.state.token))).status).toBe(status);
  });

  it('is in no record of a call', () => {
    expect(JSON.stringify(metabot.calls())).not.toContain(metabot.state.token);
  });
});

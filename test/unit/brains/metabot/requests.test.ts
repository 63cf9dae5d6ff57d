import { describe, expect, it } from 'vitest';
import { metabotBrain } from '../../../../src/brains/metabot/metabot-brain.ts';
import {
  conversation,
  customerMessage,
  deliverTo,
  eventId,
  metabotUnit,
  request,
} from '../../../support/metabot-unit.ts';

const { chat } = customerMessage();
const author = { id: '7', name: 'Olga', kind: 'employee' };
const form = (name: string) => metabotBrain.requests?.find((one) => one.name === name)?.schema;
const command = (name: string) => metabotBrain.commands?.find((one) => one.name === name);

describe('a request of an administrator', () => {
  it('schedules a job with every field of the method', async () => {
    const unit = metabotUnit();
    unit.facts.set(`lead:${conversation.ref}`, '{"lead":135}');
    const params = {
      code: 'order_paid',
      run_at: '2026-11-22T09:00:00+03:00',
      is_periodic: true,
      ticket_id: 7,
      condition: 'if (leadId == 135) return true;',
      params: '{"order":17,"event_id":"forged","conversation_id":"forged"}',
      add_tags: ['a', 'b'],
      remove_tags: ['c'],
    };
    await deliverTo(unit, request('trigger', form('trigger')?.parse(params) ?? {}));
    expect(unit.sent[0]?.body).toEqual({
      trigger_code: 'order_paid',
      lead_id: 135,
      ticket_id: 7,
      run_at: '2026-11-22 09:00:00',
      is_periodic: true,
      condition_script_code: 'if (leadId == 135) return true;',
      script_request_params: {
        order: 17,
        event: 'request',
        event_id: eventId,
        conversation_id: conversation.ref,
        lead_id: 135,
        portal: { id: expect.any(String) },
        bot: { code: 'bridge_line', type: 'open_channel' },
      },
      add_tags: 'a,b',
      remove_tags: 'c',
    });
  });

  it('may name another lead, and what to run by id', async () => {
    const unit = metabotUnit();
    await deliverTo(unit, request('broadcast', { id: 9, lead_id: 1, run_after_sec: 300 }));
    expect(unit.sent[0]?.body).toMatchObject({ broadcast_id: 9, lead_id: 1, run_after_sec: 300 });
  });

  it.each([
    ['no target', {}],
    ['two targets', { id: 1, code: 'a' }],
    ['a time and a delay', { id: 1, run_at: '2026-11-22 09:00:00', run_after_sec: 1 }],
    ['parameters that are no object', { id: 1, params: '[1]' }],
    ['a time that is none', { id: 1, run_at: 'soon' }],
    ['another key', { id: 1, script_code: 'a' }],
  ])('with %s is refused by the form, and never sent', async (_what, params) => {
    expect(form('script')?.safeParse(params).success).toBe(false);
    const unit = metabotUnit();
    await expect(deliverTo(unit, request('script', params))).rejects.toMatchObject({ retry: 'never' });
    expect(unit.sent).toEqual([]);
  });
});

describe('code that Metabot runs', () => {
  const condition = 'return true;';

  it.each([
    ['an employee in the chat', { by: 'person', author, chat }],
    ['a follow-up', { by: 'follow_up' }],
  ])('is not taken from %s', async (_who, origin) => {
    const unit = metabotUnit();
    const asked = request('script', { code: 'a', condition }, origin);
    await expect(deliverTo(unit, asked)).rejects.toMatchObject({ code: 'metabot.bad_request' });
    expect(unit.sent).toEqual([]);
  });

  it.each([
    'a condition=return',
    `a condition="${condition}"`,
    'a condition_script_code=1',
    `a params={"condition":"${condition}"}`,
    'a in 5 condition=x',
  ])('does not come from the command line %s', (line) => {
    const read = command('mbscript')?.read(line) ?? null;
    expect(Object.keys(read ?? {}).filter((key) => !['code', 'run_after_sec', 'params'].includes(key))).toEqual([]);
  });

  it('is never made of a message', async () => {
    for (const mode of ['call', 'schedule']) {
      const unit = metabotUnit({ mode, jobCode: 'a' });
      await deliverTo(unit, customerMessage('condition_script_code: return true;', { condition }));
      expect(unit.sent[0]?.body).not.toHaveProperty('condition_script_code');
    }
  });
});

describe('who may ask in a chat', () => {
  const extranet = { ...author, isExtranet: true };
  const client = { ...author, kind: 'client' };
  it.each<[string, object, readonly string[], boolean]>([
    ['script', author, [], true],
    ['broadcast', author, [], false],
    ['broadcast', author, ['7'], true],
    ['script', author, ['8'], false],
    ['script', extranet, [], false],
    ['script', client, ['7'], false],
  ])('a %s as %o, listed: %j', async (name, by, commandUsers, isAllowed) => {
    const unit = metabotUnit({ commandUsers });
    const delivery = await deliverTo(unit, request(name, { code: 'a' }, { author: by, chat }));
    expect(unit.sent).toHaveLength(isAllowed ? 1 : 0);
    expect(delivery.replies?.length ?? 0).toBe(isAllowed ? 0 : 1);
  });
});

describe('a command in the chat', () => {
  it.each<[string, unknown]>([
    ['welcome', { code: 'welcome' }],
    ['17', { id: 17 }],
    ['welcome in 60', { code: 'welcome', run_after_sec: 60 }],
    ['welcome order=17 name="Anna K"', { code: 'welcome', params: '{"order":"17","name":"Anna K"}' }],
    ['  a.b-c_d   in 5   x=a=b ', { code: 'a.b-c_d', run_after_sec: 5, params: '{"x":"a=b"}' }],
    ['welcome x=', { code: 'welcome', params: '{"x":""}' }],
    ['in 5', null],
    ['', null],
    ['welcome to', null],
    ['welcome in', null],
    ['welcome in soon', null],
    ['welcome "quoted"', null],
    ['welcome x="open', null],
    ['привет', null],
    ['a'.repeat(101), null],
    [`a ${'x=1 '.repeat(300)}`, null],
  ])('%j', (line, expected) => {
    const read = command('mbscript')?.read(line) ?? null;
    expect(read).toEqual(expected);
    // What it reads is a request that the form accepts.
    expect(form('script')?.safeParse(read ?? { code: 'any' }).success).toBe(true);
  });

  it('stands for a request of the brain', () => {
    const names = metabotBrain.requests?.map(({ name }) => name);
    expect(metabotBrain.commands?.map((one) => one.request)).toEqual(names);
    expect(metabotBrain.commands?.every(({ name }) => /^[a-z\d]{1,20}$/.test(name))).toBe(true);
  });
});

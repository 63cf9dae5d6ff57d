import { describe, expect, it } from 'vitest';
import { Misconfigured } from '../../../../src/core/errors.ts';
import {
  conversation,
  customerMessage,
  deliverTo,
  eventId,
  metabotFixture,
  metabotToken,
  metabotUnit,
  request,
  response,
} from '../../../support/metabot-unit.ts';
import { stateInMemory } from '../../../support/state-in-memory.ts';

const failing = (status: number, headers: Readonly<Record<string, string>> = {}) =>
  metabotUnit({}, () => response(status, '<secret>', headers));

describe('a message that is handed over by a call', () => {
  it('goes where and how public clients call, with the recorded parameters', async () => {
    const unit = metabotUnit();
    await deliverTo(unit, customerMessage());
    const { url, headers, body } = metabotFixture('call-alias-request');
    expect(unit.sent).toHaveLength(1);
    expect(unit.sent[0]?.url).toBe(url);
    expect(unit.sent[0]?.headers).toMatchObject({
      authorization: headers.Authorization.replace('<TOKEN>', metabotToken),
      'content-type': headers['Content-Type'],
    });
    const { event_id: _, user, ...recorded } = body.script_request_params;
    expect(unit.sent[0]?.body).toMatchObject({
      script_request_params: { ...recorded, event_id: eventId, user: { name: user.name } },
    });
  });

  it('tells the script everything of the contract, and no id of the portal or of a person', async () => {
    const unit = metabotUnit();
    const file = { id: 'f1', name: 'a.pdf', kind: 'file' as const, size: 10 };
    await deliverTo(unit, customerMessage('Hello', { files: [file], quoteOf: '776' }));
    const told = JSON.stringify(unit.sent[0]?.body);
    expect(JSON.parse(told).script_request_params).toEqual({
      event: 'message',
      event_id: eventId,
      conversation_id: conversation.ref,
      lead_id: null,
      portal: { id: expect.stringMatching(/^[\w-]{22}$/) },
      bot: { code: 'bridge_line', type: 'open_channel' },
      message_id: '777',
      text: 'Hello',
      attachments: [{ name: 'a.pdf', kind: 'file', size: 10, url: 'https://bots.example/files/f1' }],
      user: { id: expect.stringMatching(/^[\w-]{22}$/), name: 'Ivan Petrov', kind: 'customer' },
      dialog: {
        kind: 'open_channel',
        title: 'Ivan Petrov - Support',
        open_channel: { id: '1', connector: 'telegrambot', session: '9' },
        crm: [{ type: 'LEAD', id: '1209', url: 'https://portal.example/crm/LEAD/1209' }],
      },
      sent_at: '2026-11-21T10:00:00Z',
      quote_of: '776',
    });
    expect(told).not.toMatch(/"p1"|"42"|secret-of-the-hook/);
  });

  it('names a file without a link where the app gives none', async () => {
    const fileLink = (): never => {
      throw new Misconfigured({ code: 'files.no_links', message: 'no links' });
    };
    const unit = metabotUnit({}, () => ({}), { fileLink });
    const files = [{ id: 'f1', name: 'a.pdf', kind: 'file', size: null }];
    await deliverTo(unit, customerMessage('', { files }));
    expect(unit.sent[0]?.body).toMatchObject({
      script_request_params: { attachments: [{ name: 'a.pdf', url: null }] },
    });
  });

  it('is answered in the call; the lead is remembered and sent from then on', async () => {
    const unit = metabotUnit({}, () => ({ lead_id: 135, replies: [{ text: 'Hi!' }, { type: 'typing' }] }));
    expect(await deliverTo(unit, customerMessage())).toEqual({
      replies: [expect.objectContaining({ type: 'reply', text: 'Hi!', remoteMessageId: eventId }), { type: 'typing' }],
    });
    await deliverTo(unit, customerMessage('again'), 'k2');
    expect(unit.sent[1]?.body).toMatchObject({ script_request_params: { lead_id: 135 } });
    expect(unit.counted).toContain('replies 2');
  });

  it.each([
    ['', '', undefined],
    ['', '   ', undefined],
    ['', '"Hi"', 'Hi'],
    ['', JSON.stringify(JSON.stringify({ text: 'Hi' })), 'Hi'],
    ['', '"[Hi]"', '[Hi]'],
    ['data.result', JSON.stringify({ data: { result: { text: 'Hi' } } }), 'Hi'],
    ['data', JSON.stringify({ data: '{"text":"Hi"}' }), 'Hi'],
    ['data.result', '{}', undefined],
    ['constructor.name', '{}', undefined],
  ])('reads the answer at %j of the body %s', async (answerPath, body, text) => {
    const delivery = await deliverTo(
      metabotUnit({ answerPath }, () => response(200, body)),
      customerMessage(),
    );
    expect(delivery.replies?.map((event) => (event.type === 'reply' ? event.text : event.type))).toEqual(
      text === undefined ? undefined : [text],
    );
  });

  it('is not sent again because the lead could not be stored: the script has run', async () => {
    const state = { ...stateInMemory(), claim: () => Promise.reject(new Error('the database is away')) };
    const unit = metabotUnit({}, () => ({ lead_id: 135, text: 'Hi' }), { state });
    expect(await deliverTo(unit, customerMessage())).toMatchObject({
      replies: [{ text: 'Hi' }],
      warnings: ['the lead could not be stored; the script names it again with its next answer'],
    });
  });

  it('shows the author of the script what was not understood', async () => {
    const unit = metabotUnit({}, () => ({ error: 'no such lead' }));
    expect(await deliverTo(unit, customerMessage())).toEqual({
      warnings: ['the answer says nothing: it has only error'],
    });
  });

  it('takes a page for an answer of unknown fate', async () => {
    const unit = metabotUnit({}, () => response(200, '<html>'));
    await expect(deliverTo(unit, customerMessage())).rejects.toMatchObject({
      code: 'metabot.unreadable_answer',
      fate: 'unknown',
    });
  });
});

describe('a message that is handed over by a job', () => {
  const job = { mode: 'schedule', jobCode: 'bitrix24_inbound', addTags: ['bitrix24'], removeTags: ['new'] };

  it('names script, lead, tags and the condition of the settings', async () => {
    const unit = metabotUnit({ ...job, condition: 'return leadId > 0;' });
    unit.facts.set(`lead:${conversation.ref}`, '{"lead":135}');
    expect(await deliverTo(unit, customerMessage('return true;'))).toEqual({});
    expect(unit.sent[0]).toMatchObject({
      url: 'https://app.metabot24.com/api/v1/bots/1001/jobs/schedule',
      body: {
        script_code: 'bitrix24_inbound',
        lead_id: 135,
        add_tags: 'bitrix24',
        remove_tags: 'new',
        condition_script_code: 'return leadId > 0;',
        script_request_params: { event: 'message', text: 'return true;' },
      },
    });
  });

  it('believes the status and logs the beginning of the body at debug, without the token', async () => {
    const unit = metabotUnit(job, () => response(201, `{"token":"${metabotToken}"}${'x'.repeat(5_000)}`));
    await deliverTo(unit, customerMessage());
    expect(unit.logged).toHaveLength(1);
    expect(unit.logged[0]).toMatch(/^debug /);
    expect(unit.logged[0]).not.toContain(metabotToken);
    expect(unit.logged[0]?.length).toBeLessThan(600);
  });

  it('takes a page for an answer of unknown fate', async () => {
    await expect(
      deliverTo(
        metabotUnit(job, () => response(200, '\n<html>')),
        customerMessage(),
      ),
    ).rejects.toMatchObject({
      code: 'metabot.unreadable_answer',
      fate: 'unknown',
    });
  });

  it('runs a trigger by id', async () => {
    const unit = metabotUnit({ mode: 'schedule', jobKind: 'trigger', jobId: 7 });
    await deliverTo(unit, customerMessage());
    expect(unit.sent[0]?.body).toMatchObject({ trigger_id: 7 });
  });
});

describe('what else happens in a conversation', () => {
  const { author, chat } = customerMessage();
  const changes = [
    { type: 'edit', messageId: '777', text: 'Hello!', author, chat },
    { type: 'delete', messageId: '777' },
    { type: 'owner_changed', owner: 'person', at: '2026-11-21T10:00:00Z', since: null },
  ] as const;

  it('is not told unless the script wants it', async () => {
    const unit = metabotUnit();
    for (const action of changes) expect(await deliverTo(unit, action)).toEqual({});
    expect(unit.sent).toEqual([]);
  });

  it('is told where the setting says so, but not what happens while people lead', async () => {
    const unit = metabotUnit({ tellChanges: true });
    for (const action of changes) await deliverTo(unit, action);
    await deliverTo(unit, { type: 'delete', messageId: '778', mirrored: true });
    expect(unit.sent.map(({ body }) => body)).toMatchObject([
      { script_request_params: { event: 'edit', message_id: '777', text: 'Hello!' } },
      { script_request_params: { event: 'delete', message_id: '777' } },
      { script_request_params: { event: 'owner_changed', owner: 'person' } },
    ]);
  });
});

describe('a call that fails', () => {
  it.each([
    [401, { code: 'metabot.token_refused', retry: 'never', fate: 'none' }],
    [403, { code: 'metabot.token_refused', retry: 'never', fate: 'none' }],
    [404, { code: 'metabot.refused', retry: 'backoff', fate: 'none' }],
    [422, { code: 'metabot.refused', retry: 'never', fate: 'none' }],
    [302, { code: 'metabot.refused', retry: 'never', fate: 'none' }],
    [429, { code: 'metabot.busy', isThrottled: true, retry: { afterMs: 2_000 } }],
    [503, { code: 'metabot.busy', isThrottled: true, retry: { afterMs: 2_000 } }],
    [500, { code: 'metabot.failed', retry: 'backoff', fate: 'none' }],
    [502, { code: 'metabot.failed', retry: 'backoff', fate: 'unknown' }],
    [504, { code: 'metabot.failed', retry: 'backoff', fate: 'unknown' }],
  ])('with %i', async (status, expected) => {
    const error = await deliverTo(failing(status), customerMessage()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(expected);
    expect(String(error)).not.toMatch(/<secret>|token-of/);
  });

  it.each([
    ['7', 7_000],
    ['0', 1_000],
    ['999999', 300_000],
    ['soon', 2_000],
  ])('waits as long as Retry-After %j says, within bounds', async (header, afterMs) => {
    await expect(deliverTo(failing(429, { 'retry-after': header }), customerMessage())).rejects.toMatchObject({
      retry: { afterMs },
    });
  });

  it('is repeated where the script knows repetitions, whatever became of it', async () => {
    for (const answer of [() => response(504), () => response(502)]) {
      await expect(deliverTo(metabotUnit({ repeatUncertain: true }, answer), customerMessage())).rejects.toMatchObject({
        code: 'metabot.failed',
        retry: 'backoff',
        fate: 'none',
      });
    }
  });

  it('is repeated there after a page instead of an answer too', async () => {
    const unit = metabotUnit({ repeatUncertain: true }, () => response(200, '<html>'));
    await expect(deliverTo(unit, customerMessage())).rejects.toMatchObject({ retry: 'backoff', fate: 'none' });
  });

  it('is not repeated where a person asked for a job: it may be a broadcast', async () => {
    const unit = metabotUnit({ repeatUncertain: true }, () => response(504));
    await expect(deliverTo(unit, request('broadcast', { code: 'news' }))).rejects.toMatchObject({ fate: 'unknown' });
  });

  it.each([
    ['bearer', { authorization: `Bearer ${metabotToken}` }],
    ['raw', { authentication: metabotToken }],
    ['both', { authorization: `Bearer ${metabotToken}`, authentication: metabotToken }],
  ])('or not: the token is sent as %s', async (authHeader, expected) => {
    const unit = metabotUnit({ authHeader });
    await deliverTo(unit, customerMessage());
    const { authorization, authentication } = {
      authorization: undefined,
      authentication: undefined,
      ...unit.sent[0]?.headers,
    };
    expect(JSON.parse(JSON.stringify({ authorization, authentication }))).toEqual(expected);
  });
});

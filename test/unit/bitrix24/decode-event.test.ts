import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import type { LaneBot } from '../../../src/bitrix24/events/read-params.ts';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import type { PortalEvent } from '../../../src/core/events.ts';
import { fixture, fixtureNames, formOf } from '../../support/fixtures.ts';

const bot = (code: string) => ({ code, id: null });

/** As the worker meets it: tokens cut out, in the lane of one bot. */
function decode(name: string, botCode?: string) {
  const scanned = scanEvent(Buffer.from(fixture(name).body));
  return decodeOne(scanned.storedBody, bot(botCode ?? scanned.bots[0]?.code ?? ''));
}

/** Of the events in it the first one, which is the only one except where several commands came in one message. */
function decodeOne(body: Buffer, laneBot: LaneBot) {
  const decoded = decodeEvent(body, laneBot);
  return decoded.kind === 'chat' ? { kind: decoded.kind, event: decoded.events[0] } : decoded;
}

function message(name: string, botCode?: string): PortalEvent & { type: 'message' } {
  const decoded = decode(name, botCode);
  if (decoded.kind !== 'chat' || decoded.event?.type !== 'message') throw new Error(`no message in ${name}`);
  return decoded.event;
}

describe('decodeEvent', () => {
  it.each([...fixtureNames('v1-on'), ...fixtureNames('app-on')])('understands %s', (name) => {
    expect(decode(name).kind).not.toBe('nothing');
  });

  it('reads a customer in an Open Channel with the session and CRM records behind him', () => {
    expect(message('v1-onimbotmessageadd-openline')).toMatchObject({
      messageId: '529712',
      text: 'добрый день, где мой заказ?',
      author: { id: '599', name: 'Иван Тестов', kind: 'client' },
      chat: {
        kind: 'line',
        dialogId: 'chat1777',
        line: { lineId: '22', connector: 'telegrambot', sessionId: '343', crm: [{ type: 'LEAD', id: '1209' }] },
      },
      mentionsBot: true,
      language: 'ru',
    });
  });

  it('tells the operator of the same chat from the customer', () => {
    expect(message('v1-onimbotmessageadd-openline-operator').author.kind).toBe('employee');
  });

  it('knows the customer even when the USER block is missing', () => {
    const pairs = fixture('v1-onimbotmessageadd-openline').pairs.filter((pair) => !pair.startsWith('data[USER]'));
    const decoded = decodeOne(formOf(pairs), bot('acme_line'));
    expect(decoded).toMatchObject({ kind: 'chat', event: { author: { id: '599', kind: 'client' } } });
  });

  it('reads when a message was sent, and what it answers', () => {
    expect(message('v1-onimbotmessageadd-openline')).toMatchObject({ sentAt: '2026-02-24T15:20:00Z', quoteOf: null });
    const pairs = fixture('v1-onimbotmessageadd-openline').pairs.filter((pair) => !pair.startsWith('ts='));
    const quoting = formOf([...pairs, 'data[PARAMS][PARAMS][REPLY_ID]=529700']);
    expect(decodeOne(quoting, bot('acme_line'))).toMatchObject({ event: { sentAt: null, quoteOf: '529700' } });
  });

  it.each(['0', '-5', 'soon', '1e99', '99999999999999999', ''])('takes %j for no time at all', (ts) => {
    const pairs = fixture('v1-onimbotmessageadd-openline').pairs.map((pair) =>
      pair.startsWith('ts=') ? `ts=${ts}` : pair,
    );
    expect(decodeOne(formOf(pairs), bot('acme_line'))).toMatchObject({ event: { sentAt: null } });
  });

  it('reads whose message was edited, by name where the portal tells it', () => {
    expect(decode('v1-onimbotmessageupdate-private')).toMatchObject({
      event: { type: 'message_edited', author: { id: '27', name: 'Светлана Иванова', kind: 'employee' } },
    });
    expect(decode('v1-onimbotmessagedelete-group')).toMatchObject({
      event: { type: 'message_deleted', author: { name: '', kind: 'employee' } },
    });
  });

  it('cuts the mention and the comma it left behind off a group message', () => {
    expect(message('v1-onimbotmessageadd-group-mention')).toMatchObject({
      text: 'как настроить левое меню',
      mentionsBot: true,
      chat: { kind: 'group', dialogId: 'chat1157' },
    });
  });

  it('does not take a message for a mention because TO_USER_ID or the bot list says so', () => {
    expect(message('v1-onimbotmessageadd-supervisor-no-mention').mentionsBot).toBe(false);
    const pairs = fixture('v1-onimbotmessageadd-supervisor-no-mention').pairs.map((pair) =>
      pair.startsWith('data[PARAMS][TO_USER_ID]=') ? 'data[PARAMS][TO_USER_ID]=573' : pair,
    );
    expect(decodeOne(formOf(pairs), { code: 'acme_supervisor', id: null })).toMatchObject({
      event: { mentionsBot: false },
    });
  });

  it('decides for each bot of a request on its own', () => {
    const { bots } = scanEvent(Buffer.from(fixture('v1-onimbotmessageadd-multibot').body));
    const list = fixture('v1-onimbotmessageadd-multibot').pairs.filter((pair) => pair.includes('MENTIONED_LIST'));
    for (const { id, code } of bots) {
      const isListed = list.some((pair) => pair.endsWith(`=${id}`));
      expect(message('v1-onimbotmessageadd-multibot', code).mentionsBot).toBe(isListed);
    }
  });

  it('hands no event to a bot that it does not name', () => {
    const { pairs } = fixture('v1-onimbotmessageadd-multibot');
    const nobody = { kind: 'nothing', reason: 'not_for_this_bot' };
    expect(decodeEvent(formOf(pairs), { code: 'somebody_else', id: '1' })).toEqual(nobody);
    expect(decodeEvent(formOf(fixture('v1-onimcommandadd-group').pairs), { code: 'other', id: '1' })).toEqual(nobody);
    const [first] = scanEvent(Buffer.from(fixture('v1-onimbotmessageadd-multibot').body)).bots;
    expect(decodeEvent(formOf(pairs), { code: 'renamed', id: first?.id ?? '' }).kind).toBe('chat');
  });

  it('reads no more files, records and letters than there can be', () => {
    const files = Array.from({ length: 500 }, (_, index) => `data[PARAMS][FILES][${index}][name]=${'n'.repeat(400)}`);
    const records = `data[PARAMS][CHAT_ENTITY_DATA_2]=${'LEAD|1|'.repeat(500)}`;
    const pairs = [
      ...fixture('v1-onimbotmessageadd-openline').pairs,
      ...files,
      records,
      `data[PARAMS][MESSAGE]=${'я'.repeat(50_000)}`,
    ];
    const decoded = decodeOne(formOf(pairs), bot('acme_line'));
    if (decoded.kind !== 'chat' || decoded.event?.type !== 'message') throw new Error('no message');
    const { event } = decoded;
    expect(event.files).toHaveLength(100);
    expect(event.files.every(({ name }) => name.length <= 255)).toBe(true);
    expect(event.chat.line?.crm).toHaveLength(10);
    expect(event.text).toHaveLength(20_000);
  });

  it('lists the files of a message', () => {
    const { files } = message('v1-onimbotmessageadd-file');
    expect(files.length).toBeGreaterThan(0);
    expect(files[0]?.name).not.toBe('');
    expect(Number(files[0]?.id)).toBeGreaterThan(0);
  });

  it('reads a typed command and a pressed button', () => {
    expect(decode('v1-onimcommandadd-group')).toMatchObject({
      event: { type: 'command', command: 'echo', params: 'test', via: 'text', messageId: '33871', text: '/echo test' },
    });
    expect(decode('v1-onimcommandadd-keyboard-button')).toMatchObject({
      event: { type: 'command', command: 'menu', params: '3', via: 'keyboard', chat: { kind: 'private' } },
    });
  });

  it('reads joins without a person and without a session', () => {
    expect(decode('v1-onimbotjoinchat-openline')).toMatchObject({
      event: { type: 'joined', chat: { kind: 'line', dialogId: 'chat1777', line: { lineId: '22', sessionId: null } } },
    });
  });

  it('reads an uninstall with and without the wish to delete', () => {
    expect(decode('app-onappuninstall-clean', '')).toMatchObject({ event: { type: 'app_uninstalled', clean: true } });
    expect(decode('app-onappuninstall-keep', '')).toMatchObject({ event: { type: 'app_uninstalled', clean: false } });
  });

  it('passes over what it does not know, and what has no dialog', () => {
    expect(decodeOne(formOf(['event=ONSOMETHINGNEW']), bot(''))).toEqual({
      kind: 'nothing',
      reason: 'unknown_event',
    });
    expect(decodeOne(formOf(['event=ONIMBOTMESSAGEADD']), bot(''))).toEqual({ kind: 'nothing', reason: 'no_dialog' });
    expect(decodeOne(Buffer.from([0xff, 0xfe, 0x00]), bot(''))).toEqual({ kind: 'nothing', reason: 'unknown_event' });
  });
});

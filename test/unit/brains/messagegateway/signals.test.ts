import { describe, expect, it } from 'vitest';
import { readEnvelope } from '../../../../src/brains/messagegateway/api/webhook-shapes.ts';
import {
  decodeFrame,
  newMessageId,
  signalOf,
  tagChangeOf,
} from '../../../../src/brains/messagegateway/inbound/signals.ts';
import { mgConfig, mgNames, mgPayload } from '../../../support/messagegateway-unit.ts';

interface Frame {
  type: string;
  meta: { timestamp: number };
  data: Record<string, Record<string, unknown>>;
}

const frameOf = (name: string): Frame => structuredClone(mgPayload(name)) as Frame;
const command = (line: string, change: Record<string, unknown> = {}): Frame => {
  const frame = frameOf('ws-message-new-command');
  Object.assign(frame.data['message'] ?? {}, { content: line, ...change });
  return frame;
};
const assigned = (responsible: Record<string, unknown>): Frame => {
  const frame = frameOf('ws-dialog-assign-to-bot');
  Object.assign(frame.data['dialog'] ?? {}, { responsible });
  return frame;
};
const config = mgConfig({ handover: { userIds: [12], tag: 'B24' } });

describe('recorded frames', () => {
  const meaning: Readonly<Record<string, unknown>> = { 'ws-dialog-assign-to-bot': [{ type: 'taken_back' }] };
  it.each(mgNames('ws-').map((name) => [name]))('%s means what it should, and nothing else', (name) => {
    const frame = readEnvelope(Buffer.from(JSON.stringify(frameOf(name))));
    if (frame === null) throw new Error(`${name} is no frame`);
    expect(decodeFrame(frame, config)).toEqual(meaning[name] ?? []);
  });
});

describe('the closing of a dialog', () => {
  const finishing = mgConfig({ onDialogClosed: 'finish' });
  const closed = (change: Record<string, unknown> = {}): Frame => {
    const frame = frameOf('ws-dialog-closed');
    Object.assign(frame.data['dialog'] ?? {}, {
      chat: { id: 9000, channel: { id: finishing.joined.channelId }, customer: { id: 1, external_id: 'our-ref' } },
      ...change,
    });
    return frame;
  };
  const line = (change: Record<string, unknown> = {}): Frame =>
    command('', { type: 'system', action: 'dialog_closed', from: null, dialog: { id: 4711 }, ...change });

  it('ends the session where that is wanted, and means nothing where it is not', () => {
    expect(decodeFrame(closed(), finishing)).toEqual([{ type: 'finish' }]);
    expect(decodeFrame(line(), finishing)).toEqual([{ type: 'finish' }]);
    expect(decodeFrame(closed(), config)).toEqual([]);
    expect(decodeFrame(line(), config)).toEqual([]);
  });

  it('is one kind, however it is told', () => {
    expect(signalOf(closed({ id: 4711 }), finishing)).toMatchObject({ dedupeKey: 'close:4711', ref: 'our-ref' });
    expect(signalOf(line(), finishing)).toMatchObject({ dedupeKey: 'close:4711' });
  });

  it('is none of ours in another channel, or without a chat', () => {
    expect(signalOf(closed({ chat: { id: 9000, channel: { id: 1 } } }), finishing)).toBeNull();
    expect(signalOf(closed({ chat: null }), finishing)).toBeNull();
  });
});

describe('a command a manager types', () => {
  it.each([
    ['/operator', [{ type: 'handover', note: null }]],
    ['/operator please call him back', [{ type: 'handover', note: null }]],
    ['/OPERATOR', [{ type: 'handover', note: null }]],
    ['operator', [{ type: 'handover', note: null }]],
    ['/bot', [{ type: 'taken_back' }]],
    ['/help', []],
    ['/payment', []],
    ['/operators', []],
    ['', []],
  ])('%s', (line, events) => {
    expect(decodeFrame(command(line), config)).toEqual(events);
  });

  it('has the name the administrator chose', () => {
    const own = mgConfig({ handover: { command: 'human' } });
    expect(decodeFrame(command('/human'), own)).toEqual([{ type: 'handover', note: null }]);
    expect(decodeFrame(command('/operator'), own)).toEqual([]);
  });

  it('tells the conversation by our own name of it, and its moment', () => {
    expect(signalOf(command('/operator'), config)).toEqual({
      kind: 'handover',
      chatId: 9000,
      ref: '333296016',
      dedupeKey: 'command:3374',
      at: new Date('2026-06-30T10:00:05.123Z'),
    });
  });

  it.each([
    ['as an ordinary message', { type: 'text' }],
    ['by a customer', { from: { id: 519896, type: 'customer' } }],
    ['by our own bot', { from: { id: 760, type: 'bot' } }],
    ['by another bot', { from: { id: 761, type: 'bot' } }],
    ['by nobody', { from: null }],
    ['in a foreign channel', { chat: { id: 9000, channel: { id: 62 } } }],
    ['in no known channel', { chat: null }],
  ])('means nothing %s', (_name, change) => {
    expect(signalOf(command('/operator', change), config)).toBeNull();
  });

  it('is found again in a list, which names the channel and not the chat', () => {
    const frame = command('/operator', { chat: undefined, channel_id: 61 });
    expect(signalOf(frame, config)).toMatchObject({ chatId: 9000, ref: null, dedupeKey: 'command:3374' });
  });
});

describe('an assignment', () => {
  const at = '2026-06-30T10:00:01Z';

  it.each([
    [
      'to somebody who stands for Bitrix24',
      { id: 12, type: 'user', assigned_at: at },
      [{ type: 'handover', note: null }],
    ],
    ['to our bot', { id: 760, type: 'bot', assigned_at: at }, [{ type: 'taken_back' }]],
    ['to another person', { id: 13, type: 'user', assigned_at: at }, []],
    ['to another bot', { id: 12, type: 'bot', assigned_at: at }, []],
    ['to a person with the id of our bot', { id: 760, type: 'user', assigned_at: at }, []],
  ])('%s', (_name, responsible, events) => {
    expect(decodeFrame(assigned(responsible), config)).toEqual(events);
  });

  it('has one key, whether the socket or the list told of it', () => {
    const live = signalOf(assigned({ id: 760, type: 'bot', assigned_at: at }), config);
    const listed = signalOf(
      assigned({ id: 760, type: 'bot', external_id: '', assigned_at: '2026-06-30T10:00:01.716716Z' }),
      config,
    );
    expect(live?.dedupeKey).toBe('assign:2054:bot760:1782813601');
    expect(listed?.dedupeKey).toBe(live?.dedupeKey);
  });

  it('in a foreign channel means nothing', () => {
    expect(signalOf(assigned({ id: 760, type: 'bot' }), mgConfig({}, { channelId: 62 }))).toBeNull();
  });
});

describe('tags', () => {
  const tag = (action: string) => {
    const frame = frameOf('ws-message-new-system');
    Object.assign(frame.data['message'] ?? {}, { action });
    return frame;
  };

  it('are changed by system messages', () => {
    expect(tagChangeOf(tag('dialog_tag_added'), config)).toEqual({ dialogId: 2054, messageId: 3375, isAdded: true });
    expect(tagChangeOf(tag('dialog_tag_removed'), config)).toEqual({ dialogId: 2054, messageId: 3375, isAdded: false });
    expect(tagChangeOf(tag('dialog_assign'), config)).toBeNull();
    expect(tagChangeOf(tag('dialog_tag_added'), mgConfig({}, { channelId: 62 }))).toBeNull();
  });

  it('give over only once the listener has marked the frame', () => {
    const frame = tag('dialog_tag_added');
    expect(decodeFrame(frame, config)).toEqual([]);
    const marked = { ...frame, handoverTag: true as const };
    expect(decodeFrame(marked, config)).toEqual([{ type: 'handover', note: null }]);
  });
});

describe('how far we have heard', () => {
  it('counts messages of our channel', () => {
    expect(newMessageId(frameOf('ws-message-new-customer-text'), config)).toBe(3373);
    expect(newMessageId(frameOf('ws-message-new-customer-text'), mgConfig({}, { channelId: 62 }))).toBeNull();
    expect(newMessageId(frameOf('ws-dialog-closed'), config)).toBeNull();
  });
});

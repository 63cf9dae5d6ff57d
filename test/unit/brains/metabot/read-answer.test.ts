import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../../src/brains/metabot/read-answer.ts';
import { metabotFixture } from '../../../support/metabot-unit.ts';

const reply = (text: string, remoteMessageId = 'base', more: object = {}) => ({
  type: 'reply',
  remoteMessageId,
  text,
  buttons: [],
  cards: [],
  files: [],
  quoteOf: null,
  isInternal: false,
  ...more,
});
const nothing = { lead: null, events: [], warnings: [] };

describe('an answer of the script', () => {
  it('reads the proposed payload', () => {
    expect(readAnswer(metabotFixture('webhook-answer').body, 'answer-unique-id')).toEqual({
      lead: 135,
      events: [
        reply('Hi!', 'answer-unique-id', {
          buttons: [{ type: 'say', label: 'Yes', text: 'yes' }],
          files: [{ id: 'https://example.com/a.pdf', name: 'a.pdf', kind: 'file', size: null }],
        }),
      ],
      warnings: [],
    });
  });

  it.each([
    [null],
    [undefined],
    [''],
    [{}],
    [[]],
    [{ replies: [] }],
    [{ replies: null, lead_id: null }],
    [{ text: '', handover: false, close: false }],
  ])('%j says nothing', (given) => {
    expect(readAnswer(given, 'base')).toEqual(nothing);
  });

  it('may be a text, a list, or an object with replies, and names those without an id', () => {
    expect(readAnswer('Hi', 'base').events).toEqual([reply('Hi')]);
    const list = ['a', { text: 'b', id: 'own' }, { text: 'c' }];
    const events = [reply('a'), reply('b', 'own'), reply('c', 'base/3')];
    expect(readAnswer(list, 'base').events).toEqual(events);
    expect(readAnswer({ lead_id: '135', replies: list }, 'base')).toEqual({ lead: 135, events, warnings: [] });
  });

  it('reads buttons, cards and files of all kinds', () => {
    const given = {
      text: 'Look',
      quote_of: 777,
      buttons: [
        { text: 'No' },
        { text: 'Site', url: 'https://example.com' },
        { text: 'Call', phone: '+7 900 000-00-00' },
      ],
      cards: [{ title: 'Tea', url: 'https://example.com/tea', facts: [{ name: 'Price', value: 100 }] }],
      attachments: [{ url: 'https://example.com/x/photo.JPG?size=1' }, { url: 'https://example.com/', kind: 'audio' }],
    };
    expect(readAnswer(given, 'base')).toMatchObject({
      warnings: [],
      events: [
        {
          quoteOf: '777',
          buttons: [
            { type: 'say', label: 'No', text: 'No' },
            { type: 'link', label: 'Site', url: 'https://example.com' },
            { type: 'call', label: 'Call', phone: '+7 900 000-00-00' },
          ],
          cards: [
            { title: 'Tea', url: 'https://example.com/tea', image: null, facts: [{ name: 'Price', value: '100' }] },
          ],
          files: [
            { name: 'photo.JPG', kind: 'image' },
            { name: 'file', kind: 'audio' },
          ],
        },
      ],
    });
  });

  it.each([
    [{ text: 'Bye', close: true }, [reply('Bye'), { type: 'finish' }]],
    [{ text: 'Wait', handover: 'pays' }, [reply('Wait'), { type: 'handover', note: 'pays' }]],
    [{ handover: true }, [{ type: 'handover', note: null }]],
    [{ type: 'handover', text: 'why' }, [{ type: 'handover', note: 'why' }]],
    [{ type: 'handover' }, [{ type: 'handover', note: null }]],
    [{ type: 'close', text: 'Bye' }, [reply('Bye'), { type: 'finish' }]],
    [{ type: 'finish' }, [{ type: 'finish' }]],
    [{ type: 'typing' }, [{ type: 'typing' }]],
    [{ type: 'note', text: 'for staff' }, [reply('for staff', 'base', { isInternal: true })]],
    [{ type: 'cancel_follow_up', name: 'remind' }, [{ type: 'follow_up_cancelled', id: 'remind' }]],
  ])('%j asks for more than a message', (given, events) => {
    expect(readAnswer(given, 'base')).toEqual({ lead: null, events, warnings: [] });
  });

  it('asks for a follow-up by one target, never with a condition', () => {
    const given = { type: 'follow_up', name: 'remind', after_sec: 60, script_code: 'remind', params: { order: 17 } };
    const condition = { condition: 'return true;', condition_script_code: 'return true;' };
    expect(readAnswer({ ...given, ...condition }, 'base').events).toEqual([
      {
        type: 'follow_up',
        id: 'remind',
        afterMs: 60_000,
        name: 'script',
        params: { code: 'remind', params: '{"order":17}' },
      },
    ]);
  });

  it.each([
    [
      'nothing of the contract',
      { error: 'no such lead', message: 'x' },
      'the answer says nothing: it has only error, message',
    ],
    ['a number', 17, 'the answer is not readable (it is no object)'],
    ['replies that are no list', { replies: 'x' }, 'the answer is not readable (replies)'],
    ['a text that is none', { text: 17 }, 'a reply is not readable (text)'],
    ['an unknown type', { type: 'explode' }, 'the type "explode" is not known'],
    [
      'two targets',
      { type: 'follow_up', name: 'a', after_sec: 1, script_id: 1, trigger_id: 1 },
      'a follow_up names exactly one script, trigger or broadcast',
    ],
    [
      'no target',
      { type: 'follow_up', name: 'a', after_sec: 1 },
      'a follow_up names exactly one script, trigger or broadcast',
    ],
    [
      'a follow-up in a year',
      { type: 'follow_up', name: 'a', after_sec: 40_000_000, script_id: 1 },
      'a follow_up is not readable (after_sec)',
    ],
    ['buttons alone', { buttons: [{ text: 'Yes' }] }, 'buttons need a text or a card above them'],
  ])('with %s says so and nothing else', (_what, given, warning) => {
    expect(readAnswer(given, 'base')).toEqual({ lead: null, events: [], warnings: [warning] });
  });

  it('keeps what can be read of a reply', () => {
    const given = {
      lead_id: 'nobody',
      text: 'Hi',
      buttons: [{ text: 'Yes' }, { text: 'x', url: 'javascript:alert(1)' }, 'No'],
      attachments: [{ url: 'file:///etc/passwd' }, { url: 'https://example.com/a.pdf' }],
    };
    const { events, warnings, lead } = readAnswer(given, 'base');
    expect(lead).toBeNull();
    expect(events).toMatchObject([{ text: 'Hi', buttons: [{ label: 'Yes' }], files: [{ name: 'a.pdf' }] }]);
    expect(warnings).toEqual([
      'the answer is not readable (lead_id)',
      'buttons[1] is not readable (url)',
      'buttons[2] is not readable (it is no object)',
      'attachments[0] is not readable (url)',
    ]);
  });

  it('is bounded', () => {
    const { events, warnings } = readAnswer({ replies: Array.from({ length: 1_000 }, () => ({ text: 'x' })) }, 'base');
    expect(events).toHaveLength(20);
    expect(warnings).toEqual(['only 20 replies of an answer are read']);
    const buttons = Array.from({ length: 1_000 }, () => ({ text: 'x' }));
    expect(readAnswer({ text: 'x', buttons }, 'base').warnings).toEqual(['only 40 buttons of a reply are read']);
  });
});

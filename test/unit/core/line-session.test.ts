/** Who speaks in an Open Channel: no order of events makes the bot talk over a person. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { ChatEvent } from '../../../src/core/events.ts';
import {
  besideOther,
  bot,
  chat,
  client,
  command,
  edited,
  joined,
  type Message,
  play,
  said,
  start,
  zero,
  zeroTo,
} from '../../support/factories/open-channel-talk.ts';

describe('the bot', () => {
  const rows: readonly [string, readonly ChatEvent[], boolean][] = [
    // CHAT_AUTHOR_ID by itself.
    ['answers while nobody leads', [client('0')], true],
    ['answers while it leads itself', [client('900')], true],
    ['answers while a bot of ours leads that does not hear it', [client('901')], true],
    ['leaves the answer to the bot of ours that leads and hears it', [besideOther('901')], false],
    ['answers again when that one has gone', [besideOther('901'), client('0')], true],
    ['does not answer behind the 0 that ends the session of the other one', [zeroTo('901'), client('0')], false],
    ['does not greet into a session that another bot of ours leads', [joined('901')], false],
    ['answers where the portal does not tell', [client()], true],
    ['is silent while an operator leads who pressed the button without a word', [client('900'), client('27')], false],
    ['is silent when the very first event shows an operator', [client('27')], false],
    ['is silent while a bot of somebody else leads', [client('950')], false],
    // WELCOME_BOT_LEFT=close: the bot stays in the chat beside the operator and hears everything.
    ['is silent for everything that follows', [client('900'), client('27'), client('27'), client('27')], false],
    ['stays silent when nobody leads for a moment', [client('27'), client('0')], false],
    ['stays silent when an event of before comes late', [client('27'), client('900')], false],
    ['stays silent after that and the next one', [client('27'), client('900'), client('27')], false],
    ['learns it from an edit as well', [client('900'), edited('27'), client('900')], false],
    ['learns it from a note of the portal', [said('client', chat('27'), systemNote()), client('900')], false],
    // WELCOME_BOT_LEFT=queue: the bot leaves, and joins again with the next session.
    ['does not greet into a chat that a person leads', [joined('27')], false],
    ['stays silent when the news of joining comes behind the operator', [client('27'), joined('900')], false],
    ['and to the customer after that', [client('27'), joined('900'), client('27')], false],
    ['answers in the next session', [client('27'), joined('900'), client('900', '344')], true],
    ['is silent in the next session if a person leads it from the start', [client('27'), client('28', '344')], false],
    // Sessions that overtake each other.
    [
      'is silent when the last session comes late',
      [client('900', '343'), client('27', '344'), client('900', '343')],
      false,
    ],
    [
      'answers on when an operator of the last session comes late',
      [client('900', '344'), client('27', '343'), client('900', '344')],
      true,
    ],
    [
      'answers on when a word of an operator of the last session comes late',
      [client('900', '344'), said('employee', chat('27', '343')), client('900', '344')],
      true,
    ],
    [
      'answers on when the 0 of the last session comes late',
      [
        client('900', '344'),
        said('client', chat('900', '343'), { text: '0', callsPerson: true }),
        client('900', '344'),
      ],
      true,
    ],
    // Operators' words and hidden notes.
    ['is silent after a word of an operator', [said('employee', chat('900')), client('900')], false],
    [
      'answers after a hidden note',
      [client('900'), said('employee', chat('900'), { isHidden: true }), client('900')],
      true,
    ],
    [
      'is silent after a hidden note that shows who leads',
      [client('900'), said('employee', chat('27'), { isHidden: true }), client('900')],
      false,
    ],
    ['does not answer the hidden note itself', [said('employee', chat('900'), { isHidden: true })], false],
    // The single 0.
    ['does not answer the 0 of a customer', [zero('client')], false],
    ['is silent after the 0 of a customer', [zero('client'), client('0')], false],
    ['is silent after the 0 of an operator', [client('900'), zero('employee'), client('0')], false],
    ['is silent after a 0 in a hidden note', [client('900'), zero('employee', { isHidden: true }), client('0')], false],
    [
      'answers a 0 in bold, which the portal takes for words',
      [said('client', chat('900'), { text: '0', callsPerson: false })],
      true,
    ],
    ['answers in the session after a 0', [zero('client'), client('900', '344')], true],
  ];

  it.each(rows)('%s', (_, events, speaks) => {
    expect(play(events).speaks).toBe(speaks);
  });

  it('never speaks between an operator who is shown and the next session, whatever else comes in whatever order', () => {
    const others = [
      client('900'),
      client('0'),
      joined('900'),
      edited('900'),
      said('employee', chat('900'), { isHidden: true }),
    ];
    for (const one of others) {
      for (const other of others) {
        for (const third of others) {
          const taken = play([client('900'), client('27')]).conversation;
          const after = [one, other, third].map((_, index, all) => play(all.slice(0, index + 1), taken).speaks);
          expect(after).toEqual([false, false, false]);
        }
      }
    }
  });

  it('given back by command answers although the portal still shows the operator, until another one takes over', () => {
    const back = command('bot');
    expect(play([client('27'), back, client('27')]).speaks).toBe(true);
    expect(play([client('27'), back, client('28')]).speaks).toBe(false);
    expect(play([client('27'), back, said('employee', chat('27')), client('27')]).speaks).toBe(false);
  });

  it('is given back by people inside alone: the customer takes it from nobody', () => {
    const back = command('bot', { author: { id: '599', name: '', kind: 'client' } });
    expect(play([client('27'), back, client('27')])).toMatchObject({
      speaks: false,
      conversation: { owner: 'person' },
    });
  });

  it('knows a person who has taken it from one it was handed to', () => {
    const handed = bridge({ type: 'handover', note: null }, start(), bot, { at: new Date() }).conversation;
    expect(handed).toMatchObject({ owner: 'person', isTaken: false });
    const takers = [said('employee', chat('900')), client('27'), zero('client')];
    for (const event of takers) expect(play([event], handed).conversation.isTaken).toBe(true);
    const taken = play([client('27')]).conversation;
    expect(taken.isTaken).toBe(true);
    expect(play([command('bot')], taken).conversation).toMatchObject({ owner: 'brain', isTaken: false });
    expect(play([client('900', '344')], taken).conversation).toMatchObject({ owner: 'brain', isTaken: false });
  });

  it('does not take a note for a word of an operator because a command stands in it', () => {
    const hidden = command('bot', { restText: 'пусть бот ответит', isHidden: true });
    const mirroring = { ...bot, capabilities: { ...bot.capabilities, mirrors: true } };
    const taken = play([client('27')]).conversation;
    const after = bridge(hidden, taken, mirroring, { at: new Date() });
    expect(after.conversation.owner).toBe('brain');
    expect(JSON.stringify(after.actions)).not.toContain('пусть бот');
    expect(play([{ ...hidden, isHidden: false } as ChatEvent], taken).conversation.owner).toBe('person');
  });
});

function systemNote(): Partial<Message> {
  return { author: { id: '27', name: '', kind: 'system' } };
}

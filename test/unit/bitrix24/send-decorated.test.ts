/** How a text is sent with its decorations, and again without those that are refused. */
import { describe, expect, it } from 'vitest';
import { type DecoratedMessage, type PreparedMessage, sendDecorated } from '../../../src/bitrix24/send-decorated.ts';
import { RemoteRefused, RemoteUnreachable } from '../../../src/core/errors.ts';
import type { Card } from '../../../src/core/events.ts';

const card = (title: string, value = '100'): Card => ({
  title,
  url: null,
  image: null,
  facts: [{ name: 'Цена', value }],
});
const wanted: DecoratedMessage = {
  text: 'текст',
  buttons: [{ type: 'say', label: 'Да', text: 'да' }],
  cards: [card('Чайник')],
  quoteOf: '5',
  needsText: false,
};

const refusal = (code: string): RemoteRefused =>
  new RemoteRefused({ code: `bitrix24.${code}`, message: '', status: 400 });

/** Refuses as ordered, then takes; every attempt as it was made. */
function portal(...codes: readonly string[]) {
  const attempts: PreparedMessage[] = [];
  const send = (dressed: PreparedMessage): Promise<number> => {
    attempts.push(dressed);
    const code = codes[attempts.length - 1];
    return code === undefined ? Promise.resolve(7) : Promise.reject(refusal(code));
  };
  return { attempts, send };
}

describe('a decorated text', () => {
  it('goes as it is where nothing is refused', async () => {
    const { attempts, send } = portal();
    expect(await sendDecorated(wanted, '900', send)).toEqual({ result: 7, lost: [] });
    expect(attempts).toMatchObject([{ text: 'текст', quoteOf: 5 }]);
  });

  it('loses one after the other, each once', async () => {
    const { attempts, send } = portal('PARAM_ATTACH_ERROR', 'KEYBOARD_OVERSIZE', 'REPLY_ERROR');
    expect(await sendDecorated(wanted, '900', send)).toEqual({ result: 7, lost: ['cards', 'buttons', 'quote'] });
    expect(attempts.at(-1)).toEqual({ text: 'текст', keyboard: null, attach: null, menu: null, quoteOf: null });
  });

  it.each(['KEYBOARD_ERROR', 'ATTACH_ERROR', 'MESSAGE_NOT_FOUND', 'ACCESS_DENIED'])(
    'is refused as a whole with %s where it wears nothing that could be blamed',
    async (code) => {
      const plain = { ...wanted, buttons: [], cards: [], quoteOf: null };
      const { attempts, send } = portal(code);
      await expect(sendDecorated(plain, '900', send)).rejects.toMatchObject({ code: `bitrix24.${code}` });
      expect(attempts).toHaveLength(1);
    },
  );

  it('is not sent again on an error that may come from a message that was stored', async () => {
    let count = 0;
    const send = (): Promise<never> => {
      count += 1;
      return Promise.reject(new RemoteUnreachable({ code: 'bitrix24.KEYBOARD_ERROR', message: '', fate: 'unknown' }));
    };
    await expect(sendDecorated(wanted, '900', send)).rejects.toMatchObject({ fate: 'unknown' });
    expect(count).toBe(1);
  });

  it('tells of cards that were left out because of their size, and puts lone ones into words', async () => {
    const facts = (count: number) => Array.from({ length: count }, () => ({ name: 'Цена', value: 'x'.repeat(900) }));
    const two = {
      ...wanted,
      cards: [
        { ...card('Большой'), facts: facts(60) },
        { ...card('Второй'), facts: facts(5) },
      ],
    };
    expect((await sendDecorated(two, '900', portal().send)).lost).toEqual(['cards']);
    const { attempts, send } = portal();
    const alone = { ...wanted, text: ' ', cards: [{ ...card('Огромный'), facts: facts(70) }], quoteOf: null };
    expect((await sendDecorated(alone, '900', send)).lost).toEqual(['cards']);
    expect(attempts[0]?.text.startsWith('Огромный\nЦена: xxx')).toBe(true);
    expect(attempts[0]?.text.length).toBeLessThanOrEqual(20_000);
    expect(attempts[0]?.attach).toBeNull();
  });

  it.each([
    ['words', card('Чайник', 'x'.repeat(1_001))],
    ['rows', { ...card('Чайник'), facts: Array.from({ length: 101 }, () => ({ name: 'a', value: 'b' })) }],
    ['an address', { ...card('Чайник'), url: 'http://10.0.0.5/' }],
    ['a picture', { ...card('Чайник'), image: 'ftp://shop.example/1.png' }],
  ])('tells of a card that had to go without %s, and sends the rest of it', async (_, shortened) => {
    const { attempts, send } = portal();
    expect((await sendDecorated({ ...wanted, cards: [shortened] }, '900', send)).lost).toEqual(['cards']);
    expect(JSON.stringify(attempts[0]?.attach)).toContain('Чайник');
  });

  it('is never blank where the portal would take that for nothing, or for a deletion', async () => {
    const { attempts, send } = portal();
    const cases: readonly Partial<DecoratedMessage>[] = [
      { cards: [], quoteOf: null },
      { needsText: true },
      { cards: [], buttons: [], needsText: true },
      { needsText: false },
    ];
    for (const changes of cases) await sendDecorated({ ...wanted, text: ' ', ...changes }, '900', send);
    expect(attempts.map(({ text }) => text.trim())).toEqual(['Да', 'Чайник', '…', '']);
  });
});

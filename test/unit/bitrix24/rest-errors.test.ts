import { describe, expect, it } from 'vitest';
import { crmAddress } from '../../../src/bitrix24/crm-address.ts';
import { readAnswer, readId } from '../../../src/bitrix24/rest/rest-errors.ts';

function answer(body: unknown) {
  return { method: 'imbot.message.add', status: 400, body: Buffer.from(JSON.stringify(body)) };
}

describe('names from outside that every object has', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is an error like any unknown one', (code) => {
    expect(() => readAnswer(answer({ error: code }))).toThrow(
      expect.objectContaining({ code: `bitrix24.${code}`, retry: 'never', fate: 'none', report: true }),
    );
    expect(crmAddress('a.bitrix24.com', { type: code, id: '1' })).toBeNull();
  });
});

describe('an answer that must hold an id', () => {
  it.each([
    [7, '7'],
    ['7', '7'],
    ['12345678901234567890', '12345678901234567890'],
  ])('%j holds one', (value, id) => {
    expect(readId('imbot.message.add', value)).toBe(id);
  });

  it.each([null, undefined, true, false, 0, -1, 1.5, Number.NaN, '', '0', 'ok', {}, [], [7], { id: 7 }])(
    '%j holds none, so what became of the call is unknown',
    (value) => {
      expect(() => readId('imbot.message.add', value)).toThrow(
        expect.objectContaining({ code: 'bitrix24.no_id', fate: 'unknown' }),
      );
    },
  );
});

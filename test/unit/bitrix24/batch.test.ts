import { describe, expect, it } from 'vitest';
import { batchParams, commandFor, readBatch } from '../../../src/bitrix24/rest/batch.ts';
import { RemoteUnreachable } from '../../../src/core/errors.ts';

const send = (message: string, fields: object = {}) => ({
  method: 'imbot.v2.Chat.Message.send',
  params: { botId: 5, dialogId: 'chat7', fields: { message, ...fields } },
});

describe('a call in a batch', () => {
  it('is written as a query, with texts in place of flags', () => {
    const command = commandFor(send('Да & нет = 50%', { skipConnector: true, system: false, attach: null }));
    expect(command).toBe(
      'imbot.v2.Chat.Message.send?botId=5&dialogId=chat7&fields%5Bmessage%5D=%D0%94%D0%B0%20%26%20%D0%BD%D0%B5%D1%82%20%3D%2050%25' +
        '&fields%5BskipConnector%5D=Y&fields%5Bsystem%5D=N',
    );
  });

  it('may hold half a surrogate pair', () => {
    expect(commandFor(send('a\ud800b'))).toContain('a%EF%BF%BDb');
  });

  it.each(['$result[c0][id]', 'see $RESULT[c1]', 'cost: $total[x]', '$time', 'a$error[c0]b', '$next[c0]'])(
    'goes alone when the portal would take %j for a reference to another call',
    (text) => {
      expect(commandFor(send(text))).toBeNull();
      expect(commandFor(send('x', { keyboard: { BUTTONS: [{ TEXT: text }] } }))).toBeNull();
    },
  );

  it('may name a price in dollars', () => {
    expect(commandFor(send('$25, or 20$'))).not.toBeNull();
  });

  it('goes alone when it has more variables than PHP reads of a query', () => {
    const buttons = (count: number) => Array.from({ length: count }, (_, at) => ({ TEXT: `b${at}` }));
    expect(commandFor(send('x', { keyboard: { BUTTONS: buttons(400) } }))).not.toBeNull();
    expect(commandFor(send('x', { keyboard: { BUTTONS: buttons(600) } }))).toBeNull();
  });
});

describe('a batch', () => {
  it('names the app in webhook mode in each of its calls, and stops at no error', () => {
    const params = batchParams(
      [
        { method: 'a', params: { x: 1 } },
        { method: 'b', params: {} },
      ],
      'id',
    );
    expect(params).toEqual({ halt: 0, cmd: { c0: 'a?x=1&CLIENT_ID=id', c1: 'b?CLIENT_ID=id' } });
  });

  it('leaves unknown what became of a call it does not mention', () => {
    const calls = ['a', 'b', 'c'].map((method) => ({ method, params: {} }));
    // PHP writes an empty map as a list.
    const outcomes = readBatch(calls, { result: { c0: null }, result_error: [], result_time: [] });
    expect(outcomes[0]).toEqual({ result: null, time: null });
    for (const missing of outcomes.slice(1)) {
      expect(missing).toMatchObject({
        error: { code: 'bitrix24.no_answer_in_batch', fate: 'unknown', retry: 'backoff' },
      });
      expect('error' in missing && missing.error).toBeInstanceOf(RemoteUnreachable);
    }
    for (const broken of [null, [], 'x', { result: 'x' }]) {
      expect(readBatch(calls, broken).every((outcome) => 'error' in outcome)).toBe(true);
    }
  });

  it('tells the time each method has used', () => {
    const time = { operating: 300.5, operating_reset_at: 1_000_060, finish: 1_000_000, processing: 0.25 };
    const [outcome] = readBatch([{ method: 'a', params: {} }], { result: { c0: 1 }, result_time: { c0: time } });
    expect(outcome).toEqual({ result: 1, time: { usedSeconds: 300.5, callSeconds: 0.25, resetInMs: 60_000 } });
  });
});

/** The check that every integration stage makes of the app's calls has to be able to fail. */
import { describe, expect, it } from 'vitest';
import { paramFaults, shapeFaults } from '../support/documented-methods.ts';

describe('the check of a call', () => {
  it.each([
    ['a name nobody documents', { botId: 1, dialogId: 'chat1', max: 5 }, 'no parameter max'],
    ['a name in other letters', { botId: 1, dialogID: 'chat1' }, 'no parameter dialogID'],
    ['a missing one', { botId: 1 }, 'dialogId is missing'],
    ['a text instead of a number', { botId: 'main', dialogId: 'chat1' }, 'botId is no integer'],
  ])('finds %s', (_, params, fault) => {
    expect(paramFaults('imbot.v2.Chat.User.list', params).join('; ')).toContain(fault);
  });

  it('looks into fields, and passes what is documented', () => {
    const fields = (extra: object): object => ({ botId: 1, dialogId: 'chat1', fields: { message: 'x', ...extra } });
    const check = (params: object): string[] =>
      paramFaults('imbot.v2.Chat.Message.send', params as Record<string, unknown>);
    expect(check(fields({ templateId: 'u', replyId: 5 }))).toEqual([]);
    expect(check(fields({ reply: 5 }))).toEqual(['imbot.v2.Chat.Message.send: no parameter reply']);
  });
});

describe('the check of an answer', () => {
  it('finds an envelope, a missing key and another type', () => {
    const documented = [{ id: 1, name: 'x' }];
    expect(shapeFaults(documented, { users: documented })).toEqual(['result: object instead of list']);
    expect(shapeFaults(documented, [{ id: '1', name: 'x' }])).toEqual(['result[0].id: string instead of number']);
    expect(shapeFaults(documented, [{ id: 1 }])).toEqual(['result[0].name: missing']);
    expect(shapeFaults(documented, documented)).toEqual([]);
  });
});

/** A reaction to what is not there (any more) is no dead letter. */
import { expect, it } from 'vitest';
import { executePortalAction } from '../../../src/bitrix24/execute-portal-action.ts';
import type { ChatCall } from '../../../src/bitrix24/rest/batched-calls.ts';
import type { PortalAction } from '../../../src/core/actions.ts';
import { RemoteRefused } from '../../../src/core/errors.ts';
import { noMoments } from '../../support/no-moments.ts';

const signal = new AbortController().signal;
const react = { type: 'react', messageId: '77', reaction: '👍', isOn: true } as const;

const made: ChatCall[] = [];
const carriedOut = (code: string | null, hasV2 = true, reaction: PortalAction = react) => {
  made.length = 0;
  const call = (one: ChatCall) => {
    made.push(one);
    return code === null
      ? Promise.resolve({ result: true })
      : Promise.reject(new RemoteRefused({ code: `bitrix24.${code}`, message: code, status: 400 }));
  };
  const target = { portal: 'p', botId: '1', dialogId: 'chat5', hasV2, ourBots: ['1'] };
  return executePortalAction({ call }, target, reaction, {
    key: 'key',
    file: null,
    signal,
    moments: noMoments,
  });
};

it.each([
  [null, true, []],
  ['REACTION_ALREADY_SET', true, []],
  ['REACTION_NOT_FOUND', true, []],
  ['MESSAGE_NOT_FOUND', true, ['reaction']],
  ['ACCESS_DENIED', true, ['reaction']],
  [null, false, []],
  ['WITHOUT_CHANGES', false, []],
  ['MESSAGE_ID_ERROR', false, ['reaction']],
] as const)('answered with %s (v2: %s) it is done, without %j', async (code, hasV2, lost) => {
  await expect(carriedOut(code, hasV2)).resolves.toEqual({ messageId: null, lost });
});

it.each([
  ['👍', true, 'plus'],
  ['👍', false, 'minus'],
] as const)('%s (%s) is a like in the first API', async (reaction, isOn, like) => {
  await carriedOut(null, false, { ...react, reaction, isOn });
  const params = { BOT_ID: 1, MESSAGE_ID: 77, ACTION: like };
  expect(made).toMatchObject([{ method: 'imbot.message.like', params, urgency: 'change' }]);
});

it('that the first API does not have is left out', async () => {
  await expect(carriedOut(null, false, { ...react, reaction: '🔥' })).resolves.toMatchObject({ lost: ['reaction'] });
  expect(made).toEqual([]);
});

it('is tried again, or listed, for any other reason', async () => {
  await expect(carriedOut('BOT_NOT_FOUND')).rejects.toMatchObject({ code: 'bitrix24.BOT_NOT_FOUND' });
});

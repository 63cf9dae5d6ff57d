/** A reaction to what is not there (any more) is no dead letter. */
import { expect, it } from 'vitest';
import { executePortalAction } from '../../../src/bitrix24/execute-portal-action.ts';
import { RemoteRefused } from '../../../src/core/errors.ts';
import { noMoments } from '../../support/no-moments.ts';

const signal = new AbortController().signal;
const react = { type: 'react', messageId: '77', reaction: '👍', isOn: true } as const;

const carriedOut = (code: string | null, hasV2 = true) => {
  const call = () =>
    code === null
      ? Promise.resolve({ result: true })
      : Promise.reject(new RemoteRefused({ code: `bitrix24.${code}`, message: code, status: 400 }));
  const target = { portal: 'p', botId: '1', dialogId: 'chat5', hasV2, ourBots: ['1'] };
  return executePortalAction({ call }, target, react, {
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
  [null, false, ['reaction']],
] as const)('answered with %s (v2: %s) it is done, without %j', async (code, hasV2, lost) => {
  await expect(carriedOut(code, hasV2)).resolves.toEqual({ messageId: null, lost });
});

it('is tried again, or listed, for any other reason', async () => {
  await expect(carriedOut('BOT_NOT_FOUND')).rejects.toMatchObject({ code: 'bitrix24.BOT_NOT_FOUND' });
});

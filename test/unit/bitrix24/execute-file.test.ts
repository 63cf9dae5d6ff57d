/** A file for a portal that takes none from bots is named there, as the bot. */
import { expect, it } from 'vitest';
import { executePortalAction } from '../../../src/bitrix24/execute-portal-action.ts';
import type { ChatCall } from '../../../src/bitrix24/rest/batched-calls.ts';
import { noMoments } from '../../support/no-moments.ts';
import { openedFile } from '../../support/opened-file.ts';

const action = {
  type: 'send_file',
  file: { id: 'f', name: '[b]план[/b].pdf', kind: 'file', size: 1 },
  text: '',
  remoteMessageId: 'm',
} as const;

function scene(hasV2: boolean, more: { readonly internal?: true } = {}) {
  const called: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[] = [];
  const call = ({ method, params }: ChatCall) => {
    called.push({ method, params });
    return Promise.resolve(5);
  };
  const target = { portal: 'p', botId: '1', dialogId: 'chat5', hasV2, ourBots: ['1'] };
  const run = (file: Parameters<typeof executePortalAction>[3]['file']) =>
    executePortalAction(
      { call },
      target,
      { ...action, ...more },
      {
        key: 'key',
        file,
        signal: new AbortController().signal,
        moments: noMoments,
      },
    );
  return { called, run };
}

it.each([
  ['https://files.example/план.pdf', []],
  [null, ['file']],
])('with the address %s', async (link, lost) => {
  const { called, run } = scene(false);
  await expect(run({ link })).resolves.toEqual({ messageId: '5', lost });
  expect(called.map(({ method }) => method)).toEqual(['imbot.message.add']);
  const said = String(called[0]?.params['MESSAGE']);
  expect(said).toContain('план');
  expect(said).not.toContain('[b]');
  expect(said.includes('https://files.example/')).toBe(link !== null);
});

it('of more than 100 MB is not sent at all', async () => {
  const { called, run } = scene(true);
  const content = { ...openedFile('x'), size: 100 * 1024 * 1024 + 1 };
  await expect(run({ content })).rejects.toMatchObject({ code: 'bitrix24.file_too_large', retry: 'never' });
  expect(called).toEqual([]);
});

it.each([
  [true, 'imbot.v2.Chat.Message.send', { fields: { skipConnector: true, urlPreview: false, templateId: 'key' } }],
  [false, 'imbot.message.add', { SKIP_CONNECTOR: 'Y', URL_PREVIEW: 'N' }],
] as const)(
  'for the staff is a hidden message with a link (v2: %s), and is never uploaded',
  async (hasV2, method, params) => {
    const { called, run } = scene(hasV2, { internal: true });
    const link = 'https://app.example/files/x';
    await expect(run({ link })).resolves.toEqual({ messageId: '5', lost: [] });
    expect(called).toMatchObject([{ method, params }]);
    expect(JSON.stringify(called[0]?.params)).toContain(link);
    await expect(run({ content: openedFile('x') })).rejects.toMatchObject({ code: 'bitrix24.file_for_staff' });
    expect(called).toHaveLength(1);
  },
);

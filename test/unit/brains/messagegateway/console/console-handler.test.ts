import { describe, expect, it } from 'vitest';
import { failure } from '../../../../../src/brains/messagegateway/api/mg-http.ts';
import { bind } from '../../../../../src/brains/messagegateway/console/bindings.ts';
import { createConsoleHandler } from '../../../../../src/brains/messagegateway/console/console-handler.ts';
import type { BrainAction } from '../../../../../src/core/actions.ts';
import type { ConversationRef } from '../../../../../src/core/connector.ts';
import type { ConnectorTools } from '../../../../../src/core/connector-tools.ts';
import { AppError, RemoteRefused, RemoteUnreachable } from '../../../../../src/core/errors.ts';
import { consoleContext, mgConfig, unitTools } from '../../../../support/messagegateway-unit.ts';

const { signal } = new AbortController();
const to: ConversationRef = { ref: 'group', remoteId: 'console', botCode: 'bridge_supervisor', botType: 'S' };
const said = {
  messageId: '55',
  text: 'добрый день',
  author: { id: '1', name: 'Иван', kind: 'employee' },
  chat: { kind: 'group', title: 'Группа', dialogId: 'chat1' },
  files: [],
};
const message = { ...said, type: 'message' } as unknown as BrainAction & { type: 'message' };
const overheard = { ...said, type: 'overheard' } as unknown as BrainAction & { type: 'overheard' };
const edit = { ...said, type: 'edit', text: 'добрый вечер' } as unknown as BrainAction & { type: 'edit' };

const revoked = failure({ status: 401, wait: 0, where: 'POST /messages', api: 'bot', sentences: [] });

const employee = { id: '7', name: 'Анна', email: null, isExtranet: false };

/** A console in a group that is bound to chat 3. */
async function consoleHandlerWith(portalUser: ConnectorTools['portalUser'] = () => Promise.resolve(employee)) {
  const sent: string[] = [];
  let trouble: Error | null = null;
  const act = (text: string): Promise<number> => {
    if (trouble !== null) return Promise.reject(trouble);
    sent.push(text);
    return Promise.resolve(sent.length);
  };
  const bot = {
    sendMessage: ({ content }: { content: string }) => act(content),
    editMessage: (_id: number, text: string) => act(text),
    messages: () => Promise.resolve([]),
  };
  const tools = { ...unitTools({ send: () => Promise.reject(new Error('no call')) }), portalUser };
  const config = mgConfig({ console: { overheard: 'note' } });
  await bind(tools.state, {
    ref: 'group',
    chatId: 3,
    after: 0,
    customer: 'Анна',
    channel: '',
    title: '',
    maxText: null,
  });
  const consoleHandler = createConsoleHandler(consoleContext(bot, tools, config));
  const breakWith = (error: Error): void => {
    trouble = error;
  };
  return { consoleHandler, sent, breakWith };
}

describe('a portal that does not tell who sits in the chat', () => {
  it('is said to the employee, and nothing reaches the customer', async () => {
    const refusal = new RemoteRefused({
      code: 'bitrix24.INTERNAL_SERVER_ERROR',
      message: '',
      status: 500,
      retry: 'backoff',
    });
    const { consoleHandler, sent } = await consoleHandlerWith(() => Promise.reject(refusal));
    const { replies } = await consoleHandler.hear(message, to, 'key', signal);
    expect(JSON.stringify(replies)).toContain('Битрикс24 не сказал, кто есть в этом чате');
    expect(sent).toEqual([]);
  });

  it.each([
    ['is away', new RemoteUnreachable({ code: 'http.timeout', message: '' })],
    [
      'asked for a pause',
      new AppError({ code: 'bitrix24.QUERY_LIMIT_EXCEEDED', message: '', retry: { afterMs: 1_000 } }),
    ],
    ['is disconnected', new RemoteRefused({ code: 'x', message: '', status: 401, retry: { afterMs: 1_000 } })],
  ])('is asked again when it %s', async (_, error) => {
    const { consoleHandler, sent } = await consoleHandlerWith(() => Promise.reject(error));
    await expect(consoleHandler.hear(message, to, 'key', signal)).rejects.toBe(error);
    expect(sent).toEqual([]);
  });
});

describe('an account that no longer takes our token', () => {
  it('lets whatever was said wait for its mending', async () => {
    const { consoleHandler, breakWith } = await consoleHandlerWith();
    await consoleHandler.hear(message, to, 'key', signal);
    breakWith(revoked);
    await expect(consoleHandler.hear({ ...message, messageId: '56' }, to, 'other', signal)).rejects.toBe(revoked);
    await expect(consoleHandler.overhear({ ...overheard, messageId: '57' }, to, 'third', signal)).rejects.toBe(revoked);
    await expect(consoleHandler.change(edit, signal)).rejects.toBe(revoked);
  });
});

import { describe, expect, it } from 'vitest';
import type { BotMessage } from '../../../../../src/brains/messagegateway/api/bot-api.ts';
import { MgRefused } from '../../../../../src/brains/messagegateway/api/mg-http.ts';
import type { CommandRequest } from '../../../../../src/brains/messagegateway/console/command-request.ts';
import {
  type ChatText,
  deleteSent,
  editSent,
  sayInChat,
} from '../../../../../src/brains/messagegateway/console/message-commands.ts';
import { consoleTexts } from '../../../../../src/brains/messagegateway/console/texts/console-texts.ts';
import type { FileRef } from '../../../../../src/core/events.ts';
import { consoleContext, unitTools } from '../../../../support/messagegateway-unit.ts';
import { openedFile } from '../../../../support/opened-file.ts';

const { signal } = new AbortController();
const file: FileRef = { id: '7', name: 'price.txt', kind: 'file', size: 3 };
const huge: FileRef = { id: '8', name: 'film.avi', kind: 'file', size: 1e12 };
const words: ChatText = { chatId: 3, scope: 'public', text: 'раз два', maxText: null, by: 'answer', heading: '' };

/** An account that takes so many messages and refuses the rest. */
function far(takes = 100) {
  const texts = new Map<number, string>();
  const bot = {
    uploadFile: () => Promise.resolve({ id: '00000000-0000-4000-8000-000000000001' }),
    messages: () => Promise.resolve([]),
    sendMessage(message: BotMessage): Promise<number> {
      if (texts.size >= takes) {
        return Promise.reject(new MgRefused({ code: 'x', message: 'no', status: 400, sentences: ['no'] }));
      }
      texts.set(texts.size + 1, message.content ?? message.type);
      return Promise.resolve(texts.size);
    },
    editMessage(id: number, text: string): Promise<void> {
      texts.set(id, text);
      return Promise.resolve();
    },
    deleteMessage(id: number): Promise<void> {
      texts.delete(id);
      return Promise.resolve();
    },
  };
  const tools = {
    ...unitTools({ send: () => Promise.reject(new Error('no call')) }),
    openPortalFile: () => Promise.resolve(openedFile('100')),
  };
  const context = consoleContext(bot, tools);
  const ask = (files: readonly FileRef[] = []): CommandRequest => ({
    context,
    to: { ref: 'r', remoteId: null, botCode: 'b', botType: 'S' },
    key: 'key',
    messageId: '55',
    author: { id: '1', name: 'Иван', kind: 'employee' } as CommandRequest['author'],
    chat: { kind: 'group', title: '', dialogId: 'chat1' } as CommandRequest['chat'],
    files,
    args: '',
    binding: null,
    messages: consoleTexts('ru'),
    signal,
  });
  return { texts, context, ask, said: () => [...texts.values()] };
}

describe('an edit of what went out', () => {
  it('changes the text of a message that went out with a file', async () => {
    const { context, ask, said } = far();
    await sayInChat(ask([file]), words);
    expect(await editSent(context, '55', 'три', signal)).toBeNull();
    expect(said()).toEqual(['три', 'file']);
  });

  it('keeps the lines that name what could not be sent', async () => {
    const { context, ask, said } = far();
    await sayInChat(ask([huge]), words);
    await editSent(context, '55', 'три', signal);
    expect(said()).toEqual([expect.stringMatching(/^три\n📎 film\.avi/)]);
  });

  it.each<readonly [string, ChatText, readonly FileRef[], string]>([
    ['a text that became several messages', { ...words, maxText: 4 }, [], 'другое'],
    ['a file without words', { ...words, text: '' }, [file], 'другое'],
    ['words that are all gone', words, [file], ' '],
  ])('is not made of %s, and that is said', async (_, given, files, text) => {
    const { context, ask, said } = far();
    await sayInChat(ask(files), given);
    const before = said();
    expect(await editSent(context, '55', text, signal)).toBe('not_changed');
    expect(said()).toEqual(before);
  });

  it('says nothing about talk that was only overheard', async () => {
    const { context, ask } = far();
    await sayInChat(ask(), { ...words, by: 'overheard', maxText: 4 });
    expect(await editSent(context, '55', 'другое', signal)).toBeNull();
  });
});

describe('a message of which the second part was refused', () => {
  it('can still be changed', async () => {
    const { context, ask, said } = far(1);
    await expect(sayInChat(ask(), { ...words, maxText: 4 })).rejects.toBeInstanceOf(MgRefused);
    expect(await editSent(context, '55', 'итог', signal)).toBeNull();
    expect(said()).toEqual(['итог']);
  });

  it('can still be deleted', async () => {
    const { context, ask, said } = far(1);
    await expect(sayInChat(ask([file]), words)).rejects.toBeInstanceOf(MgRefused);
    await deleteSent(context, '55', signal);
    expect(said()).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { CommandRequest } from '../../../../../src/brains/messagegateway/console/command-request.ts';
import { runCommand } from '../../../../../src/brains/messagegateway/console/run-command.ts';
import { consoleTexts } from '../../../../../src/brains/messagegateway/console/texts/console-texts.ts';
import { consoleContext, unitTools } from '../../../../support/messagegateway-unit.ts';

const fileId = '00000000-0000-4000-8000-000000000001';

/** A command to an account that writes down what it was asked. */
function asked(args: string) {
  const calls: unknown[] = [];
  const bot = {
    uploadFileByUrl(url: string): Promise<{ id: string }> {
      calls.push(url);
      return Promise.resolve({ id: fileId });
    },
    updateInfo(info: unknown): Promise<void> {
      calls.push(info);
      return Promise.resolve();
    },
  };
  const tools = unitTools({ send: () => Promise.reject(new Error('no call')) });
  const context = consoleContext(bot, tools);
  const ask = {
    context,
    args,
    messages: consoleTexts('en'),
    signal: new AbortController().signal,
  } as unknown as CommandRequest;
  return { calls, ask, state: tools.state };
}

describe('/fetch', () => {
  it('has MessageGateway load the file itself, and tells its number', async () => {
    const { calls, ask } = asked('https://shop.example/price list.pdf?v=2');
    expect(await runCommand('fetch', ask)).toEqual({ text: `File loaded: ${fileId}` });
    expect(calls).toEqual(['https://shop.example/price%20list.pdf?v=2']);
  });

  it.each(['http://shop.example/a.pdf', 'shop.example/a.pdf', 'ftp://shop.example/a', ''])(
    'sends no address without https: %s',
    async (args) => {
      const { calls, ask } = asked(args);
      await expect(runCommand('fetch', ask)).rejects.toThrow('begin with https://');
      expect(calls).toEqual([]);
    },
  );
});

describe('/commands', () => {
  it.each(['add help Something else', 'delete operator', 'delete /bot'])(
    'leaves the own ones alone: %s',
    async (args) => {
      const { calls, ask, state } = asked(args);
      await expect(runCommand('commands', ask)).rejects.toThrow('The bot itself needs /');
      expect(calls).toEqual([]);
      expect(await state.list('own:')).toEqual([]);
    },
  );
});

describe('/avatar', () => {
  it('gives the bot its picture, and remembers it', async () => {
    const { calls, ask, state } = asked('https://shop.example/bot.png');
    expect(await runCommand('avatar', ask)).toEqual({ text: 'The picture of the bot was changed' });
    expect(calls).toEqual([{ avatar_url: 'https://shop.example/bot.png' }]);
    expect(await state.get('own:avatar_url')).toMatchObject({ value: 'https://shop.example/bot.png' });
  });

  it('takes no address without https, and remembers nothing', async () => {
    const { calls, ask, state } = asked('data:image/png;base64,AA==');
    await expect(runCommand('avatar', ask)).rejects.toThrow('begin with https://');
    expect(calls).toEqual([]);
    expect(await state.get('own:avatar_url')).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import {
  consoleCommands,
  forgetCommand,
  infoOf,
  rememberCommand,
  rememberInfo,
} from '../../../../src/brains/messagegateway/account/own-ways.ts';
import { memoryInMind } from '../../../support/memory-in-mind.ts';

const configured = { name: 'Bitrix24', roles: ['responsible'], avatar_url: 'https://bots.example/bots/O.png' };

describe('what the console said about the bot', () => {
  it('is put over the settings', async () => {
    const memory = memoryInMind();
    await rememberInfo(memory, { name: 'Мост' }, configured);
    expect(await infoOf(memory, configured)).toEqual({ ...configured, name: 'Мост' });
    await rememberInfo(memory, { roles: ['hidden'] }, configured);
    expect(await infoOf(memory, configured)).toEqual({ ...configured, name: 'Мост', roles: ['hidden'] });
  });

  it('gives way to a setting that was changed afterwards, field by field', async () => {
    const memory = memoryInMind();
    await rememberInfo(memory, { name: 'Мост', roles: ['hidden'] }, configured);
    const renamed = { ...configured, name: 'Магазин' };
    expect(await infoOf(memory, renamed)).toEqual({ ...renamed, roles: ['hidden'] });
  });

  it('keeps a chosen picture whatever the own one is', async () => {
    const memory = memoryInMind();
    await rememberInfo(memory, { avatar_url: 'https://shop.example/bot.png' }, { name: 'Bitrix24' });
    const other = { ...configured, avatar_url: 'https://elsewhere.example/bots/S.png' };
    expect(await infoOf(memory, other)).toMatchObject({ avatar_url: 'https://shop.example/bot.png' });
  });

  it('is not believed when what is stored is something else', async () => {
    const facts = new Map([
      ['own:name', '{"value":7,"insteadOf":null}'],
      ['own:roles', '"distributor"'],
      ['own:command:price', '[]'],
    ]);
    expect(await infoOf(memoryInMind(facts), configured)).toEqual(configured);
    expect(await consoleCommands(memoryInMind(facts))).toEqual(new Map());
  });

  it('names the commands that were made and not taken away', async () => {
    const memory = memoryInMind();
    await rememberCommand(memory, 'price', { description: 'Цена', line: null, ref: null });
    await rememberCommand(memory, 'stock', { description: 'Остаток', line: null, ref: null });
    await forgetCommand(memory, 'price');
    expect(await consoleCommands(memory)).toEqual(new Map([['stock', 'Остаток']]));
  });
});

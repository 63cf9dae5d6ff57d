import { describe, expect, it } from 'vitest';
import {
  consoleCommands,
  forgetCommand,
  infoOf,
  rememberCommand,
  rememberInfo,
} from '../../../../src/brains/messagegateway/account/bot-overrides.ts';
import { stateInMemory } from '../../../support/state-in-memory.ts';

const configured = { name: 'Bitrix24', roles: ['responsible'], avatar_url: 'https://bots.example/bots/O.png' };

describe('what the console said about the bot', () => {
  it('is put over the settings', async () => {
    const state = stateInMemory();
    await rememberInfo(state, { name: 'Мост' }, configured);
    expect(await infoOf(state, configured)).toEqual({ ...configured, name: 'Мост' });
    await rememberInfo(state, { roles: ['hidden'] }, configured);
    expect(await infoOf(state, configured)).toEqual({ ...configured, name: 'Мост', roles: ['hidden'] });
  });

  it('gives way to a setting that was changed afterwards, field by field', async () => {
    const state = stateInMemory();
    await rememberInfo(state, { name: 'Мост', roles: ['hidden'] }, configured);
    const renamed = { ...configured, name: 'Магазин' };
    expect(await infoOf(state, renamed)).toEqual({ ...renamed, roles: ['hidden'] });
  });

  it('keeps a chosen picture whatever the own one is', async () => {
    const state = stateInMemory();
    await rememberInfo(state, { avatar_url: 'https://shop.example/bot.png' }, { name: 'Bitrix24' });
    const other = { ...configured, avatar_url: 'https://elsewhere.example/bots/S.png' };
    expect(await infoOf(state, other)).toMatchObject({ avatar_url: 'https://shop.example/bot.png' });
  });

  it('is not believed when what is stored is something else', async () => {
    const facts = new Map([
      ['own:name', '{"value":7,"insteadOf":null}'],
      ['own:roles', '"distributor"'],
      ['own:command:price', '[]'],
    ]);
    expect(await infoOf(stateInMemory(facts), configured)).toEqual(configured);
    expect(await consoleCommands(stateInMemory(facts))).toEqual(new Map());
  });

  it('names the commands that were made and not taken away', async () => {
    const state = stateInMemory();
    await rememberCommand(state, 'price', { description: 'Цена', line: null, ref: null });
    await rememberCommand(state, 'stock', { description: 'Остаток', line: null, ref: null });
    await forgetCommand(state, 'price');
    expect(await consoleCommands(state)).toEqual(new Map([['stock', 'Остаток']]));
  });
});

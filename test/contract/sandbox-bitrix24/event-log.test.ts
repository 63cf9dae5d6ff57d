/** The log of events for bots in fetch mode: what the portal keeps, deletes and believes. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { callRest, resultOf } from './receiver.ts';

let portal: SandboxPortal;

afterEach(() => portal.close());

interface Page {
  readonly events: readonly {
    readonly eventId: number;
    readonly data: { readonly message: { readonly text: string } };
  }[];
  readonly nextOffset: number;
}

async function start(options: SandboxPortalOptions = {}): Promise<number> {
  portal = await startSandboxPortal({ rate: false, ...options });
  portal.placeApp();
  portal.finishInstall();
  const fields = { code: 'a', properties: { name: 'A' } };
  const { bot } = (await resultOf(portal, 'imbot.v2.Bot.register', { fields })) as { bot: { id: number } };
  portal.employeeWritesPrivate(portal.adminId, bot.id, 'opened');
  await poll(bot.id, { offset: 1_000_000 });
  return bot.id;
}

const poll = async (botId: number, extra: object = {}): Promise<Page> =>
  (await resultOf(portal, 'imbot.v2.Event.get', { botId, ...extra })) as Page;

const textsOf = ({ events }: Page): string[] => events.map(({ data }) => data.message.text);

const say = (botId: number, text: string): void => void portal.employeeWritesPrivate(portal.adminId, botId, text);

describe('events of a fetch bot', () => {
  it('go for good when the bot changes over to webhooks', async () => {
    const botId = await start();
    say(botId, 'unread');
    await resultOf(portal, 'imbot.v2.Bot.update', { botId, fields: { eventMode: 'webhook' } });
    expect(portal.keptEvents(botId)).toBe(0);
    await resultOf(portal, 'imbot.v2.Bot.update', { botId, fields: { eventMode: 'fetch' } });
    say(botId, 'later');
    expect(textsOf(await poll(botId))).toEqual(['later']);
  });

  it('are not seen for a minute after an empty answer that overtook them, unless an offset is given', async () => {
    const botId = await start({ staleEmptyPolls: true });
    expect(textsOf(await poll(botId))).toEqual([]);
    say(botId, 'hidden');
    expect(textsOf(await poll(botId))).toEqual([]);
    expect(textsOf(await poll(botId, { offset: 1 }))).toEqual(['hidden']);
    portal.skipTime(61_000);
    expect(textsOf(await poll(botId))).toEqual(['hidden']);
  });

  it('may appear after others with higher numbers, and an offset above deletes them unseen', async () => {
    const botId = await start();
    portal.holdKeptEvents();
    say(botId, 'slow');
    portal.letKeptEventsPass();
    say(botId, 'quick');
    const page = await poll(botId, { offset: 1 });
    expect(textsOf(page)).toEqual(['quick']);
    portal.releaseKeptEvents();
    expect(textsOf(await poll(botId, { offset: 1 }))).toEqual(['slow', 'quick']);
    expect(textsOf(await poll(botId, { offset: page.nextOffset }))).toEqual([]);
  });
});

describe('v1 methods on a bot in fetch mode', () => {
  it.each([true, false])('refuse it where their guards work: %s', async (fetchGuards) => {
    const botId = await start({ fetchGuards });
    const update = { BOT_ID: botId, FIELDS: { PROPERTIES: { NAME: 'B' } } };
    const { json } = await callRest(portal, 'imbot.update', update);
    expect(json['error']).toBe(fetchGuards ? 'FETCH_NOT_SUPPORTED' : undefined);
  });
});

describe('a bot token', () => {
  it('is changed by its owner, and the old one owns nothing from then on', async () => {
    await start();
    const call = async (method: string, body: object) => {
      const answer = await fetch(`${portal.webhook}${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { result?: { bot: { id: number } }; error?: string };
    };
    const fields = { code: 'hook', properties: { name: 'H' }, botToken: 'one' };
    const botId = (await call('imbot.v2.Bot.register', { fields })).result?.bot.id ?? 0;
    const other = { code: 'other', properties: { name: 'O' }, botToken: 'taken' };
    await call('imbot.v2.Bot.register', { fields: other });
    const rotate = (botToken: string, next: string) =>
      call('imbot.v2.Bot.update', { botId, botToken, fields: { botToken: next } });
    expect(await rotate('one', 'x'.repeat(41))).toMatchObject({ error: 'BOT_TOKEN_INVALID_LENGTH' });
    expect(await rotate('one', 'taken')).toMatchObject({ error: 'BOT_TOKEN_ROTATION_FAILED' });
    expect((await rotate('one', 'two')).error).toBeUndefined();
    expect(await rotate('one', 'three')).toMatchObject({ error: 'BOT_OWNERSHIP_ERROR' });
    expect((await call('imbot.v2.Event.get', { botId, CLIENT_ID: 'two' })).error).toBeUndefined();
  });
});

/** Channels of lines are made once, found again, refreshed and taken down. */
import { describe, expect, it } from 'vitest';
import { clientIdOf } from '../../../../src/brains/messagegateway/account/client-id.ts';
import type { Apis } from '../../../../src/brains/messagegateway/api/apis.ts';
import { MgRefused } from '../../../../src/brains/messagegateway/api/mg-http.ts';
import type { ChannelFields, TransportApi } from '../../../../src/brains/messagegateway/api/transport-api.ts';
import {
  forgetGoneChannels,
  knownLineChannels,
  lineChannel,
  refreshLineChannels,
  switchChannelsOff,
} from '../../../../src/brains/messagegateway/channels/line-channels.ts';
import { createOwnChannels } from '../../../../src/brains/messagegateway/channels/own-channels.ts';
import type { ConversationRef } from '../../../../src/core/connector.ts';
import type { Chat } from '../../../../src/core/events.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { mgConfig, unitTools } from '../../../support/messagegateway-unit.ts';
import { stateInMemory } from '../../../support/state-in-memory.ts';

const connectionId = '0a1b2c3d-0000-4000-8000-000000000000';
const clientId = clientIdOf({ id: connectionId, webhookSecret: 's' });
const config = mgConfig({}, { clientId });
const signal = new AbortController().signal;
const line = { lineId: '7', connector: 'telegrambot' };

/** An account that takes its time. */
function account() {
  const channels: { id: number; is_active: boolean; external_id: string; type: string; name: string }[] = [
    { id: 61, is_active: true, external_id: connectionId, type: 'custom', name: 'Bitrix24' },
    { id: 62, is_active: true, external_id: 'another-connection:7:telegrambot', type: 'telegram', name: 'чужой' },
  ];
  const made: ChannelFields[] = [];
  const updated: (ChannelFields & { readonly id: number })[] = [];
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
  const transport = {
    async channels() {
      await pause();
      return channels.map((channel) => ({ ...channel }));
    },
    async activateChannel(fields: ChannelFields & { readonly id?: number }) {
      await pause();
      const known = channels.find(({ id }) => id === fields.id);
      if (known !== undefined) {
        known.is_active = true;
        return known.id;
      }
      made.push(fields);
      const { external_id, type, name } = fields;
      channels.push({ id: 100 + made.length, is_active: true, external_id, type, name });
      return 100 + made.length;
    },
    updateChannel: (id: number, fields: ChannelFields) => {
      updated.push({ ...fields, id });
      return Promise.resolve();
    },
    deactivateChannel(id: number) {
      const known = channels.find((channel) => channel.id === id);
      if (known !== undefined) known.is_active = false;
      return Promise.resolve();
    },
  } as unknown as TransportApi;
  return { channels, made, updated, transport };
}

const placeIn = (
  transport: TransportApi,
  facts = new Map<string, string>(),
  names: (string | null)[] = ['Поддержка'],
) => ({
  config,
  apis: { transport },
  tools: {
    ...unitTools({ send: () => Promise.reject(new Error('no call')) }),
    state: stateInMemory(facts),
    openChannelName: () => Promise.resolve(names[0] ?? null),
  },
});

describe('the channel of a line', () => {
  it('is made once, however many processes need it at the same time', async () => {
    const { transport, made } = account();
    const facts = new Map<string, string>();
    const ids = await Promise.all(
      Array.from({ length: 6 }, () => lineChannel(placeIn(transport, facts), line, '', signal)),
    );
    expect(made).toHaveLength(1);
    expect(new Set(ids)).toEqual(new Set([101]));
    expect(made[0]).toMatchObject({
      type: 'telegram',
      name: 'Поддержка · Telegram',
      external_id: `${connectionId}:7:telegrambot`,
    });
    expect(await knownLineChannels(stateInMemory(facts))).toEqual([101]);
  });

  it('is found by its external id when its maker died before it could remember it', async () => {
    const { transport, made } = account();
    await lineChannel(placeIn(transport), line, '', signal);
    const facts = new Map<string, string>();
    expect(await lineChannel(placeIn(transport, facts), line, '', signal)).toBe(101);
    expect(made).toHaveLength(1);
    expect(await knownLineChannels(stateInMemory(facts))).toEqual([101]);
  });

  it('is switched on again when it was off', async () => {
    const { transport, channels } = account();
    await lineChannel(placeIn(transport), line, '', signal);
    await transport.deactivateChannel(101);
    expect(await lineChannel(placeIn(transport), line, '', signal)).toBe(101);
    expect(channels.find(({ id }) => id === 101)?.is_active).toBe(true);
  });

  it('may be made again after its making failed', async () => {
    const { transport, made } = account();
    const facts = new Map<string, string>();
    const broken = { ...transport, activateChannel: () => Promise.reject(new Error('no')) } as unknown as TransportApi;
    await expect(lineChannel(placeIn(broken, facts), line, '', signal)).rejects.toThrow('no');
    expect(await lineChannel(placeIn(transport, facts), line, '', signal)).toBe(101);
    expect(made).toHaveLength(1);
  });

  describe('that the account refuses', () => {
    const refusing = (transport: TransportApi, isRefused: (type: string) => boolean): TransportApi => ({
      ...transport,
      activateChannel: (fields) =>
        isRefused(fields.type) ? Promise.reject(refused('type is not allowed')) : transport.activateChannel(fields),
      updateChannel: (id, fields) =>
        isRefused(fields.type) ? Promise.reject(refused('type is not allowed')) : transport.updateChannel(id, fields),
    });
    const refused = (sentence: string): MgRefused =>
      new MgRefused({ code: 'messagegateway.refused', message: sentence, status: 422, sentences: [sentence] });

    it('for its type is made as a custom one, and stays one', async () => {
      const { transport, made, updated } = account();
      const facts = new Map<string, string>();
      const picky = refusing(transport, (type) => type === 'telegram');
      expect(await lineChannel(placeIn(picky, facts), line, '', signal)).toBe(101);
      expect(made).toMatchObject([{ type: 'custom', name: 'Поддержка · Telegram' }]);
      const { tools } = placeIn(picky, facts);
      await refreshLineChannels({ transport: picky }, { config, connectionId, tools, signal });
      expect(updated).toMatchObject([{ id: 101, type: 'custom' }]);
    });

    it('altogether costs nobody a message: its customers are in the main channel, and it is not asked for each of them', async () => {
      const { transport, made } = account();
      let asked = 0;
      const strict = refusing(transport, () => {
        asked += 1;
        return true;
      });
      const place = placeIn(strict);
      const own = createOwnChannels({ ...place, apis: { transport: strict } as Apis, clock: systemClock });
      const bot = { botCode: 'bridge_line', botType: 'O' } as const;
      const chat: Chat = { kind: 'line', dialogId: 'chat5', title: '', line: { ...line, sessionId: '1', crm: [] } };
      for (const ref of ['a', 'b', 'a']) expect(await own.for({ ref, remoteId: null, ...bot }, chat, signal)).toBe(61);
      expect(await own.of({ ref: 'a', remoteId: null, ...bot })).toBe(61);
      expect(made).toEqual([]);
      expect(asked).toBe(2);
    });
  });

  it('is waited for, for as long as another process makes it', async () => {
    const { transport } = account();
    const place = { ...placeIn(transport), waitMs: 0 };
    await place.tools.state.put('making-line-channel:7:telegrambot', {});
    await expect(lineChannel(place, line, '', signal)).rejects.toMatchObject({ isThrottled: true });
  });

  it('is forgotten and made anew where the account has lost it, and not because it is younger than the list', async () => {
    const { transport, channels } = account();
    const place = placeIn(transport);
    const before = await transport.channels({ limit: 1000 });
    expect(await lineChannel(place, line, '', signal)).toBe(101);
    await forgetGoneChannels({ transport }, place.tools.state, before);
    expect(await knownLineChannels(place.tools.state)).toEqual([101]);
    channels.pop();
    await forgetGoneChannels({ transport }, place.tools.state, await transport.channels({ limit: 1000 }));
    expect(await knownLineChannels(place.tools.state)).toEqual([]);
    expect(await lineChannel(place, line, '', signal)).toBe(102);
  });

  it('is learned anew by conversations that were in a lost one; one of the main channel stays there', async () => {
    const { transport, channels } = account();
    const place = placeIn(transport);
    const own = createOwnChannels({ ...place, apis: { transport } as Apis, clock: systemClock });
    const bot = { botCode: 'bridge_line', botType: 'O' } as const;
    const to = (ref: string, remoteId: string | null): ConversationRef => ({ ref, remoteId, ...bot });
    const chat: Chat = { kind: 'line', dialogId: 'chat5', title: '', line: { ...line, sessionId: '1', crm: [] } };
    expect(await own.for(to('a', null), chat, signal)).toBe(101);
    expect(await own.for(to('b', '9000'), chat, signal)).toBe(61);
    channels.pop();
    await forgetGoneChannels({ transport }, place.tools.state, await transport.channels({ limit: 1000 }));
    expect(await own.for(to('a', '9001'), chat, signal)).toBe(101);
    own.forget();
    expect(await own.isOurs(101)).toBe(false);
    expect(await own.for(to('a', '9001'), chat, signal)).toBe(102);
    expect(await own.of(to('a', '9001'))).toBe(102);
    expect(await own.for(to('b', '9000'), chat, signal)).toBe(61);
  });

  it.each<readonly [string | null, string, string]>([
    ['Поддержка', 'Кирилл - Продажи', 'Поддержка · Telegram'],
    [null, 'Кирилл - Продажи', 'Продажи · Telegram'],
    [null, 'Кирилл', 'Open Channel 7 · Telegram'],
    ['я'.repeat(300), '', `${'я'.repeat(60)} · Telegram`],
  ])('is called by the portal (%s), by the title of the chat, or by its number', async (name, title, expected) => {
    const { transport, made } = account();
    await lineChannel(placeIn(transport, new Map(), [name]), line, title, signal);
    expect(made[0]?.name).toBe(expected);
  });

  it('has an external id the account takes, however long the code of the messenger is', async () => {
    const { transport, made } = account();
    const connector = `wz_whatsapp_${'c'.repeat(80)}`;
    await lineChannel(placeIn(transport), { lineId: '7', connector }, '', signal);
    expect(made[0]?.external_id.length).toBeLessThanOrEqual(64);
    expect(made[0]?.name.length).toBeLessThanOrEqual(100);
    expect(made[0]?.type).toBe('whatsapp');
  });
});

describe('the channels of a connection', () => {
  it('are all switched off with it, and no others', async () => {
    const { transport, channels } = account();
    await lineChannel(placeIn(transport), line, '', signal);
    await lineChannel(placeIn(transport), { ...line, connector: 'viber' }, '', signal);
    await switchChannelsOff({ transport }, config);
    expect(channels.filter(({ is_active: isActive }) => isActive).map(({ id }) => id)).toEqual([62]);
  });

  it('are all brought up to date, and switched on again', async () => {
    const { transport, channels, updated } = account();
    const { tools } = placeIn(transport);
    await lineChannel(placeIn(transport), line, '', signal);
    await lineChannel(placeIn(transport), { ...line, connector: 'viber' }, '', signal);
    await transport.deactivateChannel(102);
    await refreshLineChannels({ transport }, { config, connectionId, tools, signal });
    expect(updated).toMatchObject([{ id: 101, type: 'telegram', name: 'Поддержка · Telegram' }]);
    expect(channels.find((channel) => channel.id === 102)?.is_active).toBe(true);
  });

  it('follow the name of the line and the type that is set now', async () => {
    const { transport, updated } = account();
    const facts = new Map<string, string>();
    const other = { lineId: '8', connector: `bookshop_${'c'.repeat(80)}` };
    await lineChannel(placeIn(transport, facts), line, '', signal);
    await lineChannel(placeIn(transport, facts), other, '', signal);
    const { tools } = placeIn(transport, facts, ['Продажи']);
    const set = { ...config, channels: { ...config.channels, types: { [other.connector]: 'ozon' as const } } };
    await refreshLineChannels({ transport }, { config: set, connectionId, tools, signal });
    expect(updated).toMatchObject([
      { id: 101, type: 'telegram', name: 'Продажи · Telegram', external_id: `${connectionId}:7:telegrambot` },
      { id: 102, type: 'ozon', name: 'Продажи · Ozon' },
    ]);
  });

  it('keep their names where the portal tells none, and it is asked no more once it has failed', async () => {
    const { transport, updated } = account();
    const facts = new Map<string, string>();
    for (const lineId of ['7', '8', '9']) {
      await lineChannel(placeIn(transport, facts), { ...line, lineId }, '', signal);
    }
    const { tools } = placeIn(transport, facts);
    let asked = 0;
    const failing = {
      ...tools,
      openChannelName: () => {
        asked += 1;
        return Promise.reject(new Error('the portal hangs'));
      },
    };
    await refreshLineChannels({ transport }, { config, connectionId, tools: failing, signal });
    expect(updated).toMatchObject([101, 102, 103].map((id) => ({ id, name: 'Поддержка · Telegram' })));
    expect(asked).toBe(1);
  });
});

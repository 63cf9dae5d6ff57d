import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../../sandbox/messagegateway/start-messagegateway.ts';
import type { JoinedConfig } from '../../../src/brains/messagegateway/config.ts';
import { errorOf } from '../../support/factories/errors.ts';
import { joinGateway } from '../../support/messagegateway-join.ts';

let gateway: SandboxMessageGateway;
const connectionId = randomUUID();
const hookUrl = 'http://127.0.0.1:9/brains/messagegateway/secret';
const publicUrl = 'http://127.0.0.1:9';

// With the documented limits of both services.
beforeEach(async () => {
  gateway = await startSandboxMessageGateway();
});
afterEach(() => gateway.close());

const join = (config: Record<string, unknown> = {}): Promise<JoinedConfig> =>
  joinGateway(gateway, { connectionId, hookUrl, publicUrl, config });

describe('joining an account', () => {
  it('registers one module with bot, commands and channel, and keeps what is needed later', async () => {
    const { joined } = await join({ name: 'Мост', handover: { command: 'human' } });
    expect(gateway.modules()).toMatchObject([
      {
        code: joined.moduleCode,
        clientId: joined.clientId,
        name: 'Мост',
        active: true,
        webhookUrl: hookUrl,
        baseUrl: publicUrl,
        isBotActive: true,
        isTransportActive: true,
      },
    ]);
    expect(gateway.bots()).toMatchObject([
      {
        id: joined.bot.botId,
        name: 'Мост',
        avatarUrl: `${publicUrl}/bots/O.png`,
        roles: ['responsible'],
        commands: ['help', 'bot', 'human'],
      },
    ]);
    expect(gateway.channels()).toMatchObject([
      {
        id: joined.channelId,
        type: 'custom',
        name: 'Мост',
        externalId: connectionId,
        avatarUrl: `${publicUrl}/bots/O.png`,
      },
    ]);
    expect(joined.bot.endpointUrl).toBe(gateway.mgOrigin);
    expect(joined.clientId).toMatch(/^[\da-f]{64}$/);
  });

  it('again changes nothing but what is new', async () => {
    const first = await join();
    const second = await joinGateway(gateway, {
      connectionId,
      hookUrl,
      publicUrl,
      config: { ...first, name: 'Новое имя' },
    });
    expect(second.joined).toEqual(first.joined);
    expect(gateway.modules()).toHaveLength(1);
    expect(gateway.bots()).toMatchObject([{ name: 'Новое имя' }]);
    expect(gateway.channels()).toMatchObject([{ name: 'Новое имя' }]);
  });

  it('again after it broke off half way finds its own module and channel', async () => {
    gateway.fail({ api: 'transport', path: '/channels', times: 1, kind: 500 });
    expect((await errorOf(join())).code).toBe('messagegateway.server_error');
    await join();
    // The stored config was lost: nothing but the connection itself is known.
    const { joined } = await join();
    expect(gateway.modules()).toHaveLength(1);
    expect(gateway.channels()).toMatchObject([{ id: joined.channelId }]);
  });

  it('takes away commands of an earlier setting, and brings a channel back that was switched off', async () => {
    const first = await join({ handover: { command: 'human' } });
    const { endpointUrl, token } = first.joined.transport;
    const url = `${endpointUrl}/api/transport/v1/channels/${first.joined.channelId}`;
    expect((await fetch(url, { method: 'DELETE', headers: { 'x-transport-token': token } })).status).toBe(200);
    expect(gateway.channels()[0]?.isActive).toBe(false);
    await join();
    expect(gateway.bots()[0]?.commands.toSorted()).toEqual(['bot', 'help', 'operator']);
    expect(gateway.channels()).toMatchObject([{ id: first.joined.channelId, isActive: true }]);
  });

  it('mends a revoked token', async () => {
    const first = await join();
    gateway.revokeToken(first.joined.moduleCode, 'bot');
    const second = await joinGateway(gateway, { connectionId, hookUrl, publicUrl, config: first });
    expect(second.joined.bot.token).not.toBe(first.joined.bot.token);
    expect(second.joined.channelId).toBe(first.joined.channelId);
  });

  it.each<{
    readonly what: string;
    readonly spoil: () => unknown;
    readonly config?: () => Record<string, unknown>;
    readonly code: string;
  }>([
    { what: 'a wrong key', spoil: () => null, config: () => ({ apiKey: 'wrong' }), code: 'crm_wrong_key' },
    { what: 'missing rights', spoil: () => gateway.setScopes(['integration_read']), code: 'crm_scopes' },
    { what: 'chats switched off', spoil: () => gateway.switchChatsOff(true), code: 'crm_chats_off' },
    { what: 'too little money', spoil: () => gateway.setPaid(false), code: 'crm_unpaid' },
    { what: 'no such account', spoil: () => gateway.setGone(true), code: 'crm_no_account' },
    {
      what: 'a page instead of an answer',
      spoil: () => gateway.fail({ api: 'crm', times: 1, kind: 'html' }),
      code: 'crm_away',
    },
    {
      what: 'an address that is no CRM',
      spoil: () => null,
      config: () => ({ crmUrl: gateway.mgOrigin }),
      code: 'crm_no_account',
    },
  ])('says what is wrong with $what', async ({ spoil, config, code }) => {
    await spoil();
    const error = await errorOf(join(config?.()));
    expect(error.code).toBe(`messagegateway.${code}`);
    expect(error.message.length).toBeGreaterThan(20);
    expect(error.message).not.toContain(gateway.apiKey);
  });

  it('leaves addresses that must not be called to the guard', async () => {
    expect((await errorOf(join({ crmUrl: 'http://127.0.0.1:1' }))).code).toBe('network.scheme');
  });
});

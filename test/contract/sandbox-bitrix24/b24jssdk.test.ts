/** The official JavaScript SDK against the sandbox, unchanged. */
import { ApiVersion, B24Hook, B24OAuth } from '@bitrix24/b24jssdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';

let portal: SandboxPortal;

beforeEach(async () => {
  portal = await startSandboxPortal({ rate: false });
  portal.placeApp();
});

afterEach(async () => {
  await portal.close();
});

function oauthClient(): B24OAuth {
  const pair = portal.issueToken();
  return new B24OAuth(
    {
      applicationToken: portal.applicationToken,
      userId: portal.adminId,
      memberId: portal.memberId,
      accessToken: pair.accessToken,
      refreshToken: pair.refreshToken,
      expires: pair.expires,
      expiresIn: 3600,
      scope: 'imbot,imopenlines',
      domain: portal.domain,
      clientEndpoint: portal.restEndpoint,
      serverEndpoint: `${portal.oauthOrigin}/rest/`,
      status: 'F' as never,
    },
    { clientId: portal.clientId, clientSecret: portal.clientSecret },
  );
}

/** The hook client insists on https; its public axios instance is told to speak plain http to the loopback sandbox. */
function hookClient(): B24Hook {
  const hook = B24Hook.fromWebhookUrl(portal.webhook.replace('http:', 'https:'));
  hook.getHttpClient(ApiVersion.v2).ajaxClient.interceptors.request.use((config) => {
    config.url = (config.url ?? '').replace('https:', 'http:');
    return config;
  });
  return hook;
}

interface Profile {
  readonly ID: string;
  readonly ADMIN: boolean;
}

describe('B24OAuth', () => {
  it('calls a method and sees who it is', async () => {
    const b24 = oauthClient();
    const answer = await b24.actions.v2.call.make<Profile>({ method: 'profile' });
    expect(answer.isSuccess).toBe(true);
    expect(answer.getData()?.result).toMatchObject({ ID: String(portal.adminId), ADMIN: true });
    await b24.initIsAdmin();
    expect(b24.auth.isAdmin).toBe(true);
  });

  it('registers a bot and sends a message through imbot.v2', async () => {
    const b24 = oauthClient();
    const fields = { code: 'sdk_bot', properties: { name: 'SDK' }, eventMode: 'fetch' };
    const registered = await b24.actions.v2.call.make<{ bot: { id: number } }>({
      method: 'imbot.v2.Bot.register',
      params: { fields },
    });
    const botId = registered.getData()?.result.bot.id ?? 0;
    const sent = await b24.actions.v2.call.make<{ id: number }>({
      method: 'imbot.v2.Chat.Message.send',
      params: { botId, dialogId: String(portal.adminId), fields: { message: 'Hello' } },
    });
    expect(portal.messages(String(portal.adminId)).map(({ id, text }) => [id, text])).toEqual([
      [sent.getData()?.result.id, 'Hello'],
    ]);
  });

  it('runs a batch, with one failing call beside good ones', async () => {
    const b24 = oauthClient();
    const answer = await b24.actions.v2.batch.make({
      calls: {
        me: { method: 'profile', params: {} },
        wrong: { method: 'imbot.message.add', params: { BOT_ID: 999, DIALOG_ID: '1', MESSAGE: 'x' } },
        bots: { method: 'imbot.bot.list', params: {} },
      },
      options: { isHaltOnError: false, returnAjaxResult: true },
    });
    const results = answer.getData() as Record<string, { isSuccess: boolean; getErrorMessages: () => string[] }>;
    expect(results['me']?.isSuccess).toBe(true);
    expect(results['bots']?.isSuccess).toBe(true);
    expect([...answer.getErrorMessages()].join(' ')).toContain('Bot not found');
  });

  it('refreshes an expired token by itself, hands over the new pair, and refreshes again with it', async () => {
    const b24 = oauthClient();
    const seen: string[] = [];
    b24.setCallbackRefreshAuth(async ({ b24OAuthParams }) => {
      seen.push(b24OAuthParams.refreshToken);
    });
    for (let round = 0; round < 2; round += 1) {
      portal.expireTokens();
      const answer = await b24.actions.v2.call.make<Profile>({ method: 'profile' });
      expect(answer.isSuccess).toBe(true);
    }
    expect(new Set(seen).size).toBe(2);
    expect(portal.calls().filter(({ method }) => method === 'profile')).toHaveLength(2);
  });

  it('reports a method error with the code of the portal', async () => {
    const b24 = oauthClient();
    const call = b24.actions.v2.call.make({ method: 'imbot.unregister', params: { BOT_ID: 999 } });
    await expect(call).rejects.toMatchObject({ code: 'BOT_ID_ERROR' });
  });
});

describe('B24Hook', () => {
  it('calls a method through the incoming webhook', async () => {
    const answer = await hookClient().actions.v2.call.make<Profile>({ method: 'profile' });
    expect(answer.getData()?.result.ID).toBe(String(portal.adminId));
  });

  it('registers a bot in CLIENT_ID mode and is refused without CLIENT_ID', async () => {
    const hook = hookClient();
    const params = { CODE: 'hook', EVENT_HANDLER: 'http://127.0.0.1:9/e', PROPERTIES: { NAME: 'Hook' } };
    const good = await hook.actions.v2.call.make<number>({
      method: 'imbot.register',
      params: { ...params, CLIENT_ID: 'mine' },
    });
    expect(good.getData()?.result).toBe(portal.bots()[0]?.id);
    const bad = hook.actions.v2.call.make({ method: 'imbot.register', params });
    await expect(bad).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });
});

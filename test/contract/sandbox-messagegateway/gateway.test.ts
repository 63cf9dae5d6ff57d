/** Lists with their bounds and order, the request limit, files, several accounts, the page's acts, https. */
import { request } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { selfSigned } from '../../../sandbox/kit/self-signed.ts';
import { startSandboxMessageGateway } from '../../../sandbox/messagegateway/start-messagegateway.ts';
import { type ApiResult, mg } from './fake-transport.ts';
import { bot, gateway, module, start, tokens, transport, write } from './gateway-under-test.ts';

function ids({ body }: ApiResult): number[] {
  return (body as { id: number }[]).map(({ id }) => id);
}

describe('lists', () => {
  it('come newest first, forward from a lower bound, bounds included, at most a hundred', async () => {
    await start();
    for (let at = 0; at < 120; at += 1) await write(`текст ${at}`);
    const all = ids(await bot('GET /messages?type=text'));
    expect(all).toHaveLength(100);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    const from = all[5] ?? 0;
    expect(ids(await bot(`GET /messages?type=text&since_id=${from}`))).toEqual(all.slice(0, 6).reverse());
    expect(ids(await bot(`GET /messages?type=text&since_id=${from}&until_id=${from}`))).toEqual([from]);
    expect(ids(await bot('GET /messages?type=text&limit=1000'))).toHaveLength(120);
    expect((await bot('GET /messages?limit=1001')).status).toBe(400);
    expect((await bot('GET /messages?limit=0')).status).toBe(400);
    expect(ids(await bot(`GET /messages?id=${all[0]}&id=${all[1]}`))).toEqual(all.slice(0, 2));
  });

  it('can leave the bounds out and force an order', async () => {
    await start({ boundsInclusive: false, listOrder: 'descending' });
    for (const text of ['а', 'б', 'в']) await write(text);
    const [third, second, first] = ids(await bot('GET /messages?type=text'));
    expect(ids(await bot(`GET /messages?type=text&since_id=${first}`))).toEqual([third, second]);
  });

  it('filter by what they are asked', async () => {
    await start();
    await write('раз');
    const { id: chat, dialogId } = gateway.chats()[0] ?? { id: 0, dialogId: 0 };
    expect(ids(await bot('GET /dialogs?active=1&assign=0'))).toEqual([dialogId]);
    expect(ids(await bot('GET /dialogs?active=false'))).toEqual([]);
    expect(ids(await bot('GET /chats?customer_external_id=c&channel_type=custom'))).toEqual([chat]);
    expect(ids(await bot('GET /chats?channel_type=telegram'))).toEqual([]);
    expect(ids(await bot('GET /messages?scope=private'))).toHaveLength(1);
    expect((await bot('GET /bots?self=maybe')).status).toBe(400);
  });
});

describe('the limit of requests a second', () => {
  it('answers 429 per token, with Retry-After only when told to', async () => {
    await start({ mgRate: 1, retryAfterSeconds: 1 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        fetch(`${gateway.mgOrigin}/api/bot/v1/bots`, { headers: { 'x-bot-token': tokens.bot } }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    // Three may start at once and one more in each second that the forty take to arrive.
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(37);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect((await transport('GET /channels')).status).toBe(200);
  });
});

describe('files', () => {
  it('are recognised by their bytes, handed out by temporary links, and limited', async () => {
    await start({ maxFileBytes: 100 });
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const headers = { 'x-bot-token': tokens.bot, 'content-type': 'application/json' };
    const up = async (body: Buffer): Promise<Response> =>
      await fetch(`${gateway.mgOrigin}/api/bot/v1/files/upload`, {
        method: 'POST',
        headers,
        body: new Uint8Array(body),
      });
    const file = (await (await up(png)).json()) as { id: string };
    expect(file).toMatchObject({ type: 'image', size: 8, transcription: null });
    const { url } = (await bot(`GET /files/${file.id}`)).body as { url: string };
    const got = await fetch(url);
    expect([got.headers.get('content-type'), Buffer.from(await got.arrayBuffer())]).toEqual(['image/png', png]);
    expect((await fetch(url.replace(/signature=./, 'signature=x'))).status).toBe(403);
    expect((await up(Buffer.alloc(101))).status).toBe(400);
    expect((await bot('GET /files/0b0e1f3e-0000-4000-8000-000000000000')).status).toBe(404);
  });
});

describe('several accounts', () => {
  it('share the gateway and nothing else', async () => {
    await start();
    const second = await gateway.addAccount();
    const theirs = await module.register(second);
    await write('раз');
    expect(second.crmOrigin).not.toBe(gateway.crmOrigin);
    expect((await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: theirs.bot }, 'GET /chats')).body).toEqual([]);
    expect(second.chats()).toEqual([]);
  });
});

describe('the page', () => {
  it('shows the state and acts, for itself alone', async () => {
    await start();
    await write('раз');
    const act = async (body: object, headers: Record<string, string> = {}): Promise<ApiResult> => {
      const answer = await fetch(`${gateway.mgOrigin}/sandbox/act`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json() };
    };
    const userId = ((await act({ act: 'prepare', name: 'Мария' })).body as { done: number }).done;
    const chatId = gateway.chats()[0]?.id ?? 0;
    expect((await act({ act: 'answer', chatId, userId, text: 'ответ', private: false })).status).toBe(200);
    expect((await act({ act: 'close', dialogId: 1 })).body).toEqual({ error: 'no dialog 1' });
    expect((await act({ act: 'prepare', name: 'x' }, { origin: 'http://evil.test' })).status).toBe(403);
    const state = await (await fetch(`${gateway.mgOrigin}/sandbox/state?chat=${chatId}`)).json();
    expect(state).toMatchObject({ chats: [{ id: chatId }], managers: [{ name: 'Мария' }] });
    expect(JSON.stringify(state)).not.toContain(tokens.bot);
    for (const part of ['/', '/page/main.js', '/page/style.css']) {
      expect((await fetch(gateway.mgOrigin + part)).status).toBe(200);
    }
  });
});

const tls = selfSigned(['127.0.0.1', 'localhost']);

describe('https, which official clients demand', () => {
  it('serves a client that sends JSON without a content type', async () => {
    const secure = await startSandboxMessageGateway({ tls });
    onTestFinished(() => secure.close());
    const url = new URL('/api/bot/v1/bots', secure.mgOrigin);
    const answer = await new Promise<string>((resolve, reject) => {
      const call = request(url, { method: 'GET', ca: tls.cert, headers: { 'X-Bot-Token': 'x' } }, (response) => {
        let text = '';
        response.on('data', (part: Buffer) => {
          text += part.toString();
        });
        response.on('end', () => resolve(text));
      });
      call.on('error', reject);
      call.end();
    });
    expect(url.protocol).toBe('https:');
    expect(JSON.parse(answer)).toEqual({ errors: ['Access denied'] });
  });
});

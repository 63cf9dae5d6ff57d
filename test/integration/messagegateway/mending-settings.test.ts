/** Two unknowns of the service that its own answers tell: how it takes files, and whether it escapes texts. Nothing is set. */
import { expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import {
  type LineTalk,
  type MgStage,
  mgChatOf,
  openLineTalk,
  startMgStage,
} from '../../support/messagegateway-stage.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

async function withAccount(
  gateway: NonNullable<Parameters<typeof startMgStage>[0]>['gateway'],
  work: (stage: MgStage, talk: LineTalk) => Promise<void>,
): Promise<void> {
  const stage = await startMgStage({ gateway: gateway ?? {} });
  try {
    await work(stage, await openLineTalk(stage, 'Кто там?'));
  } finally {
    await stage.close();
  }
}

const uploads = ({ gateway }: MgStage): number => gateway.calls().filter(({ path }) => path === '/files/upload').length;

it.each<readonly ['raw' | 'multipart', Record<string, unknown>]>([
  ['raw', {}],
  ['multipart', { uploadEncoding: 'raw' }],
])('files reach a service that takes them as %s alone, the first one too', async (taken, config) => {
  const stage = await startMgStage({ gateway: { uploads: taken }, config });
  try {
    const talk = await openLineTalk(stage, 'Кто там?');
    const chat = talk.mgChat;
    const got = (): Buffer | null | undefined => {
      const image = stage.gateway.messages(chat).findLast(({ type }) => type === 'image');
      return image === undefined ? undefined : stage.gateway.fileContent(image.items[0]?.id ?? '');
    };
    talk.say('', [{ name: 'вид.png', content: png }]);
    await stage.done();
    expect(got()).toEqual(png);
    expect(uploads(stage)).toBe(2);
    talk.say('', [{ name: 'ещё.png', content: Buffer.concat([png, png]) }]);
    await stage.done();
    expect(got()).toEqual(Buffer.concat([png, png]));
    expect(uploads(stage)).toBe(3);
  } finally {
    await stage.close();
  }
});

async function botSays({ config }: MgStage, chatId: number, content: string): Promise<void> {
  const { endpointUrl, token } = config.joined.bot;
  await fetch(`${endpointUrl}/api/bot/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-bot-token': token },
    body: JSON.stringify({ chat_id: chatId, scope: 'public', type: 'text', content }),
  });
}

it('texts of a service that escapes them are decoded once one of ours was read back', async () => {
  await withAccount({ escape: 'html' }, async (stage, talk) => {
    talk.say('5 < 7 & "так"');
    await stage.done();
    await botSays(stage, mgChatOf(stage, 'Кто там?'), 'Да, 5 < 7 & "точно"');
    await until(() => talk.shown().length > 0);
    expect(talk.shown()).toEqual(['Да, 5 < 7 & "точно"']);
  });
});

it('texts of a service that does not are left as they are, and one is read back once', async () => {
  await withAccount({}, async (stage, talk) => {
    for (const text of ['5 < 7', '6 < 7', '&lt;b&gt; пишется так']) talk.say(text);
    await stage.done();
    const asked = stage.gateway
      .calls()
      .filter(({ api, method, path }) => api === 'bot' && method === 'GET' && path.startsWith('/messages?id='));
    expect(asked).toHaveLength(1);
    await botSays(stage, mgChatOf(stage, 'Кто там?'), 'Жирный текст: &lt;b&gt;');
    await until(() => talk.shown().length > 0);
    expect(talk.shown()).toEqual(['Жирный текст: &lt;b&gt;']);
  });
});

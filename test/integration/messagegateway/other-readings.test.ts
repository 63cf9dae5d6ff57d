/** What nobody outside the vendor knows, answered the other way: the sandbox behaves so, and the connection is set accordingly. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type LineTalk, openLineTalk } from '../../support/messagegateway-stage.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

let talk: LineTalk;
let mgChat: number;

const stage = useMgStage({
  gateway: {
    escape: 'html',
    boundsInclusive: false,
    listOrder: 'ascending',
    botSendStatus: 201,
    badTokenStatus: 401,
    transportTokenInGet: true,
    timeOffset: 'Z',
    webhookMediaNote: 'nowhere',
    newDialogs: 'responsible-bot',
    // The documented limits.
    mgRate: 30,
    crmRate: 10,
  },
  config: { unescapeHtml: true, uploadEncoding: 'raw', language: 'en' },
});
beforeAll(async () => {
  talk = await openLineTalk(stage, 'Кто там?');
  mgChat = talk.mgChat;
});

const botSays = async (content: string): Promise<void> => {
  const { endpointUrl, token } = stage.config.joined.bot;
  const answer = await fetch(`${endpointUrl}/api/bot/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-bot-token': token },
    body: JSON.stringify({ chat_id: mgChat, scope: 'public', type: 'text', content }),
  });
  expect(answer.status).toBe(201);
};

describe('an account that answers the unknowns the other way', () => {
  it('shows escaped texts as they were meant', async () => {
    await botSays('5 < 7 & "так"');
    await until(() => talk.shown().length > 0);
    expect(talk.shown()).toEqual(['5 < 7 & "так"']);
  });

  it('takes the bare bytes of a picture', async () => {
    talk.say('', [{ name: 'вид.png', content: png }]);
    await stage.done();
    const got = stage.gateway.messages(mgChat).findLast(({ type }) => type === 'image');
    expect(stage.gateway.fileContent(got?.items[0]?.id ?? '')).toEqual(png);
  });

  it('catches up over lists of the other order, and tells managers once', async () => {
    stage.gateway.refuseSockets(true);
    stage.gateway.cutSockets();
    const commandId = stage.gateway.runCommand(mgChat, stage.config.joined.bot.botId, '/operator');
    stage.gateway.refuseSockets(false);
    const handed = async (): Promise<boolean> =>
      (await stage.probe.count('select count(*) from inbox where subject = $1', [`command:${commandId}`])) === 1;
    await until(handed);
    await stage.done();
    const notes = stage.gateway
      .messages(mgChat)
      .filter(({ scope, type, authorType }) => scope === 'private' && type === 'text' && authorType === 'bot');
    expect(notes.map(({ text }) => text)).toEqual([expect.stringContaining('A person in Bitrix24 leads')]);
    stage.gateway.runCommand(mgChat, stage.config.joined.bot.botId, '/bot');
    await stage.done();
  });

  it('is never asked faster than it allows', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, (_, index) => openLineTalk(stage, `Толпа ${index}`)));
    for (let line = 0; line < 20; line += 1) for (const other of others) other.say(`строка ${line}`);
    await stage.done();
    expect(stage.gateway.messages().filter(({ text }) => text?.startsWith('строка') === true)).toHaveLength(60);
    expect(stage.gateway.calls().filter(({ status }) => status === 429)).toEqual([]);
  });
});

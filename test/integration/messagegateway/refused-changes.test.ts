/** Edits and deletions the other side does not take: whoever made them hears of it, and nobody else. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type LineTalk, openLineTalk } from '../../support/messagegateway-stage.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

let talk: LineTalk;
let mgChat: number;
let count = 0;

const stage = useMgStage({ config: { channels: { perLine: false } } });
beforeEach(async () => {
  count += 1;
  const words = `Вопрос ${count}`;
  talk = await openLineTalk(stage, words);
  mgChat = talk.mgChat;
});

const notes = (): (string | null)[] =>
  stage.gateway
    .messages(mgChat)
    .filter(({ scope, authorType }) => scope === 'private' && authorType === 'bot')
    .map(({ text }) => text);
const inside = (): string[] =>
  stage.bridge.portal
    .messages(talk.chatId)
    .filter(({ isBot, skipConnector }) => isBot && skipConnector)
    .map(({ text }) => text);
/** As the portal answers to what is older than three days. */
const refuse = (method: string): void =>
  stage.bridge.portal.fault.rest({ method, kind: 'error', error: 'CANT_EDIT_MESSAGE', status: 403, times: 1 });

describe('a change Bitrix24 refuses', () => {
  it('is told to managers in a private note: the edit with its text, the deletion with the message', async () => {
    const id = await stage.gateway.managerAnswers(mgChat, 'старый ответ');
    await stage.done();
    refuse('imbot.message.update');
    await stage.gateway.editMessage(id, 'новый ответ');
    await stage.done();
    expect(notes()).toEqual([expect.stringMatching(/не увидит правку «новый ответ».*трёх дней/)]);
    refuse('imbot.message.delete');
    await stage.gateway.deleteMessage(id);
    await stage.done();
    const shown = stage.bridge.portal.messages(talk.chatId).find(({ text }) => text === 'старый ответ');
    expect(notes()).toEqual([expect.anything(), expect.stringContaining(`№ ${shown?.id}`)]);
    expect(talk.shown()).toEqual(['старый ответ']);
    expect(inside()).toEqual([]);
  });

  it('is no news when it was made', async () => {
    const id = await stage.gateway.managerAnswers(mgChat, 'было');
    await stage.done();
    await stage.gateway.editMessage(id, 'стало');
    await stage.done();
    expect(talk.shown()).toEqual(['стало']);
    expect([notes(), inside()]).toEqual([[], []]);
  });
});

describe('a change MessageGateway refuses', () => {
  it('is told inside the portal, where the customer does not see it', async () => {
    const messageId = talk.say('личное');
    await stage.done();
    const settings = await forbidDeleting();
    stage.bridge.portal.deleteMessage(messageId);
    await stage.done();
    expect(inside()).toEqual([expect.stringContaining('Сообщение удалили, но передать это дальше не удалось')]);
    expect(talk.shown()).toEqual([]);
    expect(notes()).toEqual([]);
    await putChannel(settings);
  });
});

/** Somebody has changed the channel behind our back. Returns the settings it had. */
async function forbidDeleting(): Promise<Readonly<Record<string, unknown>>> {
  const channel = stage.gateway.channels().find(({ id }) => id === stage.config.joined.channelId);
  const settings = channel?.settings ?? {};
  await putChannel({ ...settings, text: { ...(settings['text'] as object), deleting: 'none' } });
  return settings;
}

async function putChannel(settings: Readonly<Record<string, unknown>>): Promise<void> {
  const { transport, channelId } = stage.config.joined;
  const answer = await fetch(`${transport.endpointUrl}/api/transport/v1/channels/${channelId}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-transport-token': transport.token },
    body: JSON.stringify({ settings }),
  });
  expect(answer.status).toBe(200);
}

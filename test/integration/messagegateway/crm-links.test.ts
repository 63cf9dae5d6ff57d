import { expect, it } from 'vitest';
import { openLineTalk } from '../../support/messagegateway-stage.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

const stage = useMgStage();

it('managers are shown the CRM records of a customer once, and again when they change', async () => {
  const { portal } = stage.bridge;
  const talk = await openLineTalk(stage, 'Есть кто?');
  const mgChat = talk.mgChat;
  const notes = (): (string | null)[] =>
    stage.gateway
      .messages(mgChat)
      .filter(({ scope, authorType }) => scope === 'private' && authorType === 'bot')
      .map(({ text }) => text);
  const lead = `лид 1209 https://${portal.domain}/crm/lead/details/1209/`;
  const deal = `сделка 7 https://${portal.domain}/crm/deal/details/7/`;
  expect(notes()).toEqual([]);
  portal.linkCrm(talk.chatId, { LEAD: 1209 });
  talk.say('Ау');
  await stage.done();
  talk.say('Ау-ау');
  await stage.done();
  expect(notes()).toEqual([`Клиент в CRM Битрикс24:\n${lead}`]);
  portal.linkCrm(talk.chatId, { LEAD: 1209, DEAL: 7 });
  talk.say('Вы тут?');
  await stage.done();
  expect(notes()).toEqual([`Клиент в CRM Битрикс24:\n${lead}`, `Клиент в CRM Битрикс24:\n${lead}\n${deal}`]);
  expect(talk.shown()).toEqual([]);
});

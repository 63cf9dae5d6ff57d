import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxMetabot, startSandboxMetabot } from '../../../sandbox/metabot/start-metabot.ts';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { employeeTalk } from '../../support/metabot-stage.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

let metabot: SandboxMetabot;
let own: OwnBridge;
let connection: string;

const cli = (...words: string[]) => runCli(environmentOf(own), words);
const done = () => everythingDone(own.bridge.portal, own.probe);

// As an administrator does it: the account is joined, and commands are registered.
beforeAll(async () => {
  metabot = await startSandboxMetabot();
  own = await startInstalled({ extraHosts: [new URL(metabot.origin).host] });
  const config = {
    origin: metabot.origin,
    botId: 1001,
    token: metabot.state.token,
    callsPerSecond: 100,
    addTags: ['b24'],
  };
  const added = await cli('connections', 'add', '--brain', 'metabot', '--config', JSON.stringify(config), '--json');
  connection = added.json<{ connection: { id: string } }>().connection.id;
  for (const code of ['bridge_line', 'bridge_assistant']) {
    const set = await cli('bots', 'set', '--code', code, '--connection', connection);
    if (set.code !== 0) throw new Error(set.err);
  }
  await done();
});
afterAll(async () => {
  await own.close();
  await metabot.close();
});

/** Somebody new has written; the script has heard it. */
async function begin(text = 'Начало') {
  const person = employeeTalk(own);
  person.say(text);
  const conversation = () => [...metabot.state.conversations.values()].find(({ lines }) => lines[0]?.text === text);
  await until(() => conversation() !== undefined);
  const found = conversation();
  if (found === undefined) throw new Error('the script has heard nothing');
  return { person, conversation: found, name: `bridge_assistant/${person.id}` };
}

async function post(content: unknown, address = metabot.state.hook) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(address, { method: 'POST', body: JSON.stringify(content), headers });
  return { status: answer.status, body: await answer.json() };
}

const file = () => ({ url: `${metabot.origin}/files/price-list.txt` });

describe('the script of Metabot', () => {
  it('was told its webhook address when the account was connected', () => {
    expect(metabot.state.hook).toMatch(`${own.bridge.url}/brains/metabot/`);
  });

  it('shows buttons, whose values it hears when they are pressed', async () => {
    const { person, conversation } = await begin('Кнопки');
    await metabot.say(conversation.id, { text: 'Да?', buttons: [{ text: 'Да', value: 'yes' }, { text: 'Нет' }] });
    await until(() => person.shown().length === 1);
    const [message] = person.shown();
    own.bridge.portal.pressButton(person.id, message?.id ?? 0, 0);
    const heard = (): string[] => conversation.lines.filter(({ from }) => from === 'user').map(({ text }) => text);
    await until(() => heard().length === 2);
    expect(heard()).toEqual(['Кнопки', 'yes']);
  });

  it('shows a card and a file, in order', async () => {
    const { person, conversation } = await begin('Файл');
    const cards = [{ title: 'Чай', url: 'https://example.com/tea', facts: [{ name: 'Цена', value: '100' }] }];
    await metabot.say(conversation.id, { text: 'Смотрите', cards, attachments: [file()] });
    await until(() => person.shown().some(({ files }) => files.length === 1));
    expect(person.shown()).toMatchObject([
      { text: 'Смотрите', attach: [expect.anything()] },
      { files: [{ name: 'price-list.txt' }] },
    ]);
    expect(person.shown()[0]?.attach).not.toEqual([]);
  });

  it('does not reach into our network by the address of a file', async () => {
    const { person, conversation, name } = await begin('Чужая сеть');
    const attachments = [
      { url: `${own.bridge.url.replace('http:', 'https:')}/metrics` },
      { url: 'https://10.0.0.1/x' },
    ];
    await metabot.say(conversation.id, { text: 'Вот', attachments });
    await until(() => person.shown().length === 1);
    await done();
    expect(person.shown()).toHaveLength(1);
    const [, dialog] = name.split('/');
    expect(
      await own.probe.rows("select outcome from outbox where dialog_id = $1 and state = 'dead_letter'", [dialog]),
    ).toEqual([{ outcome: 'network.private_address' }, { outcome: 'network.private_address' }]);
  });

  it('hands a customer over to the operators with a note that the customer does not see, and finishes', async () => {
    const { portal } = own.bridge;
    const operator = portal.addEmployee({ name: 'Ольга Операторова' });
    const line = portal.addLine({
      name: 'Поддержка',
      botId: ourBot(portal, 'line').id,
      left: 'close',
      queue: [operator.id],
    });
    const client = portal.addClient({ name: 'Кирилл Клиентов', lineId: line.id });
    const { chatId } = portal.clientWrites(client.id, 'Хочу оплатить');
    await until(() =>
      [...metabot.state.conversations.values()].some(({ dialogKind }) => dialogKind === 'open_channel'),
    );
    const conversation = [...metabot.state.conversations.values()].find((one) => one.dialogKind === 'open_channel');
    const id = conversation?.id ?? '';
    await metabot.say(id, { type: 'note', text: 'просил скидку' });
    await metabot.say(id, { text: 'Минуту', handover: 'вопрос об оплате' });
    await done();
    const said = portal.messages(chatId).filter(({ isBot }) => isBot);
    const forCustomer = said.filter(({ skipConnector }) => !skipConnector).map(({ text }) => text);
    expect(forCustomer.at(-1)).toBe('Минуту');
    expect(said.filter(({ skipConnector }) => skipConnector).map(({ text }) => text)).toEqual([
      'просил скидку',
      'вопрос об оплате',
    ]);
    const [row] = await own.probe.rows('select owner from conversation where dialog_id = $1', [`chat${chatId}`]);
    expect(row).toEqual({ owner: 'person' });
  });

  it('is matched by a lead that is known, and by no other', async () => {
    const { person, conversation } = await begin('Лид');
    await done();
    expect(await post({ id: 'by-lead', lead_id: conversation.leadId, text: 'По лиду' })).toEqual({
      status: 200,
      body: { ok: true },
    });
    await until(() => person.shown().length === 1);
    expect(await post({ id: 'other-lead', lead_id: 999_999, text: 'x' })).toMatchObject({ status: 404 });
    expect(await post({ id: 'no-conversation', conversation_id: 'nobodys', text: 'x' })).toMatchObject({
      status: 200,
      body: { ok: false },
    });
    expect(await post({ conversation_id: conversation.id, text: 'x' })).toMatchObject({ status: 400 });
    expect(await post({ id: 'a' }, `${own.bridge.url}/brains/metabot/a-guess`)).toMatchObject({ status: 404 });
  });

  it('cannot speak in a conversation of another connection', async () => {
    const config = { origin: metabot.origin, botId: 1001, token: metabot.state.token };
    const before = metabot.state.hook;
    const added = await cli('connections', 'add', '--brain', 'metabot', '--config', JSON.stringify(config), '--json');
    const other = added.json<{ webhook: string }>().webhook;
    metabot.state.hook = before;
    const { person, conversation } = await begin('Чужое');
    await done();
    const { id, leadId } = conversation;
    expect(await post({ id: 'f1', conversation_id: id, lead_id: 77, text: 'чужой' }, other)).toMatchObject({
      body: { ok: false },
    });
    expect(await post({ id: 'f2', lead_id: leadId, text: 'чужой' }, other)).toMatchObject({ status: 404 });
    await done();
    expect(person.shown()).toEqual([]);
  });
});

describe('a job of Metabot', () => {
  it('is scheduled by command for the lead of the conversation, with a condition', async () => {
    const { conversation, name } = await begin('По команде');
    const words = ['code=welcome', 'params={"order": 17}', 'condition=return leadId > 0;', 'run_after_sec=3600'];
    expect((await cli('requests', 'send', name, 'script', ...words)).err).toBe('');
    await until(() => metabot.state.jobs.some(({ conversationId }) => conversationId === conversation.id));
    expect(metabot.state.jobs.at(-1)).toMatchObject({
      kind: 'script',
      target: 'welcome',
      leadId: conversation.leadId,
      params: { order: 17, event: 'request' },
      body: { condition_script_code: 'return leadId > 0;', run_after_sec: 3600 },
      state: 'waiting',
    });
  });

  it('is scheduled by an employee in the chat, without a condition whatever is typed', async () => {
    const { person, conversation } = await begin('В чате');
    person.say('/mbscript welcome in 5 condition=true order=17');
    await until(() => metabot.state.jobs.some(({ conversationId }) => conversationId === conversation.id));
    const job = metabot.state.jobs.at(-1);
    expect(job).toMatchObject({ target: 'welcome', params: { order: '17', condition: 'true' } });
    expect(job?.body).not.toHaveProperty('condition_script_code');
  });

  it('is scheduled when a follow-up of the script is due, and not after it is cancelled', async () => {
    const { conversation, name } = await begin('Напомнить');
    for (const id of ['first', 'second']) {
      await metabot.say(conversation.id, {
        type: 'follow_up',
        name: id,
        after_sec: 3600,
        script_code: id,
        params: { a: 1 },
      });
    }
    await metabot.say(conversation.id, { type: 'cancel_follow_up', name: 'second' });
    await done();
    const list = await cli('follow-ups', 'list', name, '--json');
    expect(list.json<{ followUps: { id: string }[] }>().followUps.map(({ id }) => id)).toEqual(['first']);
    await own.probe.rows('update follow_up set due_at = now()');
    await until(() => metabot.state.jobs.some(({ conversationId }) => conversationId === conversation.id));
    await done();
    const jobs = metabot.state.jobs.filter(({ conversationId }) => conversationId === conversation.id);
    expect(jobs).toMatchObject([{ kind: 'script', target: 'first', params: { a: 1, event: 'request' } }]);
  });
});

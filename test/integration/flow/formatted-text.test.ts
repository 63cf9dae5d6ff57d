/** Formatted texts, all buttons, menus and choices through the running app, the database and a strict portal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import type { Button } from '../../../src/core/decorations.ts';
import { type Reply, textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { botTalk, everythingDone, isGreeting, ourBot } from '../../support/talk.ts';

let next: Partial<Reply> = {};
const heard: string[] = [];
const scripted = scriptBrain(
  {
    deliver({ text }) {
      heard.push(text);
      return Promise.resolve({ replies: [{ ...textReply(text), ...next }] });
    },
  },
  { capabilities: { textForm: 'markdown', messageForm: 'markdown' } },
);

async function open(portal: SandboxPortalOptions): Promise<OwnBridge> {
  const own = await startOwnBridge({ portal, brains: [scripted.brain] });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

const buttons: readonly Button[] = [
  { type: 'say', label: 'Да', text: 'да', color: 'primary' },
  { type: 'put', label: 'Вписать', text: 'текст', joinsRow: true },
  { type: 'copy', label: 'Скопировать', text: 'код' },
  { type: 'dialog', label: 'Чат', dialogId: 'chat5', isDisabled: true },
  { type: 'link', label: 'Сайт', url: 'https://shop.example/1', device: 'desktop' },
  { type: 'call', label: 'Звонок', phone: '+7 495 123' },
  { type: 'command', label: 'Помощь', command: 'help', params: '', isOnce: true },
];

describe.each([
  ['a portal of today', {}],
  ['a portal without imbot.v2', { v2: false }],
] as const)('%s', (_, options) => {
  let own: OwnBridge;
  beforeAll(async () => {
    own = await open(options);
  });
  afterAll(() => own.close());

  it('shows what a brain writes in Markdown, with every button and the menu, and tells the brain in Markdown', async () => {
    const menu: readonly Button[] = [{ type: 'say', label: 'Ещё', text: 'ещё' }];
    next = { text: '**Привет**, [b]x[/b] и [сайт](https://a.example)', buttons, menu, linkPreview: false };
    const said = sayToAssistant(own.bridge, '[b]важно[/b] *');
    const answers = () => botTalk(own.bridge.portal, said.chatId).filter(({ text }) => !isGreeting(text));
    await until(() => answers().length > 0);
    await everythingDone(own.bridge.portal, own.probe);
    expect(heard.at(-1)).toBe('**важно** \\*');
    const answer = answers().at(-1);
    expect(answer?.text).toBe('[b]Привет[/b], [\u2060b]x[\u2060/b] и [url=https://a.example/]сайт[/url]');
    expect(answer?.keyboard.flatMap((one) => one['TEXT'] ?? [])).toEqual(buttons.map(({ label }) => label));
    expect(answer?.menu).toMatchObject([{ TEXT: 'Ещё', ACTION: 'SEND', ACTION_VALUE: 'ещё' }]);
    expect(answer?.edited).toBe(false);
  });
});

describe('a customer of an Open Channel', () => {
  let own: OwnBridge;
  beforeAll(async () => {
    own = await open({});
    await own.probe.rows('update bot set greet_after_seconds = 0');
  });
  afterAll(() => own.close());

  it('answers a button by its number, once, and the trace says so', async () => {
    const { portal } = own.bridge;
    const operator = portal.addEmployee({ name: 'Ольга' }).id;
    const line = portal.addLine({ name: 'Л', botId: ourBot(portal, 'line').id, queue: [operator] });
    const clientId = portal.addClient({ name: 'Кирилл', lineId: line.id }).id;
    next = { text: 'Везём?', buttons: [{ type: 'say', label: 'Да', text: 'да, \0везите' }] };
    const { chatId } = portal.clientWrites(clientId, 'здравствуйте');
    await everythingDone(portal, own.probe);
    expect(botTalk(portal, chatId).at(-1)).toMatchObject({ text: 'Везём?\n1 – Да', keyboard: [] });
    next = {};
    for (const words of ['1', '1']) {
      portal.clientWrites(clientId, words);
      await everythingDone(portal, own.probe);
    }
    expect(heard.slice(-2)).toEqual(['да, \ufffdвезите', '1']);
    const rows = await own.probe.rows(`select 1 from inbox_outcome where outcome = 'chosen'`);
    expect(rows).toHaveLength(1);
  });
});

/** The stage of the console: the app, both sandboxes, a messenger of another vendor in MessageGateway, a group with the supervisor. */
import type { SeenMessage } from '../../sandbox/bitrix24/observation.ts';
import { FakeTransport, FULL_SETTINGS, mg } from '../contract/sandbox-messagegateway/fake-transport.ts';
import { until } from './bridge.ts';
import { type MgStage, type MgStageOptions, startMgStage } from './messagegateway-stage.ts';
import { botTalk, isGreeting, ourBot } from './talk.ts';

/** Another vendor's messenger, with its customers. */
export interface Messenger {
  readonly double: FakeTransport;
  readonly channelId: number;
  /** A customer writes; returns the chat and the message in MessageGateway. */
  writes(
    customer: { readonly id: string; readonly name: string; readonly phone?: string },
    text: string,
    files?: readonly { readonly name: string; readonly content: Buffer }[],
  ): Promise<{ readonly chatId: number; readonly messageId: number }>;
  edits(messageId: number, text: string): Promise<void>;
  deletes(messageId: number): Promise<void>;
  /** The texts sent to customers, oldest first. */
  sent(): readonly string[];
}

export interface ConsoleStage extends MgStage {
  readonly messenger: Messenger;
  /** A group with the supervisor in it. */
  readonly openGroup: (title: string, employee?: { readonly name: string; readonly email?: string }) => Promise<Group>;
}

export interface Group {
  readonly chatId: number;
  readonly ownerId: number;
  /** The group's owner mentions the supervisor; resolves when all work that follows is done. */
  readonly asks: (text: string) => Promise<string>;
  /** The same without waiting; returns the message's id. */
  readonly mentions: (
    text: string,
    files?: readonly { readonly name: string; readonly content: Buffer }[],
    by?: number,
  ) => number;
  /** The owner writes without mentioning the supervisor. */
  readonly chatters: (text: string) => void;
  /** The supervisor's messages in the group, without the greeting. */
  readonly said: () => readonly string[];
  readonly messages: () => readonly SeenMessage[];
  /** Presses a button of the last message that has one with this label. */
  readonly presses: (label: string) => Promise<string>;
}

export async function startConsoleStage(options: MgStageOptions = {}): Promise<ConsoleStage> {
  const stage = await startMgStage(options);
  const double = await FakeTransport.start();
  const messenger = await joinMessenger(stage, double);
  return {
    ...stage,
    messenger,
    openGroup: (title, employee) => openGroup(stage, title, employee ?? { name: 'Иван Петров' }),
    async close() {
      await stage.close();
      await double.close();
    },
  };
}

async function joinMessenger({ gateway }: MgStage, double: FakeTransport): Promise<Messenger> {
  const { transport: token } = await double.register(gateway, 'messenger');
  const call = async (line: string, body: unknown): Promise<unknown> => {
    const answer = await mg({ mgOrigin: gateway.mgOrigin, api: 'transport', token: token }, line, body);
    if (answer.status >= 300) throw new Error(`${line}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const channel = { type: 'whatsapp', name: 'Витрина', external_id: 'shop', settings: FULL_SETTINGS };
  const { id: channelId } = (await call('POST /channels', channel)) as { id: number };
  let count = 0;
  const externalIds = new Map<number, string>();
  return {
    double,
    channelId,
    async writes({ id, name, phone }, text, files = []) {
      count += 1;
      const externalId = `m${count}`;
      const items: { id: string; caption: string }[] = [];
      for (const file of files) {
        const response = await fetch(`${gateway.mgOrigin}/api/transport/v1/files/upload`, {
          method: 'POST',
          headers: { 'x-transport-token': token },
          body: new Uint8Array(file.content),
        });
        const uploaded = (await response.json()) as { id: string };
        items.push({ id: uploaded.id, caption: file.name });
      }
      const content = files.length === 0 ? { type: 'text', text } : { type: 'file', note: text, items };
      const sent = (await call('POST /messages', {
        channel: channelId,
        external_chat_id: id,
        originator: 'customer',
        customer: { external_id: id, nickname: name, first_name: name, ...(phone === undefined ? {} : { phone }) },
        message: { external_id: externalId, ...content },
      })) as { message_id: number };
      externalIds.set(sent.message_id, externalId);
      const chatId = gateway.messages().find((message) => message.id === sent.message_id)?.chatId ?? 0;
      return { chatId, messageId: sent.message_id };
    },
    async edits(messageId, text) {
      await call('PUT /messages', { channel: channelId, message: { external_id: externalIds.get(messageId), text } });
    },
    async deletes(messageId) {
      await call('DELETE /messages', { channel: channelId, message: { external_id: externalIds.get(messageId) } });
    },
    sent: () =>
      double.webhooks('message_sent').map(({ data }) => (typeof data['content'] === 'string' ? data['content'] : '')),
  };
}

async function openGroup(
  stage: MgStage,
  title: string,
  employee: { readonly name: string; readonly email?: string },
): Promise<Group> {
  const { portal } = stage.bridge;
  const supervisor = ourBot(portal, 'supervisor');
  const ownerId = portal.addEmployee(employee).id;
  const { chatId } = portal.addGroup({ title, ownerId, botIds: [supervisor.id] });
  await until(() => botTalk(portal, chatId).length === 1);
  const said = (): string[] =>
    botTalk(portal, chatId)
      .filter(({ deleted }) => !deleted)
      .map(({ text }) => text)
      .filter((text) => !isGreeting(text));
  const afterwards = async (act: () => unknown): Promise<string> => {
    const before = said().length;
    act();
    await stage.done();
    return said().slice(before).join('\n---\n');
  };
  const mentions: Group['mentions'] = (text, files, by) =>
    portal.writesInGroup(
      by ?? ownerId,
      chatId,
      `[USER=${supervisor.id}]${supervisor.name}[/USER] ${text}`,
      files === undefined ? {} : { files },
    ).messageId;
  return {
    chatId,
    ownerId,
    said,
    mentions,
    messages: () => portal.messages(chatId),
    asks: (text) => afterwards(() => mentions(text)),
    chatters: (text) => void portal.writesInGroup(ownerId, chatId, text),
    presses: (label) => afterwards(() => portal.pressButton(ownerId, ...buttonOf(portal.messages(chatId), label))),
  };
}

function buttonOf(messages: readonly SeenMessage[], label: string): [number, number] {
  for (const message of messages.toReversed()) {
    const buttons = message.keyboard.filter((button) => button['TYPE'] === 'BUTTON');
    const index = buttons.findIndex((button) => String(button['TEXT']).includes(label));
    if (index >= 0) return [message.id, index];
  }
  throw new Error(`no button "${label}"`);
}

/**
 * Customers in Bitrix24 and managers in MessageGateway send numbers at the same time, each as fast as the endpoint accepts them. The result can
 * be checked exactly: every number must arrive on the other side, once and in order.
 */

import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import type { SandboxMessageGateway } from '../../sandbox/messagegateway/start-messagegateway.ts';
import { until } from './bridge.ts';
import { botTalk, isGreeting, ourBot } from './talk.ts';

export interface TwoWayTalk {
  /** Resolves when every customer and every manager has sent all numbers. */
  readonly finished: Promise<void>;
  /** True when every number has arrived on the other side. */
  isCarried(): boolean;
  /** Dialogs in which the other side did not see exactly what was sent, in order. */
  faults(): string[];
  /** Managers' messages that were not confirmed to MessageGateway as shown. */
  unconfirmed(): string[];
}

export interface TwoWayTalkOptions {
  readonly portal: SandboxPortal;
  readonly gateway: SandboxMessageGateway;
  readonly dialogs: number;
  /** How many numbers are sent in each direction of each dialog. */
  readonly numbers: number;
  /** Milliseconds between two numbers of one person. */
  readonly pauseMs: number;
}

interface Dialog {
  readonly clientId: number;
  readonly name: string;
  chatId: number;
  mgChat: number;
}

const againMs = 50;
const patienceMs = 30_000;

/** Starts the talk after every customer has written a first message and it has reached MessageGateway. */
export async function startTwoWayTalk(options: TwoWayTalkOptions): Promise<TwoWayTalk> {
  const { portal, gateway, numbers } = options;
  const manager = gateway.addManager({ name: 'Марина Менеджерова' });
  const operator = portal.addEmployee({ name: 'Ольга Операторова' });
  const bot = ourBot(portal, 'line');
  const line = portal.addLine({ name: 'Поддержка', botId: bot.id, left: 'close', queue: [operator.id] });
  const take = createRedelivery(portal);
  const dialogs = Array.from({ length: options.dialogs }, (_, index): Dialog => {
    const name = `Клиент ${index}`;
    return { clientId: portal.addClient({ name, lineId: line.id }).id, name, chatId: 0, mgChat: 0 };
  });
  const said = (dialog: Dialog, who: 'к' | 'м', n: number): string => `${dialog.name} ${who}${n}`;
  const wanted = (dialog: Dialog, who: 'к' | 'м', from: number): string[] =>
    Array.from({ length: numbers + 1 - from }, (_, index) => said(dialog, who, index + from));

  const heard = (dialog: Dialog): (string | null)[] =>
    gateway
      .messages(dialog.mgChat)
      .filter(({ authorType }) => authorType === 'customer')
      .map(({ text }) => text);
  const shown = (dialog: Dialog): string[] =>
    botTalk(portal, dialog.chatId)
      .filter(({ skipConnector, text }) => !skipConnector && !isGreeting(text))
      .map(({ text }) => text);

  async function customer(dialog: Dialog, from: number): Promise<void> {
    for (let n = from; n <= numbers; n += 1) {
      const { chatId, messageId } = portal.clientWrites(dialog.clientId, said(dialog, 'к', n));
      dialog.chatId = chatId;
      await take(messageId);
      if (from === 0) return;
      await delay(randomInt(options.pauseMs / 2, options.pauseMs * 1.5));
    }
  }

  async function answers(dialog: Dialog): Promise<void> {
    for (let n = 1; n <= numbers; n += 1) {
      await gateway.managerAnswers(dialog.mgChat, said(dialog, 'м', n), { userId: manager.id });
      await delay(randomInt(options.pauseMs / 2, options.pauseMs * 1.5));
    }
  }

  const mgChatOf = (dialog: Dialog): number =>
    gateway.messages().find(({ text }) => text === said(dialog, 'к', 0))?.chatId ?? 0;
  await Promise.all(dialogs.map((dialog) => customer(dialog, 0)));
  await until(() => dialogs.every((dialog) => mgChatOf(dialog) !== 0), patienceMs);
  for (const dialog of dialogs) dialog.mgChat = mgChatOf(dialog);
  const talking = dialogs.flatMap((dialog) => [customer(dialog, 1), answers(dialog)]);

  const fault = (where: string, seen: readonly (string | null)[], due: readonly string[]): string[] =>
    seen.join('|') === due.join('|') ? [] : [`${where} saw ${seen.join('|')}`];
  return {
    finished: Promise.all(talking).then(() => undefined),
    isCarried: () => dialogs.every((dialog) => heard(dialog).length > numbers && shown(dialog).length >= numbers),
    faults: () =>
      dialogs.flatMap((dialog) => [
        ...fault('the manager', heard(dialog), wanted(dialog, 'к', 0)),
        ...fault('the customer', shown(dialog), wanted(dialog, 'м', 1)),
      ]),
    unconfirmed: () =>
      dialogs
        .flatMap((dialog) => gateway.messages(dialog.mgChat))
        .filter(({ authorType, type, status, externalId }) => {
          return authorType === 'user' && type === 'text' && (status !== 'sent' || !externalId);
        })
        .map(({ text, status, error }) => `${text} ${status} ${JSON.stringify(error)}`),
  };
}

/** The portal posts each event only once. This posts events that no app accepted again, unchanged, until one does. */
function createRedelivery(portal: SandboxPortal): (messageId: number) => Promise<void> {
  const first = new Map<string, { readonly url: string; readonly body: string; readonly status: number }>();
  portal.onChange((change) => {
    if (change.kind !== 'delivery') return;
    const delivery = portal.deliveries().findLast(({ id }) => id === change.id);
    const messageId = new URLSearchParams(delivery?.body ?? '').get('data[PARAMS][MESSAGE_ID]');
    if (delivery?.event === 'ONIMBOTMESSAGEADD' && messageId !== null) first.set(messageId, delivery);
  });
  return async (messageId) => {
    const key = String(messageId);
    await until(() => first.has(key), patienceMs);
    const event = first.get(key);
    for (let status = event?.status; event !== undefined && status !== 200; ) {
      await delay(againMs);
      status = await post(event.url, event.body);
    }
  };
}

/** Posts a body and returns the status; 0 without an answer. */
async function post(url: string, body: string): Promise<number> {
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', connection: 'close' };
    const answer = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(10_000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    // The process is dead, or was killed during the request.
    return 0;
  }
}

/** What the manager's page shows and may request: a snapshot of the first account, and actions that are validated before they are executed. */
import { z } from 'zod';
import { pageFiles } from '../kit/files.ts';
import type { Page } from '../kit/page-server.ts';
import type { ApiCallRecord } from './call-log.ts';
import type { Api, Fault } from './faults.ts';
import { seenMessage } from './observation.ts';
import type { SandboxAccount } from './sandbox-account.ts';
import type { AccountState } from './state.ts';
import { fileUrl } from './stored-files.ts';
import type { WebhookRecord } from './webhooks.ts';

/** The gateway as far as the page needs it. */
export interface PageGateway extends SandboxAccount {
  readonly mgOrigin: string;
  calls(): readonly ApiCallRecord[];
  webhooks(): readonly WebhookRecord[];
  sockets(): { readonly open: number };
  cutSockets(): void;
  refuseSockets(isRefusing: boolean): void;
  storm429(given: { readonly times: number; readonly api: Exclude<Api, 'crm'> }): void;
  fail(fault: Fault): void;
  clearFaults(): void;
  garbageFrame(): void;
  repeatWebhooks(count: number): void;
  dropWebhooks(count: number): void;
}

const id = z.int().positive();
const text = z.string().max(20_000);
const files = pageFiles(28_000_000);
const code = z.string().min(1);

const dialogActs = [
  z.object({ act: z.literal('prepare'), name: z.string().min(1).max(100) }),
  z.object({
    act: z.literal('answer'),
    chatId: id,
    userId: id,
    text,
    private: z.boolean(),
    files,
    quote: id.nullable().default(null),
  }),
  z.object({ act: z.literal('assignUser'), dialogId: id, userId: id }),
  z.object({ act: z.literal('assignBot'), dialogId: id, botId: id }),
  z.object({ act: z.literal('unassign'), dialogId: id }),
  z.object({ act: z.literal('close'), dialogId: id }),
  z.object({ act: z.literal('edit'), messageId: id, text: text.min(1) }),
  z.object({ act: z.literal('delete'), messageId: id }),
  z.object({ act: z.literal('react'), messageId: id, userId: id, reaction: z.string().nullable() }),
  z.object({ act: z.literal('read'), chatId: id }),
  z.object({ act: z.literal('command'), dialogId: id, botId: id, command: z.string().min(1).max(500) }),
  z.object({ act: z.literal('tag'), dialogId: id, name: z.string().min(1).max(255) }),
  z.object({ act: z.literal('untag'), dialogId: id, name: z.string().min(1).max(255) }),
] as const;

const faultActs = [
  z.object({ act: z.literal('cutSockets') }),
  z.object({ act: z.literal('refuseSockets'), isOn: z.boolean() }),
  z.object({ act: z.literal('storm429') }),
  z.object({ act: z.literal('slow') }),
  z.object({ act: z.literal('fail500') }),
  z.object({ act: z.literal('garbage') }),
  z.object({ act: z.literal('repeatWebhooks') }),
  z.object({ act: z.literal('dropWebhooks') }),
  z.object({ act: z.literal('clearFaults') }),
  z.object({ act: z.literal('revoke'), code, api: z.enum(['bot', 'transport']) }),
  z.object({ act: z.literal('freeze'), code, isOn: z.boolean() }),
  z.object({ act: z.literal('chatsOff'), isOn: z.boolean() }),
  z.object({ act: z.literal('renameCrm') }),
] as const;

const dialogSchema = z.discriminatedUnion('act', dialogActs);
const faultSchema = z.discriminatedUnion('act', faultActs);
type DialogAct = z.infer<typeof dialogSchema>;
type FaultAct = z.infer<typeof faultSchema>;

/** How many calls one press of a fault button makes fail. */
const CALLS_PER_PRESS = 5;
const SHOWN_MESSAGES = 300;
const SHOWN_LOG = 80;

async function actInDialog(gateway: PageGateway, act: DialogAct): Promise<unknown> {
  switch (act.act) {
    case 'prepare':
      return gateway.managers()[0]?.id ?? gateway.addManager({ name: act.name }).id;
    case 'answer': {
      const quote = act.quote === null ? {} : { quote: act.quote };
      const choice = { userId: act.userId, private: act.private, items: act.files, ...quote };
      return await gateway.managerAnswers(act.chatId, act.text, choice);
    }
    case 'assignUser':
      return gateway.assign(act.dialogId, { userId: act.userId });
    case 'assignBot':
      return gateway.assign(act.dialogId, { botId: act.botId });
    case 'unassign':
      return gateway.unassign(act.dialogId);
    case 'close':
      return gateway.closeDialog(act.dialogId);
    case 'edit':
      return await gateway.editMessage(act.messageId, act.text);
    case 'delete':
      return await gateway.deleteMessage(act.messageId);
    case 'react':
      return await gateway.react(act.messageId, act.reaction, act.userId);
    case 'read':
      return await gateway.markRead(act.chatId);
    case 'command':
      return gateway.runCommand(act.dialogId, act.botId, act.command);
    case 'tag':
      return gateway.addTag(act.dialogId, act.name);
    case 'untag':
      return gateway.removeTag(act.dialogId, act.name);
  }
}

function failBoth(gateway: PageGateway, kind: Fault['kind']): void {
  gateway.fail({ api: 'bot', times: CALLS_PER_PRESS, kind });
  gateway.fail({ api: 'transport', times: CALLS_PER_PRESS, kind });
}

async function causeFault(gateway: PageGateway, act: FaultAct): Promise<unknown> {
  switch (act.act) {
    case 'cutSockets':
      return gateway.cutSockets();
    case 'refuseSockets':
      return gateway.refuseSockets(act.isOn);
    case 'storm429':
      return failBoth(gateway, 429);
    case 'slow':
      return failBoth(gateway, 'slow');
    case 'fail500':
      return failBoth(gateway, 500);
    case 'garbage':
      return gateway.garbageFrame();
    case 'repeatWebhooks':
      return gateway.repeatWebhooks(CALLS_PER_PRESS);
    case 'dropWebhooks':
      return gateway.dropWebhooks(CALLS_PER_PRESS);
    case 'clearFaults':
      return gateway.clearFaults();
    case 'revoke':
      return gateway.revokeToken(act.code, act.api);
    case 'freeze':
      return await gateway.freezeModule(act.code, act.isOn);
    case 'chatsOff':
      return await gateway.switchChatsOff(act.isOn);
    case 'renameCrm':
      return await gateway.renameCrm();
  }
}

function shownMessages(account: AccountState, chatId: number): unknown[] {
  return (account.chats.get(chatId)?.messageIds ?? []).slice(-SHOWN_MESSAGES).flatMap((messageId) => {
    const message = account.messages.get(messageId);
    if (message === undefined) return [];
    const seen = seenMessage(account, message);
    return [{ ...seen, items: seen.items.map((item) => ({ ...item, url: fileUrl(account, item.id) })) }];
  });
}

/** The page of a gateway's first account. */
export function createManagerPage(account: AccountState, gateway: PageGateway): Page {
  return {
    snapshot: (query) => ({
      language: account.gateway.options.language,
      account: account.code,
      crmOrigin: gateway.crmOrigin,
      mgOrigin: gateway.mgOrigin,
      isChatsOff: account.isChatsOff,
      modules: gateway.modules(),
      bots: gateway.bots(),
      managers: gateway.managers(),
      channels: gateway
        .channels()
        .map(({ id: channelId, name, type, isActive }) => ({ id: channelId, name, type, isActive })),
      chats: gateway.chats(),
      dialogs: gateway.dialogs(),
      messages: shownMessages(account, Number(query.get('chat'))),
      sockets: gateway.sockets().open,
      calls: gateway.calls().slice(-SHOWN_LOG),
      webhooks: gateway.webhooks().slice(-SHOWN_LOG),
    }),
    act: async (body) => {
      const wanted = dialogSchema.safeParse(body);
      if (wanted.success) return await actInDialog(gateway, wanted.data);
      const fault = faultSchema.safeParse(body);
      if (fault.success) return await causeFault(gateway, fault.data);
      throw new Error('unknown act');
    },
  };
}

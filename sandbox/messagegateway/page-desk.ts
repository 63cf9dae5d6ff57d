/** What the manager's page sees and may ask for: a snapshot of the first account, and acts checked before they are carried out. */
import { z } from 'zod';
import type { ApiCallRecord } from './call-log.ts';
import type { Api, Fault } from './faults.ts';
import { seenMessage } from './observation.ts';
import type { PageDesk } from './page-server.ts';
import type { SandboxAccount } from './sandbox-account.ts';
import type { AccountState } from './state.ts';
import { fileUrl } from './stored-files.ts';
import type { WebhookRecord } from './webhook-sender.ts';

/** The gateway as far as the page needs it. */
export interface PageHands extends SandboxAccount {
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
const files = z
  .array(z.object({ name: z.string().min(1).max(200), base64: z.string().max(28_000_000) }))
  .max(5)
  .default([]);
const code = z.string().min(1);

const talkActs = [
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

const troubleActs = [
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

const talkSchema = z.discriminatedUnion('act', talkActs);
const troubleSchema = z.discriminatedUnion('act', troubleActs);
type TalkAct = z.infer<typeof talkSchema>;
type TroubleAct = z.infer<typeof troubleSchema>;

/** How many calls one press of a fault button spoils. */
const PRESSES = 5;
const SHOWN_MESSAGES = 300;
const SHOWN_LOG = 80;

async function talk(hands: PageHands, act: TalkAct): Promise<unknown> {
  switch (act.act) {
    case 'prepare':
      return hands.managers()[0]?.id ?? hands.addManager({ name: act.name }).id;
    case 'answer': {
      const items = act.files.map(({ name, base64 }) => ({ name, content: Buffer.from(base64, 'base64') }));
      const quote = act.quote === null ? {} : { quote: act.quote };
      const choice = { userId: act.userId, private: act.private, items, ...quote };
      return await hands.managerAnswers(act.chatId, act.text, choice);
    }
    case 'assignUser':
      return hands.assign(act.dialogId, { userId: act.userId });
    case 'assignBot':
      return hands.assign(act.dialogId, { botId: act.botId });
    case 'unassign':
      return hands.unassign(act.dialogId);
    case 'close':
      return hands.closeDialog(act.dialogId);
    case 'edit':
      return await hands.editMessage(act.messageId, act.text);
    case 'delete':
      return await hands.deleteMessage(act.messageId);
    case 'react':
      return await hands.react(act.messageId, act.reaction, act.userId);
    case 'read':
      return await hands.markRead(act.chatId);
    case 'command':
      return hands.runCommand(act.dialogId, act.botId, act.command);
    case 'tag':
      return hands.addTag(act.dialogId, act.name);
    case 'untag':
      return hands.removeTag(act.dialogId, act.name);
  }
}

function failBoth(hands: PageHands, kind: Fault['kind']): void {
  hands.fail({ api: 'bot', times: PRESSES, kind });
  hands.fail({ api: 'transport', times: PRESSES, kind });
}

async function trouble(hands: PageHands, act: TroubleAct): Promise<unknown> {
  switch (act.act) {
    case 'cutSockets':
      return hands.cutSockets();
    case 'refuseSockets':
      return hands.refuseSockets(act.isOn);
    case 'storm429':
      return failBoth(hands, 429);
    case 'slow':
      return failBoth(hands, 'slow');
    case 'fail500':
      return failBoth(hands, 500);
    case 'garbage':
      return hands.garbageFrame();
    case 'repeatWebhooks':
      return hands.repeatWebhooks(PRESSES);
    case 'dropWebhooks':
      return hands.dropWebhooks(PRESSES);
    case 'clearFaults':
      return hands.clearFaults();
    case 'revoke':
      return hands.revokeToken(act.code, act.api);
    case 'freeze':
      return await hands.freezeModule(act.code, act.isOn);
    case 'chatsOff':
      return await hands.switchChatsOff(act.isOn);
    case 'renameCrm':
      return await hands.renameCrm();
  }
}

function shownMessages(account: AccountState, chatId: number | null): unknown[] {
  const chat = chatId === null ? undefined : account.chats.get(chatId);
  return (chat?.messageIds ?? []).slice(-SHOWN_MESSAGES).flatMap((messageId) => {
    const message = account.messages.get(messageId);
    if (message === undefined) return [];
    const seen = seenMessage(account, message);
    return [{ ...seen, items: seen.items.map((item) => ({ ...item, url: fileUrl(account, item.id) })) }];
  });
}

/** The desk of a gateway's first account. */
export function createPageDesk(account: AccountState, hands: PageHands): PageDesk {
  return {
    snapshot: (chatId) => ({
      language: account.gateway.options.language,
      account: account.code,
      crmOrigin: hands.crmOrigin,
      mgOrigin: hands.mgOrigin,
      isChatsOff: account.isChatsOff,
      modules: hands.modules(),
      bots: hands.bots(),
      managers: hands.managers(),
      channels: hands
        .channels()
        .map(({ id: channelId, name, type, isActive }) => ({ id: channelId, name, type, isActive })),
      chats: hands.chats(),
      dialogs: hands.dialogs(),
      messages: shownMessages(account, chatId),
      sockets: hands.sockets().open,
      calls: hands.calls().slice(-SHOWN_LOG),
      webhooks: hands.webhooks().slice(-SHOWN_LOG),
    }),
    act: async (body) => {
      const wanted = talkSchema.safeParse(body);
      if (wanted.success) return await talk(hands, wanted.data);
      const fault = troubleSchema.safeParse(body);
      if (fault.success) return await trouble(hands, fault.data);
      throw new Error('unknown act');
    },
  };
}

/** What the page of the fake Selarti shows and may request. */
import { z } from 'zod';
import type { Page } from '../kit/page-server.ts';
import type { Fault } from './options.ts';
import { type ApiCall, type Dialogue, type Message, type TagName, tagNames } from './records.ts';

/** The fake Selarti as far as the page needs it. */
interface PageSelarti {
  readonly taskId: string;
  webhookUrl: string;
  answer: (text: string) => string | null;
  dialogues(): readonly Dialogue[];
  messages(chatId?: string): readonly Message[];
  calls(): readonly ApiCall[];
  webhooks(): readonly unknown[];
  say(chatId: string, text: string, as: 'bot' | 'operator'): Promise<void>;
  tag(chatId: string, name: TagName, isOn: boolean): Promise<void>;
  learnContacts(chatId: string, contacts: string): Promise<void>;
  fail(fault: Fault): void;
  clearFaults(): void;
  expireTokens(): void;
  repeatWebhooks(count: number): void;
}

const chatId = z.string().min(1).max(200);
const text = z.string().min(1).max(20_000);

const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('say'), chatId, text, as: z.enum(['bot', 'operator']) }),
  z.object({ act: z.literal('tag'), chatId, name: z.enum(tagNames), isOn: z.boolean() }),
  z.object({ act: z.literal('contacts'), chatId, contacts: z.string().min(1).max(500) }),
  z.object({ act: z.literal('webhook'), url: z.union([z.url({ protocol: /^https?$/ }), z.literal('')]) }),
  z.object({ act: z.literal('answering'), isOn: z.boolean() }),
  z.object({ act: z.literal('fail'), kind: z.enum(['429', '500', 'slow', 'reset-before', 'reset-after']) }),
  z.object({ act: z.literal('expireTokens') }),
  z.object({ act: z.literal('repeatWebhooks') }),
  z.object({ act: z.literal('clearFaults') }),
]);
type Act = z.output<typeof actSchema>;

/** How many calls or webhooks one press of a button affects. */
const PER_PRESS = 5;
const SHOWN_MESSAGES = 300;
const SHOWN_LOG = 80;

const repeated = (said: string): string => `re: ${said}`;

async function perform(selarti: PageSelarti, act: Act): Promise<unknown> {
  switch (act.act) {
    case 'say':
      return await selarti.say(act.chatId, act.text, act.as);
    case 'tag':
      return await selarti.tag(act.chatId, act.name, act.isOn);
    case 'contacts':
      return await selarti.learnContacts(act.chatId, act.contacts);
    case 'webhook':
      selarti.webhookUrl = act.url;
      return null;
    case 'answering':
      selarti.answer = act.isOn ? repeated : () => null;
      return null;
    case 'fail': {
      const { kind } = act;
      return selarti.fail({ kind: kind === '429' ? 429 : kind === '500' ? 500 : kind, times: PER_PRESS });
    }
    case 'expireTokens':
      return selarti.expireTokens();
    case 'repeatWebhooks':
      return selarti.repeatWebhooks(PER_PRESS);
    case 'clearFaults':
      return selarti.clearFaults();
  }
}

export function createPanelPage(selarti: PageSelarti): Page {
  return {
    snapshot: (query) => ({
      account: { taskId: selarti.taskId, webhookUrl: selarti.webhookUrl, isAnswering: selarti.answer('?') !== null },
      chats: selarti
        .dialogues()
        .toReversed()
        .map(({ chatId: id, tags, contacts, messages }) => ({
          id,
          tags: [...tags],
          contacts,
          last: messages.at(-1)?.text ?? '',
        })),
      messages: selarti.messages(query.get('chat') ?? '').slice(-SHOWN_MESSAGES),
      calls: selarti.calls().slice(-SHOWN_LOG),
      webhooks: selarti.webhooks().slice(-SHOWN_LOG),
    }),
    act: async (body) => {
      const wanted = actSchema.safeParse(body);
      if (!wanted.success) throw new Error('unknown act, or something in it is missing');
      return await perform(selarti, wanted.data);
    },
  };
}

/** What the script's page shows and may request: a snapshot of the bot, and actions that are validated before they are executed. */
import { z } from 'zod';
import type { CallLog } from '../kit/call-log.ts';
import type { Page } from '../kit/page-server.ts';
import type { WebhookSender } from '../kit/webhook-sender.ts';
import type { Jobs } from './jobs.ts';
import type { Script } from './script.ts';
import type { ApiCall, MetabotState } from './state.ts';
import type { WebhookAbout } from './webhooks.ts';

export interface PageParts {
  readonly state: MetabotState;
  readonly script: Script;
  readonly jobs: Jobs;
  readonly calls: CallLog<ApiCall>;
  readonly sender: WebhookSender<WebhookAbout>;
  /** Address of a file that an answer may name. */
  readonly sampleUrl: string;
}

const id = z.int().positive();
const address = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]);
const faultKinds = z.union([
  z.literal([401, 429, 500, 502, 504]),
  z.literal(['slow', 'hang', 'reset-before', 'reset-after', 'html']),
]);

const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('say'), conversation: z.string(), saying: z.record(z.string(), z.unknown()) }),
  z.object({ act: z.literal('way'), way: z.enum(['by-hand', 'in-call', 'by-webhook']) }),
  z.object({ act: z.literal('hook'), url: address, secret: z.string().max(500) }),
  z.object({ act: z.literal('runJob'), id }),
  z.object({ act: z.literal('cancelJob'), id }),
  z.object({ act: z.literal('fault'), kind: faultKinds }),
  z.object({ act: z.literal('clearFaults') }),
  z.object({ act: z.literal('repeatWebhooks') }),
  z.object({ act: z.literal('dropWebhooks') }),
]);
type Act = z.infer<typeof actSchema>;

/** How many calls one press of a fault button makes fail. */
const CALLS_PER_PRESS = 3;
const SHOWN_MESSAGES = 300;
const SHOWN_LOG = 80;

async function execute({ state, script, jobs, sender }: PageParts, act: Act): Promise<unknown> {
  switch (act.act) {
    case 'say':
      return await script.say(act.conversation, act.saying);
    case 'way':
      state.way = act.way;
      break;
    case 'hook':
      state.hook = act.url;
      state.signingSecret = act.secret === '' ? null : act.secret;
      break;
    case 'runJob':
      return await jobs.runNow(act.id);
    case 'cancelJob':
      return jobs.cancel(act.id);
    case 'fault':
      return state.faults.order({ kind: act.kind, times: CALLS_PER_PRESS });
    case 'clearFaults':
      return state.faults.clear();
    case 'repeatWebhooks':
      return sender.repeat(CALLS_PER_PRESS);
    case 'dropWebhooks':
      return sender.drop(CALLS_PER_PRESS);
  }
  state.changes.announce('change');
  return null;
}

/** The address without its secret part: seeing the page must not be enough to answer as the bot. */
function shownHook(hook: string): string {
  return hook === '' ? '' : hook.replace(/[^/]+$/, (secret) => `${secret.slice(0, 4)}…`);
}

export function createScriptPage(parts: PageParts): Page {
  const { state, calls, sender, sampleUrl } = parts;
  return {
    snapshot: (query) => ({
      botId: state.botId,
      alias: state.alias,
      way: state.way,
      hook: shownHook(state.hook),
      isSigned: state.signingSecret !== null,
      sampleUrl,
      chats: [...state.conversations.values()].reverse().map(({ lines, ...conversation }) => ({
        ...conversation,
        tags: [...(state.leads.get(conversation.leadId)?.tags ?? [])],
        last: lines.at(-1)?.text.slice(0, 80) ?? '',
      })),
      messages: state.conversations.get(query.get('chat') ?? '')?.lines.slice(-SHOWN_MESSAGES) ?? [],
      leads: [...state.leads.values()].map(({ id: lead, name, tags }) => ({ id: lead, name, tags: [...tags] })),
      jobs: state.jobs.slice(-SHOWN_LOG).map((job) => ({ ...job })),
      calls: calls.latest(SHOWN_LOG),
      webhooks: sender.latest(SHOWN_LOG).map((record) => ({ ...record, url: shownHook(record.url) })),
    }),
    act: async (body) => {
      const wanted = actSchema.safeParse(body);
      if (!wanted.success) throw new Error('unknown act');
      return await execute(parts, wanted.data);
    },
  };
}

/** The script of the sandbox's bot: receives messages and events, answers them, and sends messages of its own. */
import { z } from 'zod';
import { inBackground } from '../kit/background.ts';
import type { WebhookSender } from '../kit/webhook-sender.ts';
import type { Line, MetabotState, ScriptConversation } from './state.ts';
import { type WebhookAbout, webhookOf } from './webhooks.ts';

const told = z.looseObject({
  event: z.string(),
  event_id: z.string().optional(),
  conversation_id: z.string().optional(),
  lead_id: z.int().nullish(),
  webhook_url: z.string().optional(),
  text: z.string().optional(),
  user: z.looseObject({ name: z.string() }).optional(),
  dialog: z.looseObject({ kind: z.string() }).optional(),
  attachments: z.array(z.looseObject({ name: z.string(), url: z.string().nullable() })).optional(),
});
type Told = z.output<typeof told>;

/** What the script sends or requests, without the ids of the conversation. */
export type Saying = Readonly<Record<string, unknown>>;

export class Script {
  readonly #state: MetabotState;
  readonly #sender: WebhookSender<WebhookAbout>;
  #nextLine = 1;
  #nextLead = 135;
  #nextSaying = 1;

  constructor(state: MetabotState, sender: WebhookSender<WebhookAbout>) {
    this.#state = state;
    this.#sender = sender;
  }

  /** Runs for a call; returns what the call answers. */
  async answerCall(params: unknown): Promise<unknown> {
    const given = told.safeParse(params);
    if (!given.success) return { error: 'unknown parameters' };
    const event = given.data;
    if (event.event === 'check') return this.#check(event);
    return await this.#hear(event, this.#state.way === 'in-call');
  }

  /** Runs for a job; its answer is not used. */
  async runJob(kind: string, target: string, params: unknown): Promise<void> {
    const given = told.safeParse(params);
    if (!given.success || given.data.event === 'check') return;
    const event = given.data;
    if (event.event === 'message') return void (await this.#hear(event, false));
    const conversation = this.#conversationOf(event);
    this.#write(conversation, 'system', `${kind} ${target}`);
    if (this.#state.way !== 'by-hand') await this.say(conversation.id, { text: `${kind} ${target} ran` });
  }

  /** Sends something later by webhook; `times` is how often the same webhook is sent. */
  async say(conversationId: string, saying: Saying, times = 1): Promise<void> {
    const id = `said-${Date.now()}-${this.#nextSaying++}`;
    await this.#post(conversationId, { id, ...saying }, times);
  }

  #check({ webhook_url: hook }: Told): unknown {
    if (hook !== undefined) this.#state.hook = hook;
    this.#state.changes.announce('change');
    return { ok: true };
  }

  async #hear(event: Told, inCall: boolean): Promise<unknown> {
    const { heard, answered, way, answersEarly } = this.#state;
    const conversation = this.#conversationOf(event);
    const { event_id: key = '', text = '' } = event;
    if (event.event === 'message') heard.push({ ref: conversation.id, text, key });
    const before = answered.get(key);
    if (before !== undefined) return before;
    const lead = { lead_id: conversation.leadId };
    const isMessage = event.event === 'message';
    if (isMessage) this.#write(conversation, 'user', text, event.attachments ?? []);
    else this.#write(conversation, 'system', `${event.event} ${text}`.trim());
    const reply = { text: `re: ${text}` };
    const answer = isMessage && inCall ? { ...lead, replies: [reply] } : lead;
    answered.set(key, answer);
    if (isMessage && inCall) this.#write(conversation, 'script', reply.text).outcome = 'in call';
    if (isMessage && way !== 'by-hand' && !inCall) {
      const post = this.#post(conversation.id, { id: `${key}-1`, ...lead, ...reply }, 1);
      if (answersEarly) await post;
      else inBackground(post);
    }
    return answer;
  }

  async #post(conversationId: string, body: Saying, times: number): Promise<void> {
    const conversation = this.#state.conversations.get(conversationId);
    const line = conversation === undefined ? null : this.#write(conversation, 'script', textOf(body));
    const named = { ...body, conversation_id: conversationId };
    const sent = Array.from({ length: times }, () =>
      this.#sender.send(conversationId, () => webhookOf(this.#state, conversationId, named)),
    );
    const [result] = await Promise.all(sent);
    if (line === null || result === undefined) return;
    line.outcome = result.status === null ? 'not sent' : `${result.status} ${JSON.stringify(result.body)}`;
    this.#state.changes.announce('change');
  }

  /** The lead named by the app, or a new one. */
  #conversationOf({ conversation_id: id = 'nowhere', lead_id: known, user, dialog }: Told): ScriptConversation {
    const { conversations, leads } = this.#state;
    const found = conversations.get(id);
    if (found !== undefined) return found;
    const leadId = known ?? this.#nextLead++;
    const userName = user?.name ?? '';
    if (!leads.has(leadId)) leads.set(leadId, { id: leadId, name: userName, tags: new Set() });
    const conversation = { id, userName, dialogKind: dialog?.kind ?? '', leadId, lines: [] };
    conversations.set(id, conversation);
    return conversation;
  }

  #write({ lines }: ScriptConversation, from: Line['from'], text: string, attachments: Line['attachments'] = []): Line {
    const line: Line = { id: this.#nextLine++, from, text, attachments, outcome: null, at: Date.now() };
    lines.push(line);
    this.#state.changes.announce('change');
    return line;
  }
}

/** The content of a webhook as a text for the page. */
function textOf(body: Saying): string {
  const { id: _id, lead_id: _lead, text, ...others } = body;
  const said = typeof text === 'string' ? text : '';
  return Object.keys(others).length === 0 ? said : `${said}\n${JSON.stringify(others)}`.trim();
}

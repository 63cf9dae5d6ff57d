/** A fake Selarti: its API, its webhooks, and a page on which a person acts as the AI and as the operator. For this machine only. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inBackground } from '../kit/background.ts';
import { CallLog } from '../kit/call-log.ts';
import { Changes } from '../kit/changes.ts';
import { OrderedFaults } from '../kit/faults.ts';
import { closeServer, listen, originOf } from '../kit/http.ts';
import { PageServer } from '../kit/page-server.ts';
import { WebhookSender } from '../kit/webhook-sender.ts';
import { handleApi, type SentMessage } from './api.ts';
import { type Fault, type SelartiOptions, usualWebhooks } from './options.ts';
import { createPanelPage } from './panel-page.ts';
import { type ApiCall, createIds, type Dialogue, type Message, type MessageType, type TagName } from './records.ts';
import { type Account, webhookBody } from './webhook-body.ts';

const KEPT_CALLS = 2_000;

export type SandboxSelarti = Pick<FakeSelarti, Exclude<keyof FakeSelarti, 'start'>>;

export async function startSandboxSelarti(options: SelartiOptions = {}): Promise<SandboxSelarti> {
  const selarti = new FakeSelarti(options);
  await selarti.start();
  return selarti;
}

class FakeSelarti {
  readonly apiKey: string;
  readonly taskId = '1721129985149x478019552540622850';
  /** The address for "All messages", which a person pastes into the integration of the task. Empty: no webhooks are sent. */
  webhookUrl = '';
  /** The AI's answer; null: the AI waits for a person. */
  answer: (text: string) => string | null;
  answersEarly: boolean;
  origin = '';
  readonly #options: SelartiOptions;
  readonly #faults = new OrderedFaults<Fault>();
  readonly #dialogues = new Map<string, Dialogue>();
  readonly #changes = new Changes<'change'>();
  readonly #webhooks: WebhookSender<{ readonly type: MessageType; readonly chatId: string }>;
  readonly #calls = new CallLog<ApiCall>(KEPT_CALLS, () => this.#announce());
  readonly #page = new PageServer(new URL('page/', import.meta.url));
  readonly #newId = createIds();
  #tokens: string[] = [];
  #server: Awaited<ReturnType<typeof listen>> | null = null;

  constructor(options: SelartiOptions) {
    this.#options = options;
    this.apiKey = options.apiKey ?? randomBytes(16).toString('hex');
    this.answer = options.answer ?? (() => null);
    this.answersEarly = options.answersEarly ?? false;
    this.#webhooks = new WebhookSender({ ...usualWebhooks, ...options.webhooks }, KEPT_CALLS, () => this.#announce());
    this.#page.attach(createPanelPage(this));
    this.#changes.on((change) => this.#page.announce(() => change));
  }

  async start(): Promise<void> {
    const { host = '127.0.0.1', port = 0 } = this.#options;
    this.#server = await listen({ host, port }, (incoming, answer) => this.#handle(incoming, answer));
    this.origin = originOf(this.#server);
  }

  /** The account and the task. */
  get account(): Account {
    const { origin, taskId } = this;
    const [companyId, channelId, managerId] = ['1', '2', '3'].map((digit) => `1721100000000x${digit.padEnd(18, '0')}`);
    return { origin, taskId, companyId: companyId ?? '', channelId: channelId ?? '', managerId: managerId ?? '' };
  }

  dialogues(): readonly Dialogue[] {
    return [...this.#dialogues.values()];
  }

  /** Messages of a dialogue, oldest first; of all dialogues without an id. */
  messages(chatId?: string): readonly Message[] {
    const chosen = this.dialogues().filter((dialogue) => chatId === undefined || dialogue.chatId === chatId);
    return chosen.flatMap(({ messages }) => messages);
  }

  calls(): readonly ApiCall[] {
    return this.#calls.latest();
  }

  webhooks() {
    return this.#webhooks.latest();
  }

  /** The AI, or an operator, sends a message. @param repeat how often its webhook is sent */
  async say(chatId: string, text: string, as: 'bot' | 'operator' = 'bot', repeat = 1): Promise<void> {
    const dialogue = this.#need(chatId);
    const message = this.#record(dialogue, as, text);
    for (let time = 0; time < repeat; time += 1) await this.#tell(dialogue, message);
  }

  /** Sets or removes a tag. Setting one sends a webhook, like a function of the AI does. */
  async tag(chatId: string, name: TagName, isOn: boolean, text = ''): Promise<void> {
    const dialogue = this.#need(chatId);
    if (isOn) dialogue.tags.add(name);
    else dialogue.tags.delete(name);
    this.#announce();
    if (isOn) await this.#tell(dialogue, this.#record(dialogue, 'bot', text, name));
  }

  /** The AI has received the customer's contacts. */
  async learnContacts(chatId: string, contacts: string): Promise<void> {
    this.#need(chatId).contacts = contacts;
    await this.tag(chatId, 'get_contact', true);
  }

  fail(fault: Fault): void {
    this.#faults.order(fault);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  /** Tokens that are valid now. */
  tokens(): readonly string[] {
    return this.#tokens;
  }

  /** Makes all tokens invalid. */
  expireTokens(): void {
    this.#tokens = [];
  }

  repeatWebhooks(count: number): void {
    this.#webhooks.repeat(count);
  }

  /** Posts any body to the webhook address, as anybody who knows the address could. */
  async post(body: string): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.webhookUrl, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  /** Resolves when no webhook is under way. */
  async idle(): Promise<void> {
    await this.#webhooks.idle();
  }

  async close(): Promise<void> {
    this.#changes.clear();
    this.#page.close();
    await this.#webhooks.close();
    if (this.#server !== null) await closeServer(this.#server);
  }

  async #handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const started = performance.now();
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const path = url.pathname;
    const exchange = await handleApi(
      {
        faults: this.#faults,
        apiKey: this.apiKey,
        taskId: this.taskId,
        issueToken: () => this.#issueToken(),
        isToken: (token) => this.#tokens.includes(token),
        take: (message) => this.#take(message),
      },
      incoming,
      answer,
      path,
    );
    if (exchange === null) return await this.#page.handle(incoming, answer, url);
    this.#calls.record({ at: Date.now(), path, ms: performance.now() - started, ...exchange });
  }

  #issueToken(): string {
    const token = randomBytes(24).toString('base64url');
    this.#tokens = [...this.#tokens, token].slice(-(this.#options.maxTokens ?? 1_000));
    return token;
  }

  async #take({ chat_id: chatId, message: text }: SentMessage): Promise<() => void> {
    const dialogue = this.#dialogues.get(chatId) ?? {
      chatId,
      threadId: this.#newId(),
      messages: [],
      tags: new Set<TagName>(),
      contacts: '',
    };
    this.#dialogues.set(chatId, dialogue);
    const said = this.#record(dialogue, 'user', text);
    if (!this.answersEarly) return () => inBackground(this.#react(dialogue, said));
    await this.#react(dialogue, said);
    return () => {};
  }

  /** Sends the echo, and the AI's answer if there is one. */
  async #react(dialogue: Dialogue, said: Message): Promise<void> {
    const { tags } = dialogue;
    const isSilent = tags.has('operator') || tags.has('close') || tags.has('is_bot');
    const text = isSilent ? null : this.answer(said.text);
    const answered = text === null ? [] : [this.#record(dialogue, 'bot', text)];
    const told = [...(this.#options.hasEchoes === false ? [] : [said]), ...answered];
    await Promise.all(told.map((message) => this.#tell(dialogue, message)));
  }

  #record(dialogue: Dialogue, type: MessageType, text: string, tag?: TagName): Message {
    const message = { id: this.#newId(), type, text, at: Date.now(), ...(tag === undefined ? {} : { tag }) };
    dialogue.messages.push(message);
    this.#announce();
    return message;
  }

  async #tell(dialogue: Dialogue, message: Message): Promise<void> {
    const { chatId } = dialogue;
    const body = webhookBody(this.account, dialogue, message);
    await this.#webhooks.send(chatId, () =>
      this.webhookUrl === ''
        ? null
        : { url: this.webhookUrl, headers: {}, body, about: { type: message.type, chatId } },
    );
  }

  #need(chatId: string): Dialogue {
    const dialogue = this.#dialogues.get(chatId);
    if (dialogue === undefined) throw new Error('there is no such dialogue');
    return dialogue;
  }

  #announce(): void {
    this.#changes.announce('change');
  }
}

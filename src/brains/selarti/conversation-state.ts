/**
 * What the connector remembers of a conversation, in its state: the message sent last, its echo, and which of Selarti's flags were acted on
 * already. Selarti repeats a flag on every later webhook.
 */
import { z } from 'zod';
import type { ConnectorState, Fact } from '../../core/connector-tools.ts';

/** The yes-or-no fields of a webhook that lead to something. */
export const flagNames = ['operator', 'close', 'is_bot', 'get_contact', 'interest', 'success'] as const;
export type FlagName = (typeof flagNames)[number];

/** Flags that Selarti can take back; the others are facts of the past. */
export const passingFlags = ['operator', 'close', 'is_bot'] as const satisfies readonly FlagName[];

/** The message that was sent last. Written before it is sent, in the conversation's lane, so two processes never write it at once. */
export interface Sent {
  /** Key of the delivery: the same when it is tried again. */
  readonly key: string;
  /** Digest of the text. */
  readonly text: string;
  /** The message before it had the same text, so an echo does not tell which of them arrived. */
  readonly isSameAsBefore: boolean;
  /** When it was sent, in milliseconds. */
  readonly at: number;
  /** Parts of a long text that have been sent. */
  readonly parts: number;
  /** The day (UTC), on which `turns` messages were sent. */
  readonly day: string;
  readonly turns: number;
}

const sentSchema = z.object({
  key: z.string(),
  text: z.string(),
  isSameAsBefore: z.boolean(),
  at: z.number(),
  parts: z.int(),
  day: z.string(),
  turns: z.int(),
});

const echoSchema = z.object({ text: z.string(), at: z.number(), webhooks: z.array(z.string()).default([]) });

/** Most webhooks of echoes that are remembered, so that a late repetition of one proves nothing. */
const maxEchoes = 20;

const sentDays = 7;
const echoDays = 1;
/** After this time a flag that comes again is acted on again. */
const flagSeconds = 90 * 86_400;
/** Silence for a robot ends after a day: Selarti may have been wrong. */
const robotSeconds = 86_400;
/** How long people in Selarti's panel count as leading there after one of their messages. */
const panelDays = 0.5;

const wasClosed = 'was_closed';

/** Prefix of the names of contacts. */
const contactsPrefix = 'contacts:';

/** With more facts than this about a conversation, further contacts are not news any more. */
const maxFacts = 40;

/** The name under which contacts are claimed: the same for the same contacts. @param digest the contacts' digest */
export function contactsName(digest: string): string {
  return `${contactsPrefix}${digest}`;
}

/** The state of one conversation, as it was when it was read. */
export class ConversationState {
  readonly #state: ConnectorState;
  readonly #prefix: string;
  readonly #facts: ReadonlyMap<string, unknown>;

  private constructor(state: ConnectorState, prefix: string, facts: readonly Fact[]) {
    this.#state = state;
    this.#prefix = prefix;
    this.#facts = new Map(facts.map(({ key, value }) => [key.slice(prefix.length), value]));
  }

  /** @param ref at most 100 characters */
  static async read(state: ConnectorState, ref: string): Promise<ConversationState> {
    const prefix = `c:${ref}:`;
    return new ConversationState(state, prefix, await state.list(prefix));
  }

  get sent(): Sent | null {
    return sentSchema.safeParse(this.#facts.get('sent')).data ?? null;
  }

  get isSilent(): boolean {
    return this.#facts.has('is_bot');
  }

  /** Selarti has closed the dialogue and does not answer, as far as is known. */
  get isClosed(): boolean {
    return this.#facts.has('close');
  }

  /** The dialogue was closed when the bot was asked to lead again, and the AI has not spoken since. */
  get wasClosed(): boolean {
    return this.#facts.has(wasClosed);
  }

  /** A person in Selarti's panel wrote not long ago. */
  get isLedFromPanel(): boolean {
    return this.#facts.has('panel');
  }

  async putSent(sent: Sent): Promise<void> {
    await this.#state.put(`${this.#prefix}sent`, sent, sentDays);
  }

  async putPanel(): Promise<void> {
    await this.#state.put(`${this.#prefix}panel`, true, panelDays);
  }

  /** @param webhook the key of the webhook: a repetition is not stored, because it says nothing new */
  async putEcho(text: string, at: number, webhook: string): Promise<void> {
    const before = echoSchema.safeParse(this.#facts.get('returned')).data?.webhooks ?? [];
    if (before.includes(webhook)) return;
    const webhooks = [...before, webhook].slice(-maxEchoes);
    await this.#state.put(`${this.#prefix}returned`, { text, at, webhooks }, echoDays);
  }

  /** Whether the echo of this message has come, as of now. */
  async hasEcho({ text, at, isSameAsBefore }: Sent): Promise<boolean> {
    if (isSameAsBefore) return false;
    const echo = echoSchema.safeParse(await this.#state.get(`${this.#prefix}returned`)).data;
    return echo !== undefined && echo.text === text && echo.at >= at;
  }

  /**
   * True for the webhook that brought the flag first, and for its repetitions. Of several webhooks at once, only one gets it.
   *
   * @param name a flag, or `contactsName` of contacts
   */
  async claim(name: string, webhook: string): Promise<boolean> {
    const holder = this.#facts.get(name);
    if (holder !== undefined) return holder === webhook;
    // So somebody who sends ever new contacts fills neither the state nor the chat.
    if (name.startsWith(contactsPrefix) && this.#facts.size > maxFacts) return false;
    const key = `${this.#prefix}${name}`;
    if (await this.#state.claim(key, webhook, name === 'is_bot' ? robotSeconds : flagSeconds)) return true;
    return (await this.#state.get(key)) === webhook;
  }

  /**
   * Forgets a flag that is no longer set, so that the next webhook with the flag brings it anew.
   *
   * @param webhook the one without the flag; ignored if it is older than the one that brought the flag. Absent: always forget
   */
  async release(name: FlagName, webhook?: string): Promise<void> {
    const holder = this.#facts.get(name);
    if (holder === undefined) return;
    if (webhook !== undefined && typeof holder === 'string' && !isLater(webhook, holder)) return;
    await this.#state.forget(`${this.#prefix}${name}`);
  }

  /** The bot leads again: what Selarti decided before is judged anew. A tag that is still set comes with the next webhook. */
  async forgetDecisions(): Promise<void> {
    if (this.isClosed) await this.#state.put(`${this.#prefix}${wasClosed}`, true, flagSeconds / 86_400);
    for (const flag of passingFlags) await this.release(flag);
  }

  /** For when the AI speaks and the dialogue is open. */
  async forgetClosing(): Promise<void> {
    if (this.wasClosed) await this.#state.forget(`${this.#prefix}${wasClosed}`);
  }
}

/** Selarti's ids begin with their time of creation in milliseconds (`1721200000004x5…`); if one does not, the later arrival counts. */
function isLater(webhook: string, holder: string): boolean {
  const [time, heldTime] = [webhook, holder].map((key) => /^id:(\d{13})x/.exec(key)?.[1]);
  return time === undefined || heldTime === undefined ? webhook !== holder : time > heldTime;
}

/** What the fake Selarti stores, as its panel would show it. */

/** Who wrote a message, as the webhook names it. */
export type MessageType = 'bot' | 'operator' | 'user';

/** Yes-or-no fields of the webhook: functions that the AI calls, or tags that a person sets. */
export const tagNames = ['operator', 'close', 'is_bot', 'get_contact', 'interest', 'success'] as const;
export type TagName = (typeof tagNames)[number];

export interface Message {
  readonly id: string;
  readonly type: MessageType;
  readonly text: string;
  readonly at: number;
  /** The function of the AI, or the tag, that the message came with. */
  readonly tag?: TagName;
}

export interface Dialogue {
  /** The id it has in the other system: `chat_id`. */
  readonly chatId: string;
  readonly threadId: string;
  readonly messages: Message[];
  readonly tags: Set<TagName>;
  contacts: string;
}

/** A call to the API, without key and token. */
export interface ApiCall {
  readonly id: number;
  readonly at: number;
  readonly path: string;
  /** 0: no answer was given. */
  readonly status: number;
  readonly ms: number;
  readonly body: unknown;
  readonly answer: unknown;
}

/** Makes ids in Selarti's form: milliseconds, `x`, eighteen digits. */
export function createIds(): () => string {
  let count = 100_000_000_000_000_000n;
  return () => {
    count += 1n;
    return `${Date.now()}x${count}`;
  };
}

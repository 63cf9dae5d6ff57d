/**
 * Buttons for customers of an Open Channel. No button reaches their messengers (docs/platform-notes/bitrix24.md#buttons-in-open-channels),
 * so each becomes a line of text: `1 – Yes` for one that says or does something, the address for one that opens something. The numbers are
 * remembered, and the customer's answer stands for the button.
 */
import type { Choice, Conversation } from './conversation.ts';
import type { Button, PortalEvent } from './events.ts';
import { percentDecoded } from './markup/addresses.ts';

/** Buttons beyond this many are shown without a number. */
const maxChoices = 20;

/** A button whose text is longer than this is shown without a number, because numbered choices are stored with the conversation. */
const maxSaid = 1_000;

/** The longest label that is shown. */
const maxLabel = 250;

/** An answer that comes later than this after its offer is an ordinary message. */
const validMs = 24 * 60 * 60_000;

export interface ButtonLines {
  readonly lines: readonly string[];
  readonly choices: readonly Choice[];
}

/** The buttons as lines of text. Buttons that only work in the portal, and disabled ones, are left out. */
export function buttonLines(buttons: readonly Button[]): ButtonLines {
  const choices: Choice[] = [];
  const lines = buttons.flatMap((button): string[] => {
    if (button.isDisabled === true) return [];
    const choice = choiceOf(button);
    if (choice === null) return addressLine(button);
    if (choice.label === '') return [];
    const isNumbered = choices.length < maxChoices && said(choice).length <= maxSaid;
    if (!isNumbered) return [`– ${choice.label}`];
    return [`${choices.push(choice)} – ${choice.label}`];
  });
  return { lines, choices };
}

/** Null for a button that opens something. */
function choiceOf(button: Button): Choice | null {
  switch (button.type) {
    case 'say':
    case 'put':
      return button.text.trim() === ''
        ? { type: 'say', label: '', text: '' }
        : { type: 'say', label: labelOf(button.label, button.text), text: button.text };
    case 'command': {
      const { command, params } = button;
      return { type: 'command', label: command.trim() === '' ? '' : labelOf(button.label, ''), command, params };
    }
    default:
      return null;
  }
}

function labelOf(label: string, instead: string): string {
  const line = (label.trim() || instead.trim()).replaceAll(/\s+/g, ' ');
  return line.slice(0, maxLabel).toWellFormed();
}

function said(choice: Choice): string {
  return choice.type === 'say' ? choice.text : `${choice.command} ${choice.params}`;
}

/** A link, a phone number or a text to be copied is shown behind its label. */
function addressLine(button: Button): string[] {
  const address = addressOf(button);
  const label = labelOf(button.label, address);
  if (address === '') return [];
  return [label === address ? address : `${label}: ${address}`];
}

function addressOf(button: Button): string {
  switch (button.type) {
    case 'link':
      return linkText(button.url.trim());
    case 'call':
      return button.phone.trim();
    case 'copy':
      return button.text.trim();
    default:
      return '';
  }
}

/** A web address unchanged; for `tel:` and `mailto:`, the number or mail address that a person would use. */
function linkText(url: string): string {
  const rest = /^(?:mailto|tel):(.*)$/i.exec(url)?.[1];
  return rest === undefined ? url : percentDecoded(rest.split('?', 1)[0] ?? '');
}

/** New choices replace the earlier ones.  @param remoteMessageId the brain's id of the message that offers them */
export function withChoices(
  conversation: Conversation,
  { choices, lines }: ButtonLines,
  { at, remoteMessageId }: { readonly at: string; readonly remoteMessageId: string | null },
): Conversation {
  if (choices.length === 0) return conversation;
  const before = conversation.choices?.offer?.split('#') ?? [];
  // Several messages may be decided on at one moment: the count tells their offers apart.
  const count = before[0] === at ? Number(before[1]) + 1 : 0;
  return { ...conversation, choices: { at, choices, offer: `${at}#${count}`, remoteMessageId, lines } };
}

/** The name of the offer just made; empty if none was made. */
export function offerIn(after: Conversation, before: Conversation): { readonly offer?: string } {
  const offer = after.choices?.offer;
  return offer === undefined || offer === before.choices?.offer ? {} : { offer };
}

/** Removes the choices of a message that will not be shown, unless newer ones have replaced them. */
export function withoutOffer(conversation: Conversation, offer: string): Conversation {
  return conversation.choices?.offer === offer ? { ...conversation, choices: null } : conversation;
}

/** The lines that an edit of this message repeats if it leaves the buttons unchanged: those that can still be answered. */
export function standingLines({ choices }: Conversation, remoteMessageId: string | null): readonly string[] {
  const isTheirs = remoteMessageId !== null && choices?.remoteMessageId === remoteMessageId;
  return isTheirs ? (choices?.lines ?? []) : [];
}

type Message = PortalEvent & { type: 'message' };

interface HeardMessage {
  /** The message, with the words of the button it chose, or the command that the button runs. */
  readonly event: Message | (PortalEvent & { type: 'command' });
  /** Without the choices: they are valid for one answer. */
  readonly conversation: Conversation;
  readonly isChoice: boolean;
}

/**
 * Treats a customer's message as a press of the button that it names by exactly its number or label. Any other message, or one that comes
 * too late, is an ordinary message; it ends the choices too.
 *
 * @param at when the message reached us
 */
export function takeChoice(event: Message, conversation: Conversation, at: string): HeardMessage {
  const { choices: offered } = conversation;
  if (offered === null) return { event, conversation, isChoice: false };
  const after = { ...conversation, choices: null };
  const isValid = Date.parse(at) - Date.parse(offered.at) <= validMs;
  const choice = isValid && event.files.length === 0 ? named(event.text, offered.choices) : null;
  if (choice === null) return { event, conversation: after, isChoice: false };
  const { markup: _, ...plain } = event;
  if (choice.type === 'say') return { event: { ...plain, text: choice.text }, conversation: after, isChoice: true };
  const { messageId, author, chat, language, sentAt, quoteOf } = event;
  const { command, params } = choice;
  const text = `/${command} ${params}`.trim();
  const pressed = { messageId, author, chat, language, sentAt, quoteOf, command, params, text };
  return {
    event: { ...pressed, type: 'command', via: 'text', mentionsBot: true },
    conversation: after,
    isChoice: true,
  };
}

function named(text: string, choices: readonly Choice[]): Choice | null {
  const words = text.trim();
  if (/^[1-9]\d?$/.test(words)) return choices[Number(words) - 1] ?? null;
  const same = choices.filter(({ label }) => label.toLowerCase() === words.toLowerCase());
  return same.length === 1 ? (same[0] ?? null) : null;
}

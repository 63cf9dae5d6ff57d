/** What a stored webhook of Selarti means for the conversation. Pure: the stored body says which flags were acted on before. */
import { type BrainEvent, textReply } from '../../../core/events.ts';
import type { SelartiConfig } from '../config.ts';
import { type StaffTexts, staffTexts } from '../texts/staff-texts.ts';
import { closedBefore, type Webhook } from './webhook.ts';

export type DecodeConfig = Pick<SelartiConfig, 'onOperator' | 'onClose' | 'onRobot' | 'panelMessages' | 'language'>;

/** The events, in order: first the message, then notes, then what happens to the conversation. */
export function decodeWebhook(webhook: Webhook, config: DecodeConfig): readonly BrainEvent[] {
  return [...said(webhook, config), ...learnt(webhook, config), ...decided(webhook, config)];
}

function said({ type, text, messageId, flags }: Webhook, { onRobot, panelMessages }: DecodeConfig): BrainEvent[] {
  if (text === '' || type === 'user' || type === 'unknown') return [];
  const reply = textReply(text, messageId === '' ? null : messageId.slice(0, 200));
  // People of Selarti's side lead, or the AI does; both are the brain for us.
  if (type === 'operator') return panelMessages === 'take' ? [{ type: 'taken_back' }, reply] : [reply];
  return flags.has('is_bot') && onRobot !== 'nothing' ? [] : [reply];
}

/** What Selarti has found out about the customer: one note if any of it is news. */
function learnt(webhook: Webhook, { language }: DecodeConfig): BrainEvent[] {
  const { flags, known, contacts } = webhook;
  const words = staffTexts(language);
  const news = (['get_contact', 'interest', 'success'] as const).filter((flag) => flags.has(flag) && !known.has(flag));
  const hasContacts = contacts !== '' && !known.has('contacts');
  if (news.length === 0 && !hasContacts) return [];
  const facts = [...news.map((flag) => words.facts[flag]), ...(hasContacts ? [words.contacts(contacts)] : [])];
  const tags = [...news, ...(hasContacts ? (['contacts'] as const) : [])].map((what) => words.tags[what]);
  const lines = [`Selarti: ${facts.join(', ')}`, [...new Set(tags)].join(' '), panelLine(webhook, words)];
  return [noteOf(lines)];
}

function decided(webhook: Webhook, { onOperator, onClose, onRobot, language }: DecodeConfig): BrainEvent[] {
  const words = staffTexts(language);
  const isNews = (flag: 'operator' | 'close' | 'is_bot'): boolean =>
    webhook.flags.has(flag) && !webhook.known.has(flag);
  const links = [panelLine(webhook, words), webhook.shareUrl === '' ? '' : words.share(webhook.shareUrl)];
  const call = (sentence: string): BrainEvent => ({ type: 'handover', note: linesOf([sentence, ...links]) });
  // A message that a person in the panel typed needs nobody in Bitrix24.
  if (isNews('operator') && webhook.type !== 'operator') {
    return onOperator === 'handover' ? [call(words.handover)] : [noteOf([words.panelLeads, ...links])];
  }
  if (isNews('is_bot') && onRobot !== 'nothing') {
    return onRobot === 'handover' ? [call(words.robot)] : [noteOf([words.robotSilence, ...links])];
  }
  if (!isNews('close') || onClose === 'nothing') return [];
  // If the customer has just written, the session must not end without an answer.
  const isAwaited = webhook.known.has(closedBefore);
  return onClose === 'handover' || isAwaited ? [call(words.closed)] : [{ type: 'finish' }];
}

function panelLine({ panelUrl }: Webhook, words: StaffTexts): string {
  return panelUrl === '' ? '' : words.panel(panelUrl);
}

/** A note that only people inside the portal see. */
function noteOf(lines: readonly string[]): BrainEvent {
  return { ...textReply(linesOf(lines)), isInternal: true };
}

function linesOf(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n');
}

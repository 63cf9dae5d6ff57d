/** The rules for what an administrator orders on the page of a conversation. Orders wait their turn in the conversation, as everything else does. */
import { botTexts } from './bot-texts.ts';
import { handOver } from './brain-rules.ts';
import { type Bridged, noop, note, plainSend, type RuleContext, toBrain, toPortal } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { PageOrder } from './events.ts';
import { plainPieces } from './portal-words.ts';
import { changeLead, leadOf } from './who-leads.ts';

export function onPageOrder(event: PageOrder, conversation: Conversation, context: RuleContext): Bridged {
  if (event.type === 'message_ordered') return say(event, conversation, context);
  return event.to === 'person' ? takeOver(event, conversation, context) : giveBack(conversation, context);
}

/** The portal gives an Open Channel session to the person who takes over. Answers that are under way are not shown any more. */
function takeOver(
  { by }: PageOrder & { type: 'lead_ordered' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  if (leadOf(conversation) === 'taken') return noop(conversation, 'noted');
  const words = botTexts(conversation.language).takenOver(by.name);
  return handOver('taken_on_page', conversation, context, { words, to: { type: 'person', userId: by.id } });
}

function giveBack(conversation: Conversation, context: RuleContext): Bridged {
  if (conversation.owner === 'brain') return noop(conversation, 'noted');
  const given = changeLead('given_back_on_page', conversation, context);
  const words = botTexts(conversation.language).handedBack;
  return { ...given, actions: [...given.actions, note(words)], outcome: 'handed_back' };
}

/** Only while the brain leads, so that the bot talks over nobody. A brain that wants the whole conversation is told. */
function say(
  { id, text, chat }: PageOrder & { type: 'message_ordered' },
  conversation: Conversation,
  { name, capabilities }: RuleContext,
): Bridged {
  if (conversation.owner === 'person') return noop(conversation, 'dropped_person_owns');
  const pieces = plainPieces(text.trim());
  if (pieces.length === 0) return noop(conversation, 'ignored_empty');
  const sends = pieces.map((piece) => toPortal({ ...plainSend(piece), internal: false }));
  const isTold = capabilities.mirrors === true && chat !== null && chat.kind !== 'group';
  const author = { id: '', name, kind: 'bot' as const };
  const said = { messageId: id, text: text.trim(), author, files: [], sentAt: null, quoteOf: null };
  const told = isTold ? [toBrain({ type: 'mirrored', ...said, chat })] : [];
  return { conversation: { ...conversation, isGreeted: true }, actions: [...sends, ...told], outcome: 'answered' };
}

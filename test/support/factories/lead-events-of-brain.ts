/** Events from a brain, and their effect on who leads. */
import { textReply } from '../../../src/core/events.ts';
import type { LeadEvents } from './lead-event-rows.ts';

export const leadEventsOfBrain: Pick<
  LeadEvents,
  | 'reply'
  | 'reply_edited'
  | 'reply_deleted'
  | 'reply_failed'
  | 'read'
  | 'reacted'
  | 'typing'
  | 'handover'
  | 'taken_back'
  | 'finish'
  | 'follow_up'
  | 'follow_up_cancelled'
  | 'requested'
> = {
  reply: [
    { name: 'to the customer', cause: null, event: () => textReply('ответ', 'm1') },
    { name: 'for the staff', cause: null, event: () => ({ ...textReply('заметка'), isInternal: true }) },
  ],
  reply_edited: [
    {
      name: '',
      cause: null,
      event: () => ({ type: 'reply_edited', portalMessageId: '5', text: 'x', cards: [], buttons: null }),
    },
  ],
  reply_deleted: [{ name: '', cause: null, event: () => ({ type: 'reply_deleted', portalMessageId: '5' }) }],
  reply_failed: [
    { name: '', cause: null, event: () => ({ type: 'reply_failed', remoteMessageId: 'm1', withdraw: true }) },
  ],
  read: [{ name: '', cause: null, event: () => ({ type: 'read', portalMessageId: '5' }) }],
  reacted: [
    { name: '', cause: null, event: () => ({ type: 'reacted', portalMessageId: '5', added: ['👍'], removed: [] }) },
  ],
  typing: [{ name: '', cause: null, event: () => ({ type: 'typing' }) }],
  handover: [
    { name: 'with a word', cause: 'brain_handed_over', event: () => ({ type: 'handover', note: 'Сложный вопрос' }) },
  ],
  taken_back: [{ name: '', cause: 'brain_took_back', event: () => ({ type: 'taken_back' }) }],
  finish: [{ name: '', cause: null, event: () => ({ type: 'finish' }) }],
  follow_up: [
    { name: '', cause: null, event: () => ({ type: 'follow_up', id: 'f', afterMs: 1, name: 'run', params: {} }) },
  ],
  follow_up_cancelled: [{ name: '', cause: null, event: () => ({ type: 'follow_up_cancelled', id: 'f' }) }],
  requested: [
    { name: '', cause: null, event: () => ({ type: 'requested', id: 'r', name: 'run', params: {}, by: 'person' }) },
  ],
};

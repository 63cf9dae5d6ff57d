/** Events from the app itself (outcomes of its actions, timers), and their effect on who leads. */
import { anHourAgo, type LeadEvents, line } from './lead-event-rows.ts';
import { atTheMoment, chat } from './plain-talk.ts';

export const leadEventsOfApp: Pick<
  LeadEvents,
  | 'linked'
  | 'receipt'
  | 'change_refused'
  | 'offer_refused'
  | 'greeting_due'
  | 'inactivity_timer_due'
  | 'silence_timer_due'
  | 'burst_timer_due'
> = {
  linked: [{ name: '', cause: null, event: () => ({ type: 'linked', remoteConversationId: 'c' }) }],
  receipt: [
    {
      name: '',
      cause: null,
      event: () => ({ type: 'receipt', remoteMessageId: 'm1', portalMessageId: '5', error: null }),
    },
  ],
  change_refused: [
    {
      name: 'by the portal',
      cause: null,
      event: () => ({ type: 'change_refused', side: 'portal', what: 'edit', messageId: '5', text: 'x', error: 'e' }),
    },
  ],
  offer_refused: [{ name: '', cause: null, event: () => ({ type: 'offer_refused', offer: 'o' }) }],
  greeting_due: [{ name: '', cause: null, event: (kind) => ({ type: 'greeting_due', chat: chat(kind) }) }],
  inactivity_timer_due: [
    {
      name: 'in time',
      cause: 'people_inactive',
      event: () => ({ type: 'inactivity_timer_due' }),
      before: { inactiveSince: anHourAgo, hasInactivityTimer: true },
    },
    {
      name: 'early',
      cause: null,
      event: () => ({ type: 'inactivity_timer_due' }),
      before: { inactiveSince: atTheMoment, hasInactivityTimer: true },
    },
  ],
  silence_timer_due: [
    {
      name: 'in time',
      cause: 'brain_silent',
      kinds: line,
      event: () => ({ type: 'silence_timer_due' }),
      before: { waitingSince: anHourAgo },
    },
    { name: 'early', cause: null, event: () => ({ type: 'silence_timer_due' }), before: { waitingSince: atTheMoment } },
  ],
  burst_timer_due: [{ name: '', cause: null, event: () => ({ type: 'burst_timer_due' }) }],
};

/** Every kind of event of a conversation, in each kind of chat where it happens, and its effect on who leads. */
import type { BridgeBot } from '../../../src/core/bridge-result.ts';
import type { LeadEvents } from './lead-event-rows.ts';
import { leadEventsOfApp } from './lead-events-of-app.ts';
import { leadEventsOfBrain } from './lead-events-of-brain.ts';
import { leadEventsOfPeople } from './lead-events-of-people.ts';
import { capabilitiesWith } from './rules.ts';

/** A bot with every timer set, and with a limit of turns per minute. */
export const bot: BridgeBot = {
  code: 'bridge_x',
  name: 'Ассистент',
  type: 'O',
  giveBackAfterMinutes: 5,
  callPersonAfterMinutes: 5,
  turnsPerMinute: 30,
  capabilities: capabilitiesWith({ ownership: true, receipts: true }),
};

export const leadEvents: LeadEvents = { ...leadEventsOfPeople, ...leadEventsOfBrain, ...leadEventsOfApp };

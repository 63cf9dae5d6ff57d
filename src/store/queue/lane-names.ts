/** The keys of lanes: one lane per dialog in the inbox, one per dialog and direction in the outbox. */
import { createHash, hash } from 'node:crypto';

/** The lane of events that concern the app as a whole. */
export const appLane = '/app';

/**
 * The outbox lane of what a portal tells about its app: removed, paid, not paid. Separate from `appLane`, whose actions call the portal
 * and may wait long for one that refuses them.
 */
export const portalNewsLane = '/news';

/** The lane of each portal for dialog events that name bots the portal does not have. */
export const unknownBotLane = '/unknown-bot';

/** The lane of delayed erasures; separate from `appLane`, so that a re-installation does not wait behind one. */
export const eraseLane = '/erase';

/** The lane of erasures of single people: they read much, and nothing of the portal waits behind them. */
export const erasePersonLane = '/erase-person';

/** Bot codes and dialog ids as Bitrix24 forms them; anything else is hashed, so that hostile input cannot grow a key. */
const plain = /^[\w.:|-]{1,80}$/;

const safe = (part: string): string =>
  plain.test(part) ? part : `#${createHash('sha256').update(part).digest('base64url').slice(0, 27)}`;

/** How all lanes of a bot begin, up to the first slash. */
export function laneBeginning(botCode: string): string {
  return safe(botCode);
}

/** The inbox lane of a dialog. */
export function inboxLane(botCode: string, dialogId: string): string {
  return `${safe(botCode)}/${safe(dialogId)}`;
}

/** The outbox lane of a dialog in one direction, so that a slow brain does not delay messages to the portal. */
export function outboxLane(botCode: string, dialogId: string, target: 'portal' | 'brain'): string {
  return `${inboxLane(botCode, dialogId)}>${target}`;
}

/** The lane of a dialog's inactivity timer. */
export function reminderLane(botCode: string, dialogId: string): string {
  return `${inboxLane(botCode, dialogId)}>later`;
}

/** The lane of a dialog's delayed greeting; separate from the inactivity timer, which takes longer. */
export function greetingLane(botCode: string, dialogId: string): string {
  return `${inboxLane(botCode, dialogId)}>greet`;
}

/** The lane of a dialog's silence timer. It ends like that of the inactivity timer, so that it shares its destination. */
export function silenceLane(botCode: string, dialogId: string): string {
  return `${inboxLane(botCode, dialogId)}>silence>later`;
}

/** The lane of a dialog's burst timer. It ends like that of the inactivity timer, so that it shares its destination. */
export function burstLane(botCode: string, dialogId: string): string {
  return `${inboxLane(botCode, dialogId)}>burst>later`;
}

/** The ending of the keys of lanes whose events wait while their portal changes over from polling (`held-events.ts`). */
export const heldEnding = '>held';

export const isHeld = (lane: string): boolean => lane.endsWith(heldEnding);

/** The dialog's lane into which the events of a held lane are moved. */
export const laneBehind = (heldLane: string): string => heldLane.slice(0, -heldEnding.length);

/** The lane of a brain's messages whose conversation is not known yet. */
export function unboundLane(connectionId: string, name: string): string {
  return `~${connectionId}/${safe(name)}`;
}

export const isUnbound = (lane: string): boolean => lane.startsWith('~');

/** The bot and dialog of an inbox lane; both empty for lanes that are not a dialog's. */
export function dialogOf(lane: string): { readonly botCode: string; readonly dialogId: string } {
  const slash = lane.indexOf('/');
  if (slash <= 0 || isUnbound(lane) || isHeld(lane)) return { botCode: '', dialogId: '' };
  return { botCode: lane.slice(0, slash), dialogId: lane.slice(slash + 1) };
}

/** The dedupe key of an event, from the parts that identify it: a UUID made of the first 16 bytes of a SHA-256. */
export function dedupeKey(...parts: readonly string[]): string {
  const hex = hash('sha256', parts.map((part) => `${part.length}:${part}`).join(''), 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

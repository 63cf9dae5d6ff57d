/** Turns an event of a portal into rows of the inbox, whichever way it came: posted to the endpoint, or polled. */
import { byContent } from '../bitrix24/events/event-identity.ts';
import { findEvent } from '../bitrix24/events/event-registry.ts';
import type { LaneBot } from '../bitrix24/events/read-params.ts';
import type { ScannedBot, ScannedEvent } from '../bitrix24/events/scan-fields.ts';
import { firstApiName } from '../bitrix24/events/second-api.ts';
import { newTrace } from '../lib/tracing/trace-ids.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { appLane, dedupeKey, inboxLane, unknownBotLane } from '../store/queue/lane-names.ts';
import type { BotRow } from '../store/tenants/bots.ts';

/** The portal's bot that an event names by its id, or by its code where the portal did not send the id or we do not know it yet. */
export function rowOf({ id, code }: ScannedBot, bots: readonly BotRow[]): BotRow | undefined {
  return bots.find((row) => id !== '' && row.bot_id === id) ?? bots.find((row) => row.code === code);
}

/** Whether the event belongs to a dialog of a bot; every other event concerns the app as a whole. */
export function isOfDialog(event: ScannedEvent): boolean {
  return findEvent(event.event)?.scope === 'dialog' && event.bots.length > 0 && event.dialogId !== '';
}

/**
 * One row per bot of this portal that the event is for, each in the lane of that bot's dialog. All other names in it, be they bots we do
 * not have or thousands of invented ones, together become one row, which the worker drops with the reason. An event that concerns the app
 * as a whole becomes one row in the app's lane.
 *
 * @param portal the id under which the portal is stored
 */
export function toNewEvents(portal: string, event: ScannedEvent, bots: readonly BotRow[]): NewEvent[] {
  const identity = findEvent(event.event)?.identity ?? byContent;
  const name = firstApiName(event.event);
  const common = {
    portal,
    source: 'bitrix24',
    connectionId: null,
    ingress: null,
    trace: newTrace(),
    subject: event.messageId === '' ? null : event.messageId.slice(0, 100),
    body: event.storedBody,
  };
  if (!isOfDialog(event)) {
    return [{ ...common, lane: appLane, dedupeKey: dedupeKey(name, ...identity(event, noBot)) }];
  }
  const named = new Set(event.bots.map((bot) => rowOf(bot, bots) ?? null));
  return [...named].map((row) => ({
    ...common,
    lane: row === null ? unknownBotLane : inboxLane(row.code, event.dialogId),
    dedupeKey: dedupeKey(
      name,
      row?.code ?? unknownBotLane,
      ...identity(event, row === null ? noBot : { code: row.code, id: row.bot_id }),
    ),
  }));
}

/**
 * One row per bot that has talked in the chat of an Open Channel.
 *
 * @param botCodes codes of the bots that have talked there
 */
export function toLineEvents(
  portal: string,
  event: ScannedEvent,
  dialogId: string,
  botCodes: readonly string[],
): NewEvent[] {
  const identity = findEvent(event.event)?.identity ?? byContent;
  const trace = newTrace();
  return botCodes.map((code) => ({
    ...{ portal, source: 'bitrix24', connectionId: null, ingress: null, trace, subject: null, body: event.storedBody },
    lane: inboxLane(code, dialogId),
    dedupeKey: dedupeKey(event.event, code, dialogId, ...identity(event, noBot)),
  }));
}

const noBot: LaneBot = { code: '', id: null };

/** What the decoders need to know of a bot. @param bots all bots of its portal */
export function laneBotOf(row: BotRow, bots: readonly BotRow[]): LaneBot {
  const { code, bot_id: id, synced } = row;
  const others = bots.flatMap(({ bot_id: other }) => (other === null || other === id ? [] : [other]));
  const commands = Object.entries(synced?.commands ?? {}).map(([name, command]) => [name, command.id] as const);
  return {
    code,
    id,
    otherBotIds: others,
    ...(commands.length === 0 ? {} : { commands: Object.fromEntries(commands) }),
  };
}

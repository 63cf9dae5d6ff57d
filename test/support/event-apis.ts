/** Shared by tests of the three event APIs: quick polls, the API that a portal uses, and changing it. */
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import type { EventApi } from '../../src/core/event-api.ts';
import { until } from './bridge.ts';
import type { DatabaseProbe } from './database-probe.ts';
import type { OwnBridge } from './installed-bridge.ts';

/** Settings for several polls per second. */
export const quickPolls = { EVENT_POLL_SECONDS: '0.05', EVENT_POLL_IDLE_SECONDS: '0.1' };

/** The event API of the only portal as the app has stored it. */
export async function eventApiOf(probe: DatabaseProbe): Promise<unknown> {
  const [row] = await probe.rows('select event_api, event_api_wanted from portal');
  return row?.['event_api_wanted'] === null ? row['event_api'] : null;
}

/** Orders another API as `portals set` does, and waits until the portal uses it. */
export async function changeTo({ probe, bridge }: OwnBridge, eventApi: EventApi): Promise<void> {
  const { memberId } = bridge.portal;
  await probe.rows('update portal set event_api_wanted = $1', [eventApi]);
  await orderSetUp(probe, memberId);
  await until(async () => (await eventApiOf(probe)) === eventApi);
}

/** Appends the action that sets a portal up. */
async function orderSetUp(probe: DatabaseProbe, portal: string): Promise<void> {
  await probe.rows(
    `with lane as (
       insert into lane (portal, queue, key, seq, ready_at) values ($1, 'outbox', '/app', 1, now())
       on conflict (portal, queue, key) do update set seq = lane.seq + 1, ready_at = now() returning portal, key, seq
     )
     insert into outbox (portal, lane, seq, key, target, trace, action)
     select portal, key, seq, gen_random_uuid(), 'app', 'test', '{"type":"set_up"}' from lane`,
    [portal],
  );
}

/** Names of the bot events that the portal posts, each once. */
export function boundBotEvents(portal: SandboxPortal): string[] {
  const events = portal.bindings().map(({ event }) => event);
  return [...new Set(events.filter((event) => event.startsWith('ONIM')))].sort();
}

/** Resolves when the portal keeps no event for polling any more: all are stored and acknowledged. */
export async function everythingPolled(portal: SandboxPortal): Promise<void> {
  await until(() => portal.bots().every(({ id }) => portal.keptEvents(id) === 0));
}

const secondApiEvents = [
  ...[
    'MESSAGEADD',
    'MESSAGEUPDATE',
    'MESSAGEDELETE',
    'JOINCHAT',
    'CONTEXTGET',
    'COMMANDADD',
    'REACTIONCHANGE',
    'DELETE',
  ],
].map((kind) => `ONIMBOTV2${kind}`);

/** Makes the portal post the events of `imbot.v2` in addition to those of the first API; reactions are posted already. */
export async function bindSecondApi(portal: SandboxPortal, handler: string): Promise<void> {
  const bound = new Set(portal.bindings().map(({ event }) => event));
  for (const event of secondApiEvents.filter((name) => !bound.has(name))) {
    const auth = portal.issueToken().accessToken;
    const answer = await fetch(`${portal.restEndpoint}event.bind`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event, handler, auth }),
    });
    if (answer.status !== 200) throw new Error(`event.bind answered ${answer.status}`);
  }
}

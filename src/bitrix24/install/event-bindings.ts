/** Maintains the addresses to which a portal posts the app's events. Only where the app is installed: an incoming webhook cannot bind events. */
import { AppError } from '../../core/errors.ts';
import type { EventApi } from '../../core/event-api.ts';
import { isRecord } from '../../core/is-record.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { callOptions, inBatches } from './call-options.ts';
import type { SetUpOptions } from './set-up-types.ts';

/** The lifecycle events a marketplace app may bind; bot events are bound by registering. */
const lifecycleEvents = ['ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONAPPINSTALL', 'ONAPPPAYMENT'];

/** The Open Channel events that the app uses; they come with the scope `imopenlines`. */
const lineEvents = ['ONOPENLINEMESSAGEADD', 'ONSESSIONFINISH'];

/** The only bot event that the first API lacks; a portal posts it for bots of the first API too (docs/platform-notes/bitrix24.md#reactions). */
const reactionEvent = 'ONIMBOTV2REACTIONCHANGE';

const botEvents = {
  'v1-webhook': [
    'ONIMBOTMESSAGEADD',
    'ONIMBOTMESSAGEUPDATE',
    'ONIMBOTMESSAGEDELETE',
    'ONIMBOTJOINCHAT',
    'ONIMBOTCONTEXTGET',
    'ONIMBOTDELETE',
    'ONIMCOMMANDADD',
  ],
  'v2-webhook': [
    'ONIMBOTV2MESSAGEADD',
    'ONIMBOTV2MESSAGEUPDATE',
    'ONIMBOTV2MESSAGEDELETE',
    'ONIMBOTV2JOINCHAT',
    'ONIMBOTV2CONTEXTGET',
    'ONIMBOTV2COMMANDADD',
    reactionEvent,
    'ONIMBOTV2DELETE',
  ],
} as const;

/** Binds the lifecycle events that are not bound yet. A polled app may have an address that no portal accepts: it then does without these events. */
export async function bindLifecycle(client: PortalClient, options: SetUpOptions, eventApi: EventApi): Promise<void> {
  await bind(client, options, lifecycleEvents, eventApi === 'v2-fetch');
}

/**
 * Binds, if the portal allows it, events that the bots can do without: those of Open Channels, and reactions if registering the bots does
 * not bind them.
 */
export async function bindOptional(
  client: PortalClient,
  options: SetUpOptions,
  { withReactions }: { readonly withReactions: boolean },
): Promise<void> {
  await bind(client, options, [...lineEvents, ...(withReactions ? [reactionEvent] : [])], true);
}

/**
 * Binds the bot events of an API before bots change over to it from polling. Registering binds them too, but bot by bot, and only after the
 * bot has changed over.
 */
export async function bindBotEvents(
  client: PortalClient,
  options: SetUpOptions,
  eventApi: Exclude<EventApi, 'v2-fetch'>,
): Promise<void> {
  await bind(client, options, botEvents[eventApi], false);
}

/**
 * Unbinds what would report bot events a second time: events of the other API, and old addresses of `imbot.v2`, which stay bound beside new
 * ones. Runs last, when the portal already posts the events of the API it is to run. For polled bots no binding has any effect.
 */
export async function unbindOthers(client: PortalClient, options: SetUpOptions, eventApi: EventApi): Promise<void> {
  if (eventApi === 'v2-fetch') return;
  const other: readonly string[] = botEvents[eventApi === 'v1-webhook' ? 'v2-webhook' : 'v1-webhook'];
  const own: readonly string[] = [...botEvents[eventApi], reactionEvent];
  const superfluous = (await readBindings(client, options)).filter(({ event, handler }) =>
    own.includes(event) ? handler !== options.eventUrl : other.includes(event),
  );
  const calls = superfluous.map(({ event, handler }) => ({ method: 'event.unbind', params: { event, handler } }));
  for (const answer of await inBatches(client, options, calls)) if ('error' in answer) throw answer.error;
}

interface Bound {
  /** In upper case. */
  readonly event: string;
  readonly handler: string;
}

async function readBindings(client: PortalClient, options: SetUpOptions): Promise<Bound[]> {
  const known = await client.call(options.portal, 'event.get', {}, callOptions(options));
  return (Array.isArray(known) ? known : [])
    .filter(isRecord)
    .map((entry) => ({ event: String(entry['event']).toUpperCase(), handler: String(entry['handler']) }));
}

/** `event.bind` refuses a second binding, so the list is read first. */
async function bind(
  client: PortalClient,
  options: SetUpOptions,
  events: readonly string[],
  mayBeRefused: boolean,
): Promise<void> {
  const bound = await readBindings(client, options);
  const isBound = (event: string): boolean =>
    bound.some((one) => one.event === event && one.handler === options.eventUrl);
  const calls = events
    .filter((event) => !isBound(event))
    .map((event) => ({ method: 'event.bind', params: { event, handler: options.eventUrl } }));
  for (const answer of await inBatches(client, options, calls)) {
    // Portals offer different lifecycle events; an unknown one must not stop the set-up.
    if ('error' in answer && !mayBeRefused && !isHarmless(answer.error)) throw answer.error;
  }
}

function isHarmless(error: Error): boolean {
  return (
    error instanceof AppError &&
    (error.code === 'bitrix24.ERROR_EVENT_NOT_FOUND' ||
      error.code === 'bitrix24.ERROR_EVENT_BINDING_EXISTS' ||
      /already bind/i.test(error.message))
  );
}

/** Finds a person in the stored events of a portal: their dialogs, and what they wrote in the dialogs of others. */
import type { Pool } from '../../store/database.ts';
import { dialogOf, isHeld, laneBehind } from '../../store/queue/lane-names.ts';
import { readEventPage } from '../../store/reporting/stored-events.ts';
import { ownSource } from '../read-event.ts';

/** An event that names the person. */
export interface PersonEvent {
  /** Of the dialog. */
  readonly lane: string;
  /** 0 for one that still waits for its place in the lane. */
  readonly seq: number;
  readonly trace: string;
  /** The person is the customer of an Open Channel: the whole dialog is theirs. */
  readonly isCustomer: boolean;
}

/**
 * Keys that name who wrote, pressed or joined. Not those of bots, chats and messages, whose numbers may be the same; nor `CHAT_AUTHOR_ID` and
 * `TO_USER_ID`, which name the leader of a session, the maker of a chat or the one spoken to in everybody's events.
 */
const doerKey = /\[(?:FROM_USER_ID|AUTHOR_ID|AUTHORID|USER_ID|USERID|OPERATOR_ID|(?:USER|AUTHOR)\]\[ID)\]$/;
/** Those of `doerKey` for which `connectorKey` tells whether the person is a customer. */
const writerKey = /\[(?:FROM_USER_ID|USER\]\[ID)\]$/;
const connectorKey = /\[(?:IS_CONNECTOR|USER\]\[CONNECTOR)\]$/;
/** `connector|line|chat|customer`, in every event of an Open Channel (docs/platform-notes/bitrix24.md#open-channel-chats). */
const lineChatKey = /\[(?:CHAT_ENTITY_ID|ENTITYID)\]$/;
/** Keys about whose token came with the event: that of the person who caused it, but also that of a bot or the app. */
const tokenKey = /^AUTH\[|\[AUTH\]/;

/** Returns null if the form does not name the person as one who did something. Takes linear time. */
export function personIn(body: Buffer, userId: string): Pick<PersonEvent, 'isCustomer'> | null {
  const text = body.toString('latin1');
  if (!text.includes(userId)) return null;
  const found = {
    isDoer: false,
    isWriter: false,
    isConnector: false,
    ownsLineChat: false,
    hasToken: false,
    hasDoer: false,
  };
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && equals <= maxKeyLength) readPair(plainKey(pair.slice(0, equals)), pair.slice(equals + 1));
  }
  if (found.ownsLineChat || (found.isWriter && found.isConnector)) return { isCustomer: true };
  // An event that names nobody was caused by the person whose token it brought.
  return found.isDoer || (found.hasToken && !found.hasDoer) ? { isCustomer: false } : null;

  function readPair(key: string, value: string): void {
    const isTheirs = value === userId;
    if (tokenKey.test(key)) found.hasToken ||= isTheirs && key === 'AUTH[USER_ID]';
    else if (doerKey.test(key)) {
      found.isDoer ||= isTheirs;
      found.isWriter ||= isTheirs && writerKey.test(key);
      found.hasDoer ||= value !== '' && value !== '0';
    } else if (connectorKey.test(key)) found.isConnector ||= value === 'Y' || value === '1';
    else if (lineChatKey.test(key)) found.ownsLineChat ||= customerIn(value) === userId;
  }
}

const customerIn = (entity: string): string | undefined => entity.replaceAll(/%7c/gi, '|').split('|', 4)[3];

const maxKeyLength = 300;

const plainKey = (key: string): string => key.replaceAll(/%5b/gi, '[').replaceAll(/%5d/gi, ']').toUpperCase();

/** Whether the person ordered it on the page of the conversation. Nobody can fake this in a text: quotes are escaped there. */
function orderedBy(body: Buffer, userId: string): Pick<PersonEvent, 'isCustomer'> | null {
  return body.includes(`"by":{"id":"${userId}"`) ? { isCustomer: false } : null;
}

/** Every event of the portal's dialogs that names the person, lane by lane; a page of events is in memory at a time. @param lanes only these */
export async function* personEvents(
  db: Pool,
  portal: string,
  userId: string,
  { signal, lanes = null }: { readonly signal?: AbortSignal; readonly lanes?: readonly string[] | null } = {},
): AsyncGenerator<PersonEvent> {
  let after = { lane: '', seq: 0 };
  for (;;) {
    signal?.throwIfAborted();
    const { rows, isLast } = await readEventPage(db, portal, { after, sources: ['bitrix24', ownSource], lanes });
    for (const { lane, seq, trace, source, body } of rows) {
      after = { lane, seq };
      // A held event has no place in its dialog yet.
      const place = isHeld(lane) ? { lane: laneBehind(lane), seq: 0 } : after;
      if (dialogOf(place.lane).botCode === '') continue;
      const found = source === ownSource ? orderedBy(body, userId) : personIn(body, userId);
      if (found !== null) yield { ...place, trace, ...found };
    }
    if (isLast) return;
  }
}

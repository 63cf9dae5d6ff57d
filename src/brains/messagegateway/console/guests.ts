/** Who in a group is from outside the company: the console is not for them. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef } from '../../../core/connector.ts';
import { RemoteRefused } from '../../../core/errors.ts';
import type { Room } from '../room.ts';
import { ConsoleRefusal } from './ask.ts';
import { phrasesOf } from './phrases.ts';

/** Somebody from outside stays outside; asked of the portal once in a while. */
const guestsKnownMs = 600_000;
const maxGuests = 5_000;

type Said = Pick<BrainAction & { type: 'message' }, 'author' | 'chat'>;

export type GuestWatch = (said: Said, to: ConversationRef, signal: AbortSignal) => Promise<boolean>;

/**
 * Whether the portal says that somebody is from outside the company. Those it says nothing about are employees. Where it refuses to say
 * anything the word is not obeyed, and its author is told (ConsoleRefusal); a portal that is away or wants a pause is asked again.
 */
export function createGuestWatch(room: Room): GuestWatch {
  const known = new Map<string, { readonly isGuest: boolean; readonly until: number }>();
  return async ({ author, chat }, to, signal) => {
    const now = room.clock.monotonicMs();
    const found = known.get(author.id);
    if (found !== undefined && found.until > now) return found.isGuest;
    const user = await askPortal(room, to, chat.dialogId, author.id, signal);
    const isGuest = user?.isExtranet === true;
    if (known.size >= maxGuests) known.clear();
    known.set(author.id, { isGuest, until: now + guestsKnownMs });
    return isGuest;
  };
}

async function askPortal(room: Room, to: ConversationRef, dialogId: string, userId: string, signal: AbortSignal) {
  try {
    return await room.tools.homeUser(to, dialogId, userId, signal);
  } catch (error) {
    if (!(error instanceof RemoteRefused) || typeof error.retry === 'object') throw error;
    room.tools.log('the portal does not tell who sits in a group', { dialog: dialogId, reason: error.code });
    throw new ConsoleRefusal(phrasesOf(room.config.language).membersUnknown);
  }
}

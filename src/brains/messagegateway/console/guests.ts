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
 * Whether somebody may be from outside the company: everybody whom the portal does not call an employee. Where it refuses to say
 * anything the word is not obeyed, and its author is told (ConsoleRefusal); a portal that is away or wants a pause is asked again.
 */
export function createGuestWatch(room: Room): GuestWatch {
  const known = new Map<string, { readonly isGuest: boolean; readonly until: number }>();
  return async ({ author, chat }, to, signal) => {
    const now = room.clock.monotonicMs();
    const found = known.get(author.id);
    if (found !== undefined && found.until > now) return found.isGuest;
    // The event itself may have told that he is from outside; that he is an employee only the portal's list can tell.
    const user = author.isExtranet === true ? null : await askPortal(room, to, chat.dialogId, author.id, signal);
    const isGuest = user === null ? !(await isEmployeeByEvent(room, author)) : user.isExtranet;
    if (known.size >= maxGuests) known.clear();
    known.set(author.id, { isGuest, until: now + guestsKnownMs });
    return isGuest;
  };
}

/** A portal without imbot.v2 cannot be asked for members: there the flag of the event is all that is known. */
async function isEmployeeByEvent(room: Room, author: Said['author']): Promise<boolean> {
  return author.isExtranet === false && !(await room.tools.homeFacts()).hasV2;
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

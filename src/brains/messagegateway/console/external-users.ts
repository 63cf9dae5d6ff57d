/** Who in a group is from outside the company: the console is not for them. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef } from '../../../core/connector.ts';
import { RemoteRefused } from '../../../core/errors.ts';
import { ConsoleRefusal } from './command-request.ts';
import type { ConsoleContext } from './console-context.ts';
import { consoleMessages } from './messages/console-messages.ts';

/** Somebody from outside stays outside; asked of the portal once in a while. */
const externalsKnownMs = 600_000;
const maxExternals = 5_000;

type Said = Pick<BrainAction & { type: 'message' }, 'author' | 'chat'>;

export type ExternalUsers = (said: Said, to: ConversationRef, signal: AbortSignal) => Promise<boolean>;

/**
 * Whether somebody may be from outside the company: everybody whom the portal does not call an employee. Where it refuses to say
 * anything the word is not obeyed, and its author is told (ConsoleRefusal); a portal that is away or wants a pause is asked again.
 */
export function createExternalUsers(context: ConsoleContext): ExternalUsers {
  const known = new Map<string, { readonly isExternal: boolean; readonly until: number }>();
  return async ({ author, chat }, to, signal) => {
    const now = context.clock.monotonicMs();
    const found = known.get(author.id);
    if (found !== undefined && found.until > now) return found.isExternal;
    // The event itself may have told that he is from outside; that he is an employee only the portal's list can tell.
    const user = author.isExtranet === true ? null : await askPortal(context, to, chat.dialogId, author.id, signal);
    const isExternal = user === null ? !(await isEmployeeByEvent(context, author)) : user.isExtranet;
    if (known.size >= maxExternals) known.clear();
    known.set(author.id, { isExternal, until: now + externalsKnownMs });
    return isExternal;
  };
}

/** A portal without imbot.v2 cannot be asked for members: there the flag of the event is all that is known. */
async function isEmployeeByEvent(context: ConsoleContext, author: Said['author']): Promise<boolean> {
  return author.isExtranet === false && !(await context.tools.portalInfo()).hasV2;
}

async function askPortal(
  context: ConsoleContext,
  to: ConversationRef,
  dialogId: string,
  userId: string,
  signal: AbortSignal,
) {
  try {
    return await context.tools.portalUser(to, dialogId, userId, signal);
  } catch (error) {
    if (!(error instanceof RemoteRefused) || typeof error.retry === 'object') throw error;
    context.tools.log('the portal does not tell who sits in a group', { dialog: dialogId, reason: error.code });
    throw new ConsoleRefusal(consoleMessages(context.language).membersUnknown);
  }
}

/** Finds external users in a group: people from outside the company must not use the console. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef } from '../../../core/connector.ts';
import { RemoteRefused } from '../../../core/errors.ts';
import { ConsoleRefusal } from './command-request.ts';
import type { ConsoleContext } from './console-context.ts';
import { consoleTexts } from './texts/console-texts.ts';

/** How long an answer of the portal is used. */
const externalsKnownMs = 600_000;
const maxExternals = 5_000;

type Said = Pick<BrainAction & { type: 'message' }, 'author' | 'chat'>;

export type ExternalUsers = (said: Said, to: ConversationRef, signal: AbortSignal) => Promise<boolean>;

/**
 * True for anyone the portal does not list as an employee. If the portal refuses to answer, the message is not acted on, and its author
 * is told (ConsoleRefusal). If the portal is away or throttles, the delivery is repeated later.
 */
export function createExternalUsers(context: ConsoleContext): ExternalUsers {
  const known = new Map<string, { readonly isExternal: boolean; readonly until: number }>();
  return async ({ author, chat }, to, signal) => {
    const now = context.clock.monotonicMs();
    const found = known.get(author.id);
    if (found !== undefined && found.until > now) return found.isExternal;
    // The event may show that a person is external. Only the portal's list shows that somebody is an employee.
    const user = author.isExtranet === true ? null : await askPortal(context, { author, chat }, to, signal);
    const isExternal = user === null ? !(await isEmployeeByEvent(context, author)) : user.isExtranet;
    if (known.size >= maxExternals) known.clear();
    known.set(author.id, { isExternal, until: now + externalsKnownMs });
    return isExternal;
  };
}

/** Portals without imbot.v2 have no list of members, so the flag of the event decides. */
async function isEmployeeByEvent(context: ConsoleContext, author: Said['author']): Promise<boolean> {
  return author.isExtranet === false && !(await context.tools.portalInfo()).hasV2;
}

async function askPortal(
  context: ConsoleContext,
  { author, chat: { dialogId } }: Said,
  to: ConversationRef,
  signal: AbortSignal,
) {
  try {
    return await context.tools.portalUser(to, dialogId, author.id, signal);
  } catch (error) {
    if (!(error instanceof RemoteRefused) || typeof error.retry === 'object') throw error;
    context.tools.log('the portal does not list the members of a group', { dialog: dialogId, reason: error.code });
    throw new ConsoleRefusal(consoleTexts(context.language).membersUnknown);
  }
}

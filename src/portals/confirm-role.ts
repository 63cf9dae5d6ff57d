/** Asks a portal again whether somebody whose page is open is still an administrator: it may have changed since the page was opened. */
import type { Logger } from '../lib/logger.ts';
import type { Portal } from '../store/tenants/portals.ts';
import { type AskingParts, ownerOfToken } from './token-owner.ts';

/** unknown: the portal does not answer, or the token is not (or no longer) theirs. */
export type ConfirmedRole = 'admin' | 'employee' | 'unknown';

/** @param accessToken the visitor's token, as the page got it from the portal. Does not throw */
export type ConfirmRole = (portal: Portal, userId: string, accessToken: string) => Promise<ConfirmedRole>;

export function createRoleConfirmation(parts: AskingParts & { readonly log: Logger }): ConfirmRole {
  return async (portal, userId, accessToken) => {
    // A portal that was added by an incoming webhook has no pages, and its address is a secret.
    if (portal.server_endpoint === '') return 'unknown';
    try {
      const owner = await ownerOfToken(parts, {
        portal: portal.portal,
        clientEndpoint: portal.client_endpoint,
        accessToken,
      });
      if (owner.userId !== userId) return 'unknown';
      return owner.isAdmin ? 'admin' : 'employee';
    } catch (error) {
      parts.log.info({ portal: portal.portal, err: error }, 'the portal did not confirm the role of a visitor');
      return 'unknown';
    }
  };
}

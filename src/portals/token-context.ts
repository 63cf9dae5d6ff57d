/** How the rows of `portal_token` are sealed and marked. */

/** The contexts under which tokens are sealed. */
export const tokenContext = {
  access: (portal: string): string => `portal_token.access:${portal}`,
  refresh: (portal: string): string => `portal_token.refresh:${portal}`,
};

/**
 * In place of a user id, marks a portal in webhook mode: `access_sealed` then holds the address of its incoming webhook, `refresh_sealed`
 * the CLIENT_ID its bots were registered with. Such a portal has nothing to refresh.
 */
export const webhookUser = 'webhook';

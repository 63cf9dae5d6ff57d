/** The ways in which a portal's events reach the app. A portal runs one of them. */

/**
 * `v1-webhook`: the portal posts events of the first bot API · `v2-webhook`: it posts events of `imbot.v2` · `v2-fetch`: it keeps events of
 * `imbot.v2` for a day, and the app polls them.
 */
export const eventApis = ['v1-webhook', 'v2-webhook', 'v2-fetch'] as const;

export type EventApi = (typeof eventApis)[number];

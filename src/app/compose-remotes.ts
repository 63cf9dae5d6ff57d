/** Composes what calls other servers: the guard over addresses, the two HTTP clients, and the OAuth hosts of Bitrix24. */
import { createOAuthClient, type OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import type { Settings } from '../config.ts';
import type { HttpClient } from '../lib/http-client.ts';
import { createGotClient } from '../lib/http-engine-got.ts';
import { createUndiciClient } from '../lib/http-engine-undici.ts';
import { createNetworkGuard, type NetworkGuard } from '../lib/network-guard.ts';

export interface Remotes {
  readonly guard: NetworkGuard;
  /** Carries the many calls: into portals and to brains. */
  readonly hotHttp: HttpClient;
  /** Carries the few: OAuth hosts, files out of portals, proofs of installations. */
  readonly rareHttp: HttpClient;
  readonly oauth: OAuthClient;
}

export function composeRemotes(settings: Settings): Remotes {
  const guard = createNetworkGuard({ allowedPrivateHosts: settings.ALLOWED_PRIVATE_HOSTS });
  const hotHttp = createUndiciClient({ guard });
  const rareHttp = createGotClient({ guard });
  const oauth = createOAuthClient({
    http: rareHttp,
    clientId: settings.B24_CLIENT_ID,
    clientSecret: settings.B24_CLIENT_SECRET,
    hosts: settings.B24_OAUTH_HOSTS,
  });
  return { guard, hotHttp, rareHttp, oauth };
}

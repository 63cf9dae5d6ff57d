/** Records proven installations: the portal, its tokens and the order to set it up, in one transaction. */
import { randomUUID } from 'node:crypto';
import type { InstallClaim, ProvenClaim } from '../bitrix24/install/proof.ts';
import { proveClaim } from '../bitrix24/install/proof.ts';
import type { OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import { readAnswer } from '../bitrix24/rest/rest-errors.ts';
import { type AppError, RemoteUnreachable } from '../core/errors.ts';
import { type Sealer, sha256 } from '../lib/encryption.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { Logger } from '../lib/logger.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { appendActions } from '../store/outbox.ts';
import { upsertPortal } from '../store/portals.ts';
import { offerToken } from '../store/tokens.ts';
import { tokenContext } from './access-keeper.ts';
import type { Directory } from './directory.ts';
import { appLane } from './lane-names.ts';
import type { Bells } from './wake.ts';

export interface InstallationOptions {
  readonly db: Pool;
  readonly directory: Directory;
  readonly sealer: Sealer;
  readonly oauth: OAuthClient;
  readonly guard: NetworkGuard;
  readonly http: HttpClient;
  readonly bells: Bells;
  readonly log: Logger;
}

export interface Installation {
  /** Proves the claim, stores it and orders the set-up. Throws what `proveClaim` throws; then nothing was stored. */
  install(claim: InstallClaim): Promise<Visitor>;
  /**
   * Proves who opened the app's page. A portal that works keeps its tokens; one that is unknown, removed or disconnected is installed
   * again with the visitor's. Throws what `proveClaim` throws.
   */
  visit(claim: InstallClaim): Promise<Visitor>;
}

/** Somebody whose portal an OAuth host has confirmed. */
export interface Visitor {
  readonly portal: string;
  readonly isAdmin: boolean;
}

const adminTimeoutMs = 8_000;

/** Proofs cost a call each to the OAuth host; a flood of forged ones must not become a flood there. */
const maxProofsAtOnce = 20;

export function createInstallation(options: InstallationOptions): Installation {
  const { db, sealer } = options;
  let proofs = 0;

  /** Whether the token's owner administers the portal. A portal that cannot say leaves it at no: an administrator's token is never replaced then. */
  async function ownerIsAdmin(
    claim: Pick<ProvenClaim, 'memberId' | 'clientEndpoint' | 'accessToken'>,
  ): Promise<boolean> {
    try {
      const response = await options.http.send({
        method: 'POST',
        url: options.guard.checkUrl(new URL('user.admin', claim.clientEndpoint)),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ auth: claim.accessToken }),
        timeoutMs: adminTimeoutMs,
      });
      return readAnswer({ method: 'user.admin', ...response }) === true;
    } catch (error) {
      options.log.warn(
        { portal: claim.memberId, err: error },
        'the portal did not say whether the user is an administrator',
      );
      return false;
    }
  }

  async function store(claim: ProvenClaim, isAdmin: boolean): Promise<void> {
    const portal = claim.memberId;
    await inTransaction(db, async (trx) => {
      await upsertPortal(trx, {
        portal,
        domain: claim.domain,
        clientEndpoint: claim.clientEndpoint,
        serverEndpoint: claim.serverEndpoint,
        applicationTokenHash: claim.applicationToken === null ? null : sha256(claim.applicationToken),
        scope: claim.scope,
        language: claim.language,
      });
      await offerToken(trx, {
        portal,
        accessBox: sealer.seal(claim.accessToken, tokenContext.access(portal)),
        refreshBox: sealer.seal(claim.refreshToken, tokenContext.refresh(portal)),
        expiresAt: new Date(Date.now() + claim.expiresInSeconds * 1000),
        userId: claim.userId ?? '',
        isAdmin,
      });
      const setUp = { target: 'app' as const, action: { type: 'set_up' as const }, botCode: null, dialogId: null };
      await appendActions(trx, [{ portal, lane: appLane, ...setUp, trace: randomUUID() }]);
    });
  }

  async function install(claim: InstallClaim): Promise<Visitor> {
    const proven = await proveClaim(claim, options.oauth, options.guard);
    const isAdmin = await ownerIsAdmin(proven);
    await store(proven, isAdmin);
    options.directory.forget(proven.memberId);
    options.bells.outbox.ring();
    options.log.info(
      { portal: proven.memberId, domain: proven.domain, isAdmin },
      'an installation was proven and stored',
    );
    return { portal: proven.memberId, isAdmin };
  }

  async function visit(claim: InstallClaim): Promise<Visitor> {
    const { portal } = await options.directory.doubted(claim.memberId);
    if (portal?.state !== 'installed') return await install(claim);
    const proof = await options.oauth.prove(claim.serverEndpoint, claim.accessToken);
    if (proof.portalUrl.host !== portal.domain) return await install(claim);
    const owner = { memberId: portal.portal, clientEndpoint: portal.client_endpoint, accessToken: claim.accessToken };
    return { portal: portal.portal, isAdmin: await ownerIsAdmin(owner) };
  }

  async function limited<T>(work: () => Promise<T>): Promise<T> {
    if (proofs >= maxProofsAtOnce) throw tooMany();
    proofs += 1;
    try {
      return await work();
    } finally {
      proofs -= 1;
    }
  }

  return { install: (claim) => limited(() => install(claim)), visit: (claim) => limited(() => visit(claim)) };
}

function tooMany(): AppError {
  return new RemoteUnreachable({
    code: 'install.busy',
    message: 'too many installations are being proven at this moment',
  });
}

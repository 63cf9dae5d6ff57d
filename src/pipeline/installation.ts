/** Records proven installations: the portal, its tokens and the order to set it up, in one transaction. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
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
import { wakeLanes } from '../store/lanes.ts';
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

const profileTimeoutMs = 8_000;

/** Proofs cost a call each to the OAuth host; a flood of forged ones must not become a flood there. */
const maxProofsAtOnce = 20;

/** The person a token belongs to, as `profile` tells it (it needs no scope). */
interface Owner {
  readonly userId: string;
  readonly isAdmin: boolean;
}

const nobody: Owner = { userId: '', isAdmin: false };

const profileSchema = z
  .object({ ID: z.union([z.string(), z.number()]), ADMIN: z.boolean() })
  .transform(({ ID, ADMIN }): Owner => ({ userId: String(ID), isAdmin: ADMIN }));

export function createInstallation(options: InstallationOptions): Installation {
  const { db, sealer } = options;
  let proofs = 0;

  /** Whose token it is. A portal that cannot say leaves it at nobody: an administrator's token is never replaced then. */
  async function ownerOf(claim: Pick<ProvenClaim, 'memberId' | 'clientEndpoint' | 'accessToken'>): Promise<Owner> {
    try {
      const response = await options.http.send({
        method: 'POST',
        url: options.guard.checkUrl(new URL('profile', claim.clientEndpoint)),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ auth: claim.accessToken }),
        timeoutMs: profileTimeoutMs,
      });
      return profileSchema.parse(readAnswer({ method: 'profile', ...response }));
    } catch (error) {
      options.log.warn({ portal: claim.memberId, err: error }, 'the portal did not say whose token it is');
      return nobody;
    }
  }

  async function store(claim: ProvenClaim, { userId, isAdmin }: Owner): Promise<void> {
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
        isAdmin,
      });
      await offerToken(trx, {
        portal,
        accessBox: sealer.seal(claim.accessToken, tokenContext.access(portal)),
        refreshBox: sealer.seal(claim.refreshToken, tokenContext.refresh(portal)),
        expiresAt: new Date(Date.now() + claim.expiresInSeconds * 1000),
        userId,
        isAdmin,
      });
      const setUp = { target: 'app' as const, action: { type: 'set_up' as const }, botCode: null, dialogId: null };
      await appendActions(trx, [{ portal, lane: appLane, ...setUp, trace: randomUUID() }]);
      // What waited for living tokens need not wait any longer.
      await wakeLanes(trx, 'outbox', portal);
    });
  }

  async function install(claim: InstallClaim): Promise<Visitor> {
    const proven = await proveClaim(claim, options.oauth, options.guard);
    const owner = await ownerOf(proven);
    await store(proven, owner);
    options.directory.forget(proven.memberId);
    options.bells.outbox.ring();
    options.log.info(
      { portal: proven.memberId, domain: proven.domain, isAdmin: owner.isAdmin },
      'an installation was proven and stored',
    );
    return { portal: proven.memberId, isAdmin: owner.isAdmin };
  }

  async function visit(claim: InstallClaim): Promise<Visitor> {
    const { portal } = await options.directory.doubted(claim.memberId);
    if (portal?.state !== 'installed') return await install(claim);
    const proof = await options.oauth.prove(claim.serverEndpoint, claim.accessToken);
    if (proof.portalUrl.host !== portal.domain) return await install(claim);
    const shown = { memberId: portal.portal, clientEndpoint: portal.client_endpoint, accessToken: claim.accessToken };
    return { portal: portal.portal, isAdmin: (await ownerOf(shown)).isAdmin };
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

/** Records proven installations: the portal, its tokens and the order to set it up, in one transaction. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { InstallClaim, ProvenClaim } from '../bitrix24/install/proof.ts';
import { appRefOf, namesOurApp, proveClaim } from '../bitrix24/install/proof.ts';
import type { OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import { readAnswer } from '../bitrix24/rest/rest-errors.ts';
import { type Sealer, sha256 } from '../lib/encryption.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { Logger } from '../lib/logger.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';
import type { Portal } from '../store/tenants/portals.ts';
import type { PortalCache } from './portal-cache.ts';
import { createProofQueue, type ProofShare } from './proof-queue.ts';
import { createRefusedProofs } from './refused-proofs.ts';
import { storeInstallation } from './store-installation.ts';
import { tokenContext } from './token-context.ts';

export interface InstallationOptions {
  readonly db: Pool;
  readonly portals: PortalCache;
  readonly sealer: Sealer;
  readonly oauth: OAuthClient;
  readonly guard: NetworkGuard;
  readonly http: HttpClient;
  readonly wakeups: Wakeups;
  readonly log: Logger;
}

/** How a claim reached us. */
export interface ClaimOrigin {
  /** Network address of who sent it. */
  readonly sender: string;
  /** An install event, and whether it carried the right application token of its portal; null for a page. */
  readonly event: { readonly isVouched: boolean } | null;
}

export interface Installation {
  /**
   * Proves the claim, stores it and orders the set-up. Throws what `proveClaim` throws, and `install.busy` when its turn does not
   * come in time; then nothing was stored.
   */
  install(claim: InstallClaim, origin: ClaimOrigin): Promise<Visitor>;
  /**
   * Proves who opened the app's page: which portal, and that the token is of our app. A portal that works keeps its tokens; one that is
   * unknown, removed or disconnected is installed again with the visitor's. Throws like `install`.
   */
  visit(claim: InstallClaim, origin: ClaimOrigin): Promise<Visitor>;
}

/** Somebody whose portal an OAuth host has confirmed. */
export interface Visitor {
  readonly portal: string;
  readonly isAdmin: boolean;
}

const portalTimeoutMs = 8_000;

/** A token and the address of the portal it is to be shown to. */
type PortalToken = Pick<ProvenClaim, 'memberId' | 'clientEndpoint' | 'accessToken'>;

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
  return new ProvenInstallation(options);
}

class ProvenInstallation implements Installation {
  readonly #options: InstallationOptions;
  readonly #queue = createProofQueue();
  readonly #refused = createRefusedProofs();

  constructor(options: InstallationOptions) {
    this.#options = options;
  }

  install(claim: InstallClaim, origin: ClaimOrigin): Promise<Visitor> {
    return this.#inTurn(claim, origin, () => this.#install(claim));
  }

  visit(claim: InstallClaim, origin: ClaimOrigin): Promise<Visitor> {
    return this.#inTurn(claim, origin, () => this.#visit(claim));
  }

  /** Asks the portal with the visitor's own token. */
  async #askPortal(method: string, claim: PortalToken): Promise<unknown> {
    const response = await this.#options.http.send({
      method: 'POST',
      url: this.#options.guard.checkUrl(new URL(method, claim.clientEndpoint)),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth: claim.accessToken }),
      timeoutMs: portalTimeoutMs,
    });
    return readAnswer({ method, ...response });
  }

  /** Whose token it is. A portal that cannot say leaves it at nobody: an administrator's token is never replaced then. */
  async #ownerOf(claim: PortalToken): Promise<Owner> {
    try {
      return profileSchema.parse(await this.#askPortal('profile', claim));
    } catch (error) {
      this.#options.log.warn({ portal: claim.memberId, err: error }, 'the portal did not say whose token it is');
      return nobody;
    }
  }

  /** Whether the portal says that the token is of the app it has installed for us. Anything else than a clear yes is a no. */
  async #isOfOurApp(portal: Portal, claim: PortalToken): Promise<boolean> {
    if (portal.app_ref === null) return false;
    try {
      return appRefOf(await this.#askPortal('app.info', claim)) === portal.app_ref;
    } catch (error) {
      this.#options.log.info({ portal: portal.portal, err: error }, 'the portal did not say which app a token is of');
      return false;
    }
  }

  async #store(claim: ProvenClaim, { userId, isAdmin }: Owner): Promise<void> {
    const portal = claim.memberId;
    await storeInstallation(
      this.#options.db,
      {
        portal,
        domain: claim.domain,
        clientEndpoint: claim.clientEndpoint,
        serverEndpoint: claim.serverEndpoint,
        applicationTokenHash: claim.applicationToken === null ? null : sha256(claim.applicationToken),
        scope: claim.scope,
        language: claim.language,
        isAdmin,
      },
      {
        accessSealed: this.#options.sealer.seal(claim.accessToken, tokenContext.access(portal)),
        refreshSealed: this.#options.sealer.seal(claim.refreshToken, tokenContext.refresh(portal)),
        expiresAt: new Date(Date.now() + claim.expiresInSeconds * 1000),
        userId,
      },
      { trace: randomUUID() },
    );
  }

  async #install(claim: InstallClaim): Promise<Visitor> {
    const proven = await proveClaim(claim, this.#options.oauth, this.#options.guard);
    const owner = await this.#ownerOf(proven);
    await this.#store(proven, owner);
    this.#options.portals.forget(proven.memberId);
    this.#options.wakeups.outbox.ring();
    this.#options.log.info(
      { portal: proven.memberId, domain: proven.domain, isAdmin: owner.isAdmin },
      'an installation was proven and stored',
    );
    return { portal: proven.memberId, isAdmin: owner.isAdmin };
  }

  /**
   * The OAuth host confirms which portal the token is of, but need not name the app: then the token of any other app of this portal
   * would do. So the portal names the app. Where it cannot, or names another one, only the refresh token can still prove the visit;
   * trading it in uses it up, so the new pair is offered for storage. The page itself needs none: Bitrix24's script asks the frame
   * around it for its tokens.
   */
  async #visit(claim: InstallClaim): Promise<Visitor> {
    const { portal } = await this.#options.portals.doubted(claim.memberId);
    if (portal?.state !== 'installed') return await this.#install(claim);
    const proof = await this.#options.oauth.prove(claim.serverEndpoint, claim.accessToken);
    if (proof.portalUrl.host !== portal.domain) return await this.#install(claim);
    const shown = { memberId: portal.portal, clientEndpoint: portal.client_endpoint, accessToken: claim.accessToken };
    const isOurs =
      namesOurApp(proof, portal.portal, this.#options.oauth.clientId) || (await this.#isOfOurApp(portal, shown));
    if (!isOurs) return await this.#install(claim);
    return { portal: portal.portal, isAdmin: (await this.#ownerOf(shown)).isAdmin };
  }

  async #shareOf(claim: InstallClaim, { event }: ClaimOrigin): Promise<ProofShare> {
    if (event !== null) return event.isVouched ? 'vouched' : 'event';
    const { portal } = await this.#options.portals.portal(claim.memberId);
    return portal === null || portal.state === 'uninstalled' ? 'page' : 'known';
  }

  /** Refuses at once what was refused a moment ago; everything else waits for its turn. */
  async #inTurn(claim: InstallClaim, origin: ClaimOrigin, work: () => Promise<Visitor>): Promise<Visitor> {
    this.#refused.check(claim);
    const share = await this.#shareOf(claim, origin);
    try {
      return await this.#queue.run({ share, sender: origin.sender, portal: claim.memberId }, work);
    } catch (error) {
      this.#refused.note(claim, error);
      throw error;
    }
  }
}

/** Records proven installations: the portal, its tokens and the order to set it up, in one transaction. */
import { randomUUID } from 'node:crypto';
import type { InstallClaim, ProvenClaim } from '../bitrix24/install/proof.ts';
import { appRefOf, namesOurApp, proveClaim } from '../bitrix24/install/proof.ts';
import { budgetCode } from '../bitrix24/rest/not-sent.ts';
import type { OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import { codeOf, exhaustedCode } from '../bitrix24/rest/patiently.ts';
import { AppError } from '../core/errors.ts';
import { type Sealer, sha256 } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';
import type { Portal } from '../store/tenants/portals.ts';
import type { Cells } from './cells/cells.ts';
import { refuseMoving } from './cells/lives-elsewhere.ts';
import type { PortalCache } from './portal-cache.ts';
import { createProofQueue, type ProofShare } from './proof-queue.ts';
import { createRefusedProofs } from './refused-proofs.ts';
import { storeInstallation } from './store-installation.ts';
import { tokenContext } from './token-context.ts';
import { type AskingParts, askWithToken, ownerOfToken, type PortalToken, type TokenOwner } from './token-owner.ts';

export interface InstallationOptions extends AskingParts {
  readonly db: Pool;
  readonly portals: PortalCache;
  /** Null: there is only this cell. */
  readonly cells: Pick<Cells, 'refuseForeign' | 'place'> | null;
  readonly sealer: Sealer;
  readonly oauth: OAuthClient;
  readonly wakeups: Wakeups;
  readonly log: Logger;
}

/** How a claim reached us. */
export interface ClaimOrigin {
  /** Network address of the sender. */
  readonly sender: string;
  /** An install event, and whether it carried the right application token of its portal; null for a page. */
  readonly event: { readonly isVouched: boolean } | null;
  /** The same claim, proven by another cell of ours that has sent it here; null: not proven yet. */
  readonly proven: ProvenClaim | null;
}

export interface Installation {
  /**
   * Proves the claim, stores it and orders the set-up. Throws what `proveClaim` throws, and `install.busy` when its turn does not come in time; then
   * nothing was stored. Throws LivesElsewhere for a portal of another cell, also for one that was placed there just now, and
   * `bitrix24.visitor_unknown` to a page whose portal does not say whose token it is; then everything is stored.
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
  /** Empty, like the name, when the portal did not say whose token it is; never empty for a page. */
  readonly userId: string;
  readonly userName: string;
}

const nobody: TokenOwner = { userId: '', userName: '', isAdmin: false };

/** A page needs to know its visitor: without a role it would turn an administrator away. */
function namedVisitor(portal: string, owner: TokenOwner): Visitor {
  if (owner === nobody) throw visitorUnknown();
  return { portal, ...owner };
}

function visitorUnknown(cause?: unknown): AppError {
  const message = 'the portal did not say whose token it is';
  return new AppError({ code: 'bitrix24.visitor_unknown', message, cause });
}

/** The portal was not asked, because it takes no more requests at the moment. */
const isThrottled = (error: unknown): boolean => [exhaustedCode, budgetCode].includes(codeOf(error));

/** What is left to do for a proven claim: it asks the portal, and holds none of the places for proofs. */
type Rest = () => Promise<Visitor>;

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
    return this.#inTurn(claim, origin, () => this.#install(claim, origin));
  }

  visit(claim: InstallClaim, origin: ClaimOrigin): Promise<Visitor> {
    return this.#inTurn(claim, origin, () => this.#visit(claim, origin));
  }

  /** Whose token it is; `nobody` if the portal cannot say, and then an administrator's token is never replaced. */
  async #ownerOf(token: PortalToken): Promise<TokenOwner> {
    try {
      return await ownerOfToken(this.#options, token);
    } catch (error) {
      this.#options.log.warn({ portal: token.portal, err: error }, 'the portal did not say whose token it is');
      return nobody;
    }
  }

  /**
   * Whether the portal says that the token is of the app it has installed for us. Anything other than a clear yes is a no. Throws
   * `bitrix24.visitor_unknown` where the portal takes no more requests: another installation would order a set-up, which makes many.
   */
  async #isOfOurApp(portal: Portal, token: PortalToken): Promise<boolean> {
    if (portal.app_ref === null) return false;
    try {
      return appRefOf(await askWithToken(this.#options, 'app.info', token)) === portal.app_ref;
    } catch (error) {
      this.#options.log.info({ portal: portal.portal, err: error }, 'the portal did not say which app a token is of');
      if (isThrottled(error)) throw visitorUnknown(error);
      return false;
    }
  }

  async #store(claim: ProvenClaim, { userId, isAdmin }: TokenOwner): Promise<void> {
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

  async #install(claim: InstallClaim, origin: ClaimOrigin): Promise<Rest> {
    const isProven = origin.proven !== null && origin.proven.memberId === claim.memberId;
    const proven = isProven ? origin.proven : await proveClaim(claim, this.#options.oauth, this.#options.guard);
    await this.#options.cells?.place(proven);
    return async () => {
      const owner = await this.#ownerOf({ ...proven, portal: proven.memberId });
      await this.#store(proven, owner);
      this.#options.portals.forget(proven.memberId);
      this.#options.wakeups.outbox.ring();
      this.#options.log.info(
        { portal: proven.memberId, domain: proven.domain, isAdmin: owner.isAdmin },
        'an installation was proven and stored',
      );
      return origin.event === null ? namedVisitor(proven.memberId, owner) : { portal: proven.memberId, ...owner };
    };
  }

  /**
   * The OAuth host confirms which portal the token is of, but need not name the app: then the token of any other app of this portal would do. So the
   * portal names the app. Where it cannot, or names another one, only the refresh token can still prove the visit; trading it in uses it up, so the
   * new pair is offered for storage. The page itself needs no tokens: Bitrix24's script asks the frame around it for its tokens.
   */
  async #visit(claim: InstallClaim, origin: ClaimOrigin): Promise<Rest> {
    const { portal } = await this.#options.portals.doubted(claim.memberId);
    if (portal?.state !== 'installed') return await this.#install(claim, origin);
    const proof = await this.#options.oauth.prove(claim.serverEndpoint, claim.accessToken);
    if (proof.portalUrl.host !== portal.domain) return await this.#install(claim, origin);
    const shown = { portal: portal.portal, clientEndpoint: portal.client_endpoint, accessToken: claim.accessToken };
    const isNamed = namesOurApp(proof, portal.portal, this.#options.oauth.clientId);
    return async () => {
      if (!isNamed && !(await this.#isOfOurApp(portal, shown))) return await this.install(claim, origin);
      return namedVisitor(portal.portal, await this.#ownerOf(shown));
    };
  }

  async #shareOf(claim: InstallClaim, { event }: ClaimOrigin): Promise<ProofShare> {
    if (event !== null) return event.isVouched ? 'vouched' : 'event';
    const { portal } = await this.#options.portals.portal(claim.memberId);
    return portal === null || portal.state === 'uninstalled' ? 'page' : 'known';
  }

  /** Refuses at once a claim that was refused a moment ago; every other claim waits for its turn. */
  async #inTurn(claim: InstallClaim, origin: ClaimOrigin, work: () => Promise<Rest>): Promise<Visitor> {
    this.#refused.check(claim);
    await this.#options.cells?.refuseForeign(claim.memberId);
    const { portal } = await this.#options.portals.doubted(claim.memberId);
    if (portal !== null) refuseMoving(portal);
    const share = await this.#shareOf(claim, origin);
    const rest = await this.#queue
      .run({ share, sender: origin.sender, portal: claim.memberId }, work)
      .catch((error: unknown) => {
        this.#refused.note(claim, error);
        throw error;
      });
    return await rest();
  }
}

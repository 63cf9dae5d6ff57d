/**
 * `POST /bitrix24/events`: the one endpoint for all bots' events. Checks size, form and sender, stores the raw body once per bot concerned,
 * and answers after the commit. Everything else happens later: Bitrix24 does not send an event twice.
 */
import type { Context } from 'koa';
import { decodeEvent } from '../bitrix24/events/decode-event.ts';
import { findEvent } from '../bitrix24/events/event-registry.ts';
import { lineDialogOf } from '../bitrix24/events/line-dialog.ts';
import { scanEvent } from '../bitrix24/events/scan-event.ts';
import type { ScannedEvent } from '../bitrix24/events/scan-fields.ts';
import { claimFromEvent } from '../bitrix24/install/proof.ts';
import { badInput, RemoteUnreachable } from '../core/errors.ts';
import { sameDigest, sha256 } from '../lib/encryption.ts';
import { parseForm } from '../lib/form-body.ts';
import type { Logger } from '../lib/logger.ts';
import type { Cells } from '../portals/cells/cells.ts';
import { refuseLeft, withBody } from '../portals/cells/lives-elsewhere.ts';
import type { Installation } from '../portals/installation.ts';
import type { KnownPortal, PortalCache } from '../portals/portal-cache.ts';
import type { Acceptance } from '../queue/acceptance.ts';
import { isOfDialog, rowOf, toLineEvents, toNewEvents } from '../queue/event-intake.ts';
import { type MaybeTracing, recordReceived } from '../runtime/message-spans.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import type { BodyReader } from './body-reader.ts';
import { provenElsewhere } from './cells/pass-on.ts';
import { senderOf } from './sender-address.ts';

/** Far above the largest message: 20 000 Cyrillic letters, sent twice and percent-encoded, are about 240 KB. */
const maxBodyBytes = 4 * 1024 * 1024;

/** Far above a message of an operator with its files. */
const maxLineBytes = 512 * 1024;

const memberIdForm = /^[0-9a-f]{32}$/;

export interface EventEndpointOptions {
  readonly bodies: BodyReader;
  readonly acceptance: Acceptance;
  readonly portals: PortalCache;
  readonly installation: Installation;
  /** Null: there is only this cell. */
  readonly cells: Pick<Cells, 'refuseForeign'> | null;
  /** Which of these bots have talked in this chat of an Open Channel. */
  readonly lineBots: (portal: string, dialogId: string, botCodes: readonly string[]) => Promise<readonly string[]>;
  readonly metrics: Metrics;
  readonly tracing?: MaybeTracing;
  readonly log: Logger;
}

export function createEventEndpoint(options: EventEndpointOptions) {
  const endpoint = new EventEndpoint(options);
  return (ctx: Context): Promise<void> => endpoint.handle(ctx);
}

class EventEndpoint {
  readonly #options: EventEndpointOptions;

  constructor(options: EventEndpointOptions) {
    this.#options = options;
  }

  async handle(ctx: Context): Promise<void> {
    const started = performance.now();
    const type = ctx.request.headers['content-type'] ?? '';
    if (type !== '' && !type.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
      throw badInput('event.not_a_form', 'events are form-encoded', 415);
    }
    const raw = await this.#options.bodies.read(ctx, maxBodyBytes);
    const event = scanEvent(raw);
    if (event.event === '') throw badInput('event.unreadable', 'the body names no event');
    const stored = await withBody(raw, () => this.#receive(ctx, event, raw));
    recordReceived(this.#options.tracing, stored, { kind: 'server', startedAt: started });
    ctx.status = 200;
    ctx.body = '{}';
    ctx.type = 'json';
    this.#options.metrics.stage.observe({ stage: 'endpoint' }, (performance.now() - started) / 1000);
  }

  /** Returns the events that were new. */
  async #receive(ctx: Context, event: ScannedEvent, raw: Buffer): Promise<readonly NewEvent[]> {
    const known = await this.#authenticate(event.memberId.toLowerCase(), event.applicationToken);
    if (known !== null) this.#options.bodies.markKnown(ctx);
    if (findEvent(event.event)?.scope === 'installation') return await this.#onInstall(ctx, event, raw, known);
    if (known?.portal == null) {
      await this.#refuseForeign(event.memberId.toLowerCase());
      throw badInput('event.not_authentic', 'unknown portal or wrong application token', 403);
    }
    refuseLeft(known.portal);
    return await this.#store(known.portal.portal, event, known);
  }

  /**
   * These events bring tokens, and perhaps a new application token, and anybody can send one. So they are verified at the OAuth host before
   * anything is stored (docs/platform-notes/bitrix24.md#install-proof). While that host is away, a portal that has shown its token is set
   * up again with the stored tokens.
   */
  async #onInstall(
    ctx: Context,
    event: ScannedEvent,
    raw: Buffer,
    known: KnownPortal | null,
  ): Promise<readonly NewEvent[]> {
    try {
      const origin = { sender: senderOf(ctx), event: { isVouched: known !== null }, proven: provenElsewhere(ctx) };
      await this.#options.installation.install(claimFromEvent(parseForm(raw)), origin);
      return [];
    } catch (error) {
      if (known === null || !(error instanceof RemoteUnreachable)) throw error;
      this.#options.log.warn(
        { portal: event.memberId, err: error },
        `${event.event} could not be proven now; keeping the stored tokens`,
      );
      return await this.#store(event.memberId.toLowerCase(), event, known);
    }
  }

  /** @param portal the id under which the portal is stored */
  async #store(portal: string, event: ScannedEvent, known: KnownPortal): Promise<readonly NewEvent[]> {
    if (findEvent(event.event)?.scope === 'line') return await this.#storeOfLine(portal, event, known);
    const isChat = isOfDialog(event);
    const { bots } = isChat ? await this.#withBotsOf(portal, event, known) : known;
    return await this.#accept(toNewEvents(portal, event, bots));
  }

  /** Portals may send the events of all their lines; an event of no conversation of ours is not stored. */
  async #storeOfLine(portal: string, event: ScannedEvent, { bots }: KnownPortal): Promise<readonly NewEvent[]> {
    if (event.storedBody.length > maxLineBytes) return [];
    const tree = parseForm(event.storedBody);
    const decoded = decodeEvent(event.storedBody, { code: '', id: null });
    const dialogId = decoded.kind === 'chat' ? lineDialogOf(tree) : null;
    if (dialogId === null) return [];
    const codes = await this.#options.lineBots(
      portal,
      dialogId,
      bots.map(({ code }) => code),
    );
    return await this.#accept(toLineEvents(portal, event, dialogId, codes));
  }

  async #accept(rows: readonly NewEvent[]): Promise<readonly NewEvent[]> {
    const isNew = await Promise.all(rows.map((row) => this.#options.acceptance.accept(row)));
    return rows.filter((_, index) => isNew[index]);
  }

  /** Events of a portal of another cell arrive here at the card's address, and for a while after a move. */
  async #refuseForeign(memberId: string): Promise<void> {
    if (memberIdForm.test(memberId)) await this.#options.cells?.refuseForeign(memberId);
  }

  /** Reads the portal's bots once more if the event names an unknown one: another process may just have registered it. */
  async #withBotsOf(memberId: string, event: ScannedEvent, known: KnownPortal): Promise<KnownPortal> {
    if (event.bots.every((bot) => rowOf(bot, known.bots) !== undefined)) return known;
    const again = await this.#options.portals.doubted(memberId);
    return again.portal === null ? known : again;
  }

  /**
   * Null unless the portal is known and the token is its own. If they do not match, the portal is read once more: another process may just
   * have changed it.
   */
  async #authenticate(memberId: string, applicationToken: string): Promise<KnownPortal | null> {
    if (!memberIdForm.test(memberId) || applicationToken === '') return null;
    const digest = sha256(applicationToken);
    const fits = ({ portal }: KnownPortal): boolean =>
      portal !== null && sameDigest(portal.application_token_hash, digest);
    const known = await this.#options.portals.portal(memberId);
    if (fits(known)) return known;
    const again = await this.#options.portals.doubted(memberId);
    return fits(again) ? again : await this.#ofWebhook(memberId, digest);
  }

  /**
   * Finds a portal that was added by an incoming webhook, which does not tell the portal's id. The token proves it; its first event tells the id, and
   * from then on only that id fits.
   */
  async #ofWebhook(memberId: string, digest: Buffer): Promise<KnownPortal | null> {
    const { portals } = this.#options;
    const row = (await portals.webhookPortals()).find(
      ({ member_id: id, application_token_hash: hash }) => (id === null || id === memberId) && sameDigest(hash, digest),
    );
    if (row === undefined) return null;
    if (row.member_id === null) await portals.nameWebhookPortal(row.portal, memberId);
    const known = await portals.portal(row.portal);
    return known.portal === null ? null : known;
  }
}

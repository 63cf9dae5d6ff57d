/**
 * Tells in which cell a portal lives (docs/scaling.md). Asked only for portals that are not in this cell's database. Answers are kept for a
 * while, and many questions become one statement, so that invented portals cost the directory little.
 */
import type { ProvenClaim } from '../../bitrix24/install/proof.ts';
import { RemoteUnreachable } from '../../core/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createGroupCommit, type GroupCommit } from '../../lib/group-commit.ts';
import type { Logger } from '../../lib/logger.ts';
import { remember } from '../../lib/remember.ts';
import { findHomes, listCells, markLeft, placePortal } from '../../store/cells/directory.ts';
import { type Db, isDatabaseAway } from '../../store/database.ts';
import type { PortalCache } from '../portal-cache.ts';
import { type Cell, LivesElsewhere, refuseLeft } from './lives-elsewhere.ts';

export interface Cells {
  /** Name of this cell. */
  readonly own: string;
  /**
   * Returns if the portal is in this cell's database, or lives nowhere. Throws LivesElsewhere if it lives in another cell, and RemoteUnreachable
   * `cells.directory_away` when an unknown portal cannot be looked up.
   */
  refuseForeign(portal: string): Promise<void>;
  /** Like `refuseForeign`, for a webhook address that this cell once gave to a brain, by the secret in it, and whose connection is not here any more. */
  refuseMovedWebhook(secretHash: Buffer): Promise<void>;
  /**
   * Assigns a cell to a portal whose installation was proven. Returns if it is this cell, throws LivesElsewhere otherwise, and RemoteUnreachable
   * `cells.directory_away` or `cells.none_open`.
   */
  place(claim: ProvenClaim): Promise<void>;
  /** All other cells; while the directory is away, as they were last read. Throws RemoteUnreachable `cells.directory_away` if they were never read. */
  others(): Promise<readonly Cell[]>;
  /**
   * Finds the cell to ask next when the cell that was asked does not have the portal. `movedTo`: the cell that it named instead; null: it named none.
   * Returns null for this cell, whose database is read anew. Throws RemoteUnreachable `cells.directory_away`, and `cells.moving` when the portal
   * lives nowhere.
   */
  newHome(portal: string, movedTo: string | null): Promise<Cell | null>;
  /** Logs what would keep others from finding this cell. Never rejects. @param publicUrl its own address */
  checkOwn(publicUrl: string): Promise<void>;
  /** Tells the directory that the portal's data is erased here. Never rejects: the directory only counts the portal. */
  left(portal: string): Promise<void>;
}

export interface CellsOptions {
  readonly own: string;
  readonly directory: Db;
  readonly portals: Pick<PortalCache, 'portal' | 'doubted'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
}

/** Moves are rare, and the cell that a portal has left says so. */
const believedMs = 60_000;

/** A portal that lives nowhere may be installed at any moment. */
const unknownMs = 3_000;

/** How many entries are kept, so that invented portals do not fill the memory. */
const maxEntries = 20_000;

/** How many portals may be looked up at a time; further senders are asked to come again. */
const maxWaiting = 5_000;
const lookUps = { maxItems: 500, maxBytes: 500, concurrency: 1, sizeOf: () => 1 };

/** While the directory is away, it is asked only this often; in between, questions are refused at once. */
const awayMs = 1_000;

interface Entry {
  readonly cell: Cell | null;
  readonly readAt: number;
}

export function createCells(options: CellsOptions): Cells {
  return new Directory(options);
}

class Directory implements Cells {
  readonly own: string;
  readonly #options: CellsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #lookUps: GroupCommit<string, Cell | null>;
  #awayUntil = Number.NEGATIVE_INFINITY;
  #others: { readonly cells: readonly Cell[]; readonly readAt: number } | null = null;

  constructor(options: CellsOptions) {
    this.#options = options;
    this.own = options.own;
    this.#lookUps = createGroupCommit({ ...lookUps, flush: (portals) => this.#read(portals) });
  }

  async refuseForeign(portal: string): Promise<void> {
    const { portal: known } = await this.#options.portals.portal(portal);
    if (known !== null) return refuseLeft(known);
    const cell = await this.#homeOf(portal);
    if (cell !== null && cell.name !== this.own) throw new LivesElsewhere(portal, cell);
  }

  async refuseMovedWebhook(secretHash: Buffer): Promise<void> {
    const hash = secretHash.toString('hex');
    const cell = await this.#homeOf(hash);
    if (cell !== null && cell.name !== this.own) throw new LivesElsewhere(hash, cell);
  }

  async place(claim: ProvenClaim): Promise<void> {
    const { memberId } = claim;
    if ((await this.#options.portals.doubted(memberId)).portal !== null) return;
    const cell = await this.#ask(() => placePortal(this.#options.directory, memberId));
    if (cell === null) {
      const message = 'no cell takes new portals: "cells list" shows them';
      throw new RemoteUnreachable({ code: 'cells.none_open', message, report: true });
    }
    this.#keep(memberId, cell);
    this.#options.log.info({ portal: memberId, cell: cell.name }, 'the portal lives in a cell');
    if (cell.name !== this.own) throw new LivesElsewhere(memberId, cell, claim);
  }

  async others(): Promise<readonly Cell[]> {
    const known = this.#others;
    const isFresh = known !== null && this.#options.clock.monotonicMs() - known.readAt < believedMs;
    return isFresh ? known.cells : await this.#readOthers();
  }

  async newHome(portal: string, movedTo: string | null): Promise<Cell | null> {
    if (movedTo === this.own) return await this.#here(portal);
    const isNamed = ({ name }: Cell): boolean => name === movedTo;
    const named =
      movedTo === null ? undefined : ((await this.others()).find(isNamed) ?? (await this.#readOthers()).find(isNamed));
    this.#entries.delete(portal);
    if (named === undefined) {
      const home = await this.#homeOf(portal);
      if (home !== null) return home.name === this.own ? await this.#here(portal) : home;
      throw new RemoteUnreachable({ code: 'cells.moving', message: 'the portal is just being moved' });
    }
    this.#keep(portal, named);
    return named;
  }

  async #here(portal: string): Promise<null> {
    await this.#options.portals.doubted(portal);
    return null;
  }

  /** The list that was read before is better than none while the directory is away. */
  async #readOthers(): Promise<readonly Cell[]> {
    try {
      await this.#list();
    } catch (error) {
      if (this.#others === null || !(error instanceof RemoteUnreachable)) throw error;
    }
    return this.#others?.cells ?? [];
  }

  async #list() {
    const all = await this.#ask(() => listCells(this.#options.directory));
    const cells = all.filter(({ name }) => name !== this.own).map(({ name, url }) => ({ name, url }));
    this.#others = { cells, readAt: this.#options.clock.monotonicMs() };
    return all;
  }

  async checkOwn(publicUrl: string): Promise<void> {
    const { log } = this.#options;
    try {
      const entry = (await this.#list()).find(({ name }) => name === this.own);
      if (entry?.url === publicUrl) return;
      const known = entry === undefined ? 'is not in the directory' : `has the address ${entry.url} in the directory`;
      log.error({ cell: this.own }, `this cell ${known}; run "cells add" with its settings`);
    } catch (error) {
      log.warn({ cell: this.own, err: error }, 'the directory of cells cannot be read');
    }
  }

  async left(portal: string): Promise<void> {
    try {
      await this.#ask(() => markLeft(this.#options.directory, portal));
    } catch (error) {
      this.#options.log.warn({ portal, err: error }, 'the directory of cells goes on counting an erased portal');
    }
  }

  async #homeOf(portal: string): Promise<Cell | null> {
    const entry = this.#entries.get(portal);
    const ageMs = this.#options.clock.monotonicMs() - (entry?.readAt ?? Number.NEGATIVE_INFINITY);
    if (entry !== undefined && ageMs < (entry.cell === null ? unknownMs : believedMs)) return entry.cell;
    if (this.#lookUps.depth() >= maxWaiting) {
      throw new RemoteUnreachable({ code: 'cells.busy', message: 'too many portals are being looked up' });
    }
    try {
      const cell = await this.#ask(() => this.#lookUps.add(portal));
      this.#keep(portal, cell);
      return cell;
    } catch (error) {
      // The cell where the portal lived a while ago is the best guess; that cell says if it is wrong.
      if (entry === undefined || entry.cell === null) throw error;
      return entry.cell;
    }
  }

  async #read(portals: readonly string[]): Promise<readonly (Cell | null)[]> {
    const homes = await findHomes(this.#options.directory, [...new Set(portals)]);
    const byPortal = new Map(homes.map(({ asked, name, url }) => [asked, { name, url }]));
    return portals.map((portal) => byPortal.get(portal) ?? null);
  }

  /** That a portal lives here is not kept: this cell's database says so, until the portal is moved. */
  #keep(portal: string, cell: Cell | null): void {
    if (cell?.name === this.own) this.#entries.delete(portal);
    else remember(this.#entries, portal, { cell, readAt: this.#options.clock.monotonicMs() }, maxEntries);
  }

  /** Throws RemoteUnreachable `cells.directory_away`; at once if the directory was away a moment ago. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    if (clock.monotonicMs() < this.#awayUntil) throw directoryAway();
    try {
      return await question();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      this.#awayUntil = clock.monotonicMs() + awayMs;
      throw directoryAway(error);
    }
  }
}

function directoryAway(cause?: unknown): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'cells.directory_away',
    message: 'the directory of cells cannot be read, so a portal that is not in this cell cannot be found',
    cause,
  });
}

/**
 * The log of REST calls that the marketplace demands (docs/platform-notes/bitrix24.md#marketplace): for each portal whose administrator has
 * not switched it off, with masked bodies, written in batches beside the calls. Calls beyond the limits are left out, and a line says how
 * many.
 */
import type { ObservedCall } from '../bitrix24/rest/portal-client.ts';
import { toAppError } from '../core/errors.ts';
import type { Pool } from '../store/database.ts';
import { addRestLines, listUnloggedPortals, type RestLine } from '../store/reporting/rest-log.ts';
import { maskedJson } from './masked-json.ts';
import { type Pace, startWriting, type WorkLoop } from './work-loop.ts';

export interface RestLog {
  /** Does nothing for a portal that is known to have no log. Which portals have none is known after the first `write`. */
  note(call: ObservedCall): void;
  /** Writes what was noted, and reads which portals have no log. */
  write(): Promise<void>;
}

const usualWriteMs = 5_000;

/** Most lines of one portal between two writes of a process; the fastest portal makes as many in two seconds. */
const maxLinesOfPortal = 500;

/** Most lines of all portals between two writes. */
const maxLines = 5_000;

/** Longer names do not come from this program, and are cut. */
const maxNameLength = 100;

export function createRestLog(db: Pool, clock: { readonly now: () => Date }): RestLog {
  let unlogged: ReadonlySet<string> = new Set();
  let lines: RestLine[] = [];
  let noted = new Map<string, number>();

  function note(call: ObservedCall): void {
    const { portal, method, code, ms, isInBatch, params, answer } = call;
    if (unlogged.has(portal)) return;
    const count = (noted.get(portal) ?? 0) + 1;
    noted.set(portal, count);
    if (count > maxLinesOfPortal || lines.length >= maxLines) return;
    lines.push({
      portal,
      at: clock.now(),
      method: method.slice(0, maxNameLength),
      code: code.slice(0, maxNameLength),
      ms: Math.round(ms),
      isInBatch,
      request: maskedJson(params),
      answer: code === 'ok' ? maskedJson(answer) : JSON.stringify(code.slice(0, maxNameLength)),
    });
  }

  function leftOut(): RestLine[] {
    const written = Map.groupBy(lines, ({ portal }) => portal);
    return [...noted].flatMap(([portal, count]) => {
      const missing = count - (written.get(portal)?.length ?? 0);
      const line = { portal, at: clock.now(), method: 'left_out', code: 'ok', ms: 0, isInBatch: false };
      return missing === 0 ? [] : [{ ...line, request: JSON.stringify({ calls: missing }), answer: 'null' }];
    });
  }

  return {
    note,
    async write() {
      const writing = [...lines, ...leftOut()];
      lines = [];
      noted = new Map();
      await addRestLines(db, writing);
      unlogged = new Set(await listUnloggedPortals(db));
    },
  };
}

/** Writes at intervals, and once more when it is stopped. Lines that cannot be written are lost: no call waits for its log. */
export function startRestLog(restLog: RestLog, { log, writeMs = usualWriteMs }: Pace): WorkLoop {
  const onLost = (error: unknown): void =>
    log.warn({ err: toAppError(error) }, 'the last lines of the log of REST calls were lost');
  return startWriting({ name: 'rest log', log, pollMs: writeMs, write: () => restLog.write(), onLost });
}

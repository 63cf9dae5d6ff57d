/** The health of a portal, for its pages: the checks of `doctor` that concern it, without those for the administrator of the installation alone. */
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { Brain } from '../core/brain.ts';
import { AppError } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Pool } from '../store/database.ts';
import { measurePortalQueue, type PortalQueue } from '../store/reporting/portal-queue.ts';
import type { Portal } from '../store/tenants/portals.ts';
import type { Check, Told } from './check.ts';
import { checkInPortal } from './check-in-portal.ts';
import { checkPublicUrl } from './check-public-url.ts';
import { checkWaiting } from './check-queues.ts';
import { checkStored } from './check-stored.ts';

export interface PortalHealthOptions {
  readonly db: Pool;
  readonly client: PortalClient;
  readonly brains: readonly Brain[];
  readonly sealer: Sealer;
  readonly publicUrl: string;
}

export type ToldCheck = Told & Pick<Check, 'verdict'>;

export interface PortalHealth {
  /** What the app knows by itself. */
  stored(portal: Portal): Promise<{ readonly checks: readonly ToldCheck[]; readonly queue: PortalQueue }>;
  /**
   * What the portal says when it is asked: six requests of its budget. Who asks again within half a minute, or while it is being asked, gets
   * the same answer.
   */
  asked(portal: Portal): Promise<{ readonly checks: readonly ToldCheck[]; readonly at: Date }>;
}

/** An answer is believed for so long. */
const believedMs = 30_000;

/** Short, because a person waits at the page meanwhile. */
const patienceMs = 5_000;

/** Portals whose answers are remembered. */
const maxRemembered = 1_000;

type Asked = Awaited<ReturnType<PortalHealth['asked']>>;

export function createPortalHealth(options: PortalHealthOptions): PortalHealth {
  const { db, client, brains, sealer, publicUrl } = options;
  const answers = new Map<string, { readonly since: number; readonly answer: Promise<Asked> }>();

  async function ask(portal: Portal): Promise<Asked> {
    const [inPortal, address] = await Promise.all([
      checkInPortal({ db, client, portal, publicUrl, patienceMs }),
      checkPublicUrl(publicUrl),
    ]);
    return { checks: toldOf([...inPortal, ...address]), at: new Date() };
  }

  return {
    async stored(portal) {
      const questions = { db, brains, sealer: () => Promise.resolve(sealer) };
      const [stored, queue] = await Promise.all([
        checkStored(questions, portal),
        measurePortalQueue(db, portal.portal),
      ]);
      const waiting = { rows: queue.incoming + queue.outgoing, oldestSeconds: queue.oldestSeconds };
      return { checks: toldOf([...stored, checkWaiting(portal.domain, waiting)]), queue };
    },
    asked(portal) {
      const known = answers.get(portal.portal);
      if (known !== undefined && performance.now() - known.since < believedMs) return known.answer;
      const answer = ask(portal);
      const [oldest] = answers.keys();
      if (answers.size >= maxRemembered && oldest !== undefined) answers.delete(oldest);
      answers.delete(portal.portal);
      const entry = { since: performance.now(), answer };
      answers.set(portal.portal, entry);
      answer.catch((error: unknown) => {
        if (answers.get(portal.portal) === entry) answers.delete(portal.portal);
        // The caller gets the error too.
        return error instanceof AppError;
      });
      return answer;
    },
  };
}

/** Leaves out subjects, domains and the texts for the administrator of the installation. */
function toldOf(checks: readonly Check[]): readonly ToldCheck[] {
  return checks.flatMap(({ told, verdict }) => (told === null ? [] : [{ ...told, verdict }]));
}

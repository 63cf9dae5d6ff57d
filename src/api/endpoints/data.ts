/** The stored data of the portal: its export, and the erasure of a person or of everything. */
import { erasePortalNow } from '../../connections/erase-portal.ts';
import { badInput } from '../../core/errors.ts';
import { randomToken } from '../../lib/encryption.ts';
import { orderPersonErasure } from '../../portals/app-orders.ts';
import { exportPortal } from '../../queue/by-hand/export-portal.ts';
import { inTransaction } from '../../store/database.ts';
import { endpoint, fileEndpoint } from '../endpoint.ts';
import {
  erasedSchema,
  eraseEverythingSchema,
  erasePersonSchema,
  erasingSchema,
  exportQuerySchema,
} from '../schemas/settings.ts';

/** Portals whose export is being written. An export reads all data of its portal, so each portal may have only one. */
const exporting = new Set<string>();

const exportData = fileEndpoint({
  method: 'GET',
  path: '/api/export',
  summary: 'All that is stored of the portal, or of one person in it, as a JSON file; without secrets',
  access: 'admin',
  query: exportQuerySchema,
  async handle({ services: { db }, portal, query: { userId = null }, note }) {
    if (exporting.has(portal.portal)) {
      throw badInput('export.under_way', 'an export of this portal is being written already', 409);
    }
    exporting.add(portal.portal);
    const release = (): void => void exporting.delete(portal.portal);
    try {
      await note(db, portal.portal, { action: 'data.exported', subject: userId ?? '' });
    } catch (error) {
      release();
      throw error;
    }
    const name = userId === null ? 'bot-bridge.json' : `bot-bridge-person-${userId}.json`;
    return { name, text: exportPortal(db, portal, userId), release };
  },
});

const erasePerson = endpoint({
  method: 'POST',
  path: '/api/erase-person',
  summary: 'Orders that everything stored about a person is erased; it is done within minutes',
  access: 'admin',
  failuresPerMinute: 10,
  body: erasePersonSchema,
  answer: erasingSchema,
  async handle({ services, portal: { portal }, body: { userId, confirmation }, note }) {
    if (confirmation.trim() !== userId) throw notConfirmed();
    const trace = `erase-person-${randomToken(6)}`;
    await inTransaction(services.db, async (trx) => {
      await orderPersonErasure(trx, portal, userId, trace);
      // Without the person's id, which would be stored once more.
      await note(trx, portal, { action: 'person.erased', subject: '' });
    });
    services.wakeups.outbox.ring();
    return { trace };
  },
});

const eraseEverything = endpoint({
  method: 'POST',
  path: '/api/erase-everything',
  summary:
    'Erases everything that is stored of the portal, at once and for good; the app has to be opened anew afterwards',
  access: 'admin',
  failuresPerMinute: 10,
  body: eraseEverythingSchema,
  answer: erasedSchema,
  async handle({ services, session, portal: { portal, domain }, body: { confirmation } }) {
    if (confirmation.trim().toLowerCase() !== domain.toLowerCase()) throw notConfirmed();
    const { connectionService, sealer, webhookHttp: http, portals, log } = services;
    const options = { sealer: () => Promise.resolve(sealer), http: () => http, work: connectionService.work };
    const { leftBots } = await erasePortalNow(options, portal);
    portals.forget(portal);
    log.warn({ portal, domain, userId: session.userId }, 'an administrator erased everything stored of a portal');
    return { leftBots: leftBots.map(({ code }) => code) };
  },
});

function notConfirmed() {
  return badInput('erase.not_confirmed', 'what was typed is not the same; nothing was erased', 422);
}

export const dataEndpoints = [exportData, erasePerson, eraseEverything];

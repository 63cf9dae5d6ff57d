/** What brains have scheduled. */
import { requestTitle } from '../../connections/described-connection.ts';
import { inTransaction } from '../../store/database.ts';
import { listBots } from '../../store/tenants/bots.ts';
import { cancelFollowUp, listFollowUps } from '../../store/tenants/follow-ups.ts';
import { endpoint } from '../endpoint.ts';
import { cancelledSchema, cancelSchema, followUpListSchema } from '../schemas/connections.ts';

/** How many pending follow-ups are shown, the next ones first. */
const shown = 100;

const listAll = endpoint({
  method: 'GET',
  path: '/api/follow-ups',
  summary: 'Requests that brains want to be sent later, the next ones first',
  access: 'reader',
  answer: followUpListSchema,
  async handle({ services: { db, brains }, portal: { portal } }) {
    const [rows, bots] = await Promise.all([listFollowUps(db, { portal, limit: shown }), listBots(db, portal)]);
    return {
      followUps: rows.map((row) => ({
        botCode: row.bot_code,
        dialogId: row.dialog_id,
        id: row.id,
        title: requestTitle(brains, bots.find(({ code }) => code === row.bot_code)?.brain, row.name),
        dueAt: row.due_at.toISOString(),
      })),
    };
  },
});

const cancel = endpoint({
  method: 'POST',
  path: '/api/follow-ups/cancel',
  summary: 'Cancels one of them; false when it was sent or cancelled meanwhile',
  access: 'admin',
  body: cancelSchema,
  answer: cancelledSchema,
  async handle({ services: { db }, portal: { portal }, body: { id, ...of }, note }) {
    const isCancelled = await inTransaction(db, async (trx) => {
      const isGone = await cancelFollowUp(trx, { portal, ...of }, id);
      if (isGone) await note(trx, portal, { action: 'follow_up.cancelled', subject: id, details: of });
      return isGone;
    });
    return { isCancelled };
  },
});

export const followUpEndpoints = [listAll, cancel];

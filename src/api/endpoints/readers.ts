/** Who may read the pages. */
import { changedFacts } from '../../portals/audit.ts';
import { inTransaction } from '../../store/database.ts';
import { lockPortal, setReaders } from '../../store/tenants/portals.ts';
import { endpoint } from '../endpoint.ts';
import { readersSchema } from '../schemas/readers.ts';

const showReaders = endpoint({
  method: 'GET',
  path: '/api/readers',
  summary: 'Who may read the pages besides the administrators of the portal',
  access: 'admin',
  answer: readersSchema,
  handle: ({ portal }) => Promise.resolve({ readers: copyOf(portal.readers) }),
});

const changeReaders = endpoint({
  method: 'PUT',
  path: '/api/readers',
  summary: 'Lets nobody, everybody or some employees read the pages; it takes effect with their next request',
  access: 'admin',
  body: readersSchema,
  answer: readersSchema,
  async handle({ services, portal: { portal }, body: { readers }, note }) {
    await inTransaction(services.db, async (trx) => {
      const before = await lockPortal(trx, portal);
      await setReaders(trx, portal, readers);
      const details = changedFacts({ readers: before?.readers }, { readers });
      if (Object.keys(details.to).length > 0)
        await note(trx, portal, { action: 'readers.changed', subject: '', details });
    });
    return { readers };
  },
});

/** A copy, because the schema's type takes no readonly list. */
function copyOf(readers: 'nobody' | 'everyone' | readonly string[]) {
  return typeof readers === 'string' ? readers : [...readers];
}

export const readerEndpoints = [showReaders, changeReaders];

/** The audit list. */
import { listAuditEntries } from '../../store/tenants/audit.ts';
import { endpoint } from '../endpoint.ts';
import { auditPageSchema } from '../schemas/audit.ts';
import { numberedQuerySchema } from '../schemas/common.ts';

const listAudit = endpoint({
  method: 'GET',
  path: '/api/audit',
  summary: 'What people changed in the portal, the newest first',
  access: 'admin',
  query: numberedQuerySchema,
  answer: auditPageSchema,
  async handle({ services, portal, query }) {
    const { before = null, limit } = query;
    const rows = await listAuditEntries(services.db, portal.portal, { before, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    return {
      entries: shown.map((row) => ({
        id: row.id,
        at: row.at.toISOString(),
        userId: row.user_id,
        userName: row.user_name,
        action: row.action,
        subject: row.subject,
        details: row.details,
      })),
      next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  },
});

export const auditEndpoints = [listAudit];

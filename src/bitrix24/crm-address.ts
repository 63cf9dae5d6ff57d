/** The addresses of CRM records in a portal. */
import type { CrmLink } from '../core/events.ts';

/** Types of records as CHAT_ENTITY_DATA_2 names them, and their pages in the portal. */
const pages: Readonly<Record<string, string>> = { LEAD: 'lead', CONTACT: 'contact', COMPANY: 'company', DEAL: 'deal' };

/** Null for a type of record whose page is unknown. */
export function crmAddress(domain: string, { type, id }: CrmLink): string | null {
  const name = type.toUpperCase();
  const page = Object.hasOwn(pages, name) ? pages[name] : undefined;
  return page === undefined || !/^\d+$/.test(id) ? null : `https://${domain}/crm/${page}/details/${id}/`;
}

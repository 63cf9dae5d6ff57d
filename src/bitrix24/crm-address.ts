/** Where CRM records can be looked at in a portal. */
import type { CrmLink } from '../core/events.ts';

/** Kinds of records as CHAT_ENTITY_DATA_2 names them, and their pages in the portal. */
const pages: Readonly<Record<string, string>> = { LEAD: 'lead', CONTACT: 'contact', COMPANY: 'company', DEAL: 'deal' };

/** Null for a kind of record whose page is not known. */
export function crmAddress(domain: string, { type, id }: CrmLink): string | null {
  const name = type.toUpperCase();
  const page = Object.hasOwn(pages, name) ? pages[name] : undefined;
  return page === undefined || !/^\d+$/.test(id) ? null : `https://${domain}/crm/${page}/details/${id}/`;
}

/** What a visitor may do: administrators of the portal change, others read what the administrators have allowed. */
import type { PageSession } from '../http/page-session.ts';
import type { Readers } from '../store/tenants/portals.ts';

/** admin: administrators of the portal · reader: also people whom they have allowed to read · anyone-of-portal: every visitor with a session. */
export type Access = 'reader' | 'admin' | 'anyone-of-portal';

export type Role = 'admin' | 'reader' | 'none';

export function roleOf({ isAdmin, userId }: Pick<PageSession, 'isAdmin' | 'userId'>, readers: Readers): Role {
  if (isAdmin) return 'admin';
  // A visitor whom the portal could not name is in no list.
  const isAllowed = typeof readers === 'string' ? readers === 'everyone' : userId !== '' && readers.includes(userId);
  return isAllowed ? 'reader' : 'none';
}

export function mayCall(access: Access, role: Role): boolean {
  if (access === 'admin') return role === 'admin';
  return access === 'anyone-of-portal' || role !== 'none';
}

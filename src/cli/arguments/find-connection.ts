/** Finds the connection a command means, by its id. */
import { unknownConnection } from '../../portals/bot-service.ts';
import type { Db } from '../../store/database.ts';
import { type ConnectionRow, listConnections } from '../../store/tenants/connections.ts';
import { choosePortal } from './choose-portal.ts';

export interface OneConnection {
  readonly portal?: string | undefined;
  readonly connection: string;
}

/** Throws BadInput `connection.unknown`, and what `choosePortal` throws. */
export async function findConnection(
  db: Db,
  options: OneConnection,
): Promise<{ readonly row: ConnectionRow; readonly domain: string }> {
  const { portal, domain } = await choosePortal(db, options.portal);
  const row = (await listConnections(db, portal)).find(({ id }) => id === options.connection.toLowerCase());
  if (row === undefined) throw unknownConnection();
  return { row, domain };
}

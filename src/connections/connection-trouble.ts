/** What becomes of a delivery whose connection does not take it now: it waits while the connection is disabled or being mended. */
import type { Brain } from '../core/brain.ts';
import { AppError, RemoteRefused } from '../core/errors.ts';
import { maxWaitMs } from '../core/retry.ts';
import type { Db } from '../store/database.ts';
import type { OutboxRow } from '../store/queue/outbox.ts';
import { askForCheck, disableConnection } from '../store/tenants/connection-health.ts';

/** The connection is disabled; waiting for it costs no attempt. */
export const disabledCode = 'connection.disabled';

/** An account that works again wakes its lanes; this retry is for processes that do not hear of that at once. */
const retryAfterMs = 30_000;

export function disabledError(row: Pick<OutboxRow, 'created_at'>, reason: string): AppError {
  const isOld = Date.now() - row.created_at.getTime() > maxWaitMs;
  return new AppError({
    code: disabledCode,
    message: `the connection is disabled (${reason}); deliveries wait for up to a day`,
    retry: isOld ? 'never' : { afterMs: retryAfterMs },
  });
}

/** Bitrix24's own refusals come this way too, when a brain asks the portal for files or people. No health check would help against them. */
const portalErrors = 'bitrix24.';

/**
 * A refused credential, or an account that the remote has closed, is not the fault of the message: the account is checked or disabled, and
 * the delivery is tried again while that may help. Any other error is given back as it is.
 */
export async function onRefusedCredentials(
  db: Db,
  bot: { readonly portal: string; readonly connection_id: string | null },
  brain: Brain,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RemoteRefused) || error.code.startsWith(portalErrors)) return error;
  const isRefused = error.status === 401 || error.status === 403;
  if (!isRefused && error.disables === null) return error;
  if (brain.checkHealth === undefined || bot.connection_id === null) return error;
  const connection = { portal: bot.portal, id: bot.connection_id };
  if (error.disables === null) await askForCheck(db, connection);
  else await disableConnection(db, connection, error.disables, null);
  const { code, message, fate } = error;
  return new AppError({ code, message, fate, retry: 'backoff', report: true, cause: error });
}

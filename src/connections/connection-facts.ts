/** What an administrator is shown of a connection: its settings without the secrets, its webhook address where it is needed, its figures. */
import type { Brain } from '../core/brain.ts';
import type { BrainFigure } from '../core/brain-parts.ts';
import { formOf } from '../core/config-form.ts';
import { type AppError, toAppError } from '../core/errors.ts';
import { type ShownField, shownFields } from '../core/form-values.ts';
import type { ConnectionRow } from '../store/tenants/connections.ts';
import type { AccountWork } from './account-work.ts';
import { openConnection, openedOrNull } from './stored-connection.ts';
import { toolsUntil } from './tools-until.ts';

export interface ConnectionFacts {
  readonly fields: readonly ShownField[];
  /** Null where nobody has to enter it anywhere. */
  readonly webhook: string | null;
}

/** Null when the settings cannot be opened: they were sealed with a key that is gone. */
export function connectionFacts(
  work: Pick<AccountWork, 'sealer' | 'hookUrl'>,
  brain: Brain,
  row: ConnectionRow,
): ConnectionFacts | null {
  if (brain.configSchema === null) return null;
  const connection = openedOrNull(work, row);
  if (connection === null) return null;
  return {
    fields: shownFields(formOf(brain.configSchema), connection.config),
    webhook: brain.webhookHelp === undefined ? null : work.hookUrl(connection, brain),
  };
}

/** How many figures are shown, and how many characters of each. */
const maxFigures = 30;
const maxLength = 200;

/** How long a brain may ask its remote for its figures. */
const patienceMs = 10_000;

/** The figures of a connection, or why the brain has none now; empty where it never has any. */
export async function connectionFigures(
  work: AccountWork,
  brain: Brain,
  row: ConnectionRow,
): Promise<readonly BrainFigure[] | AppError> {
  if (brain.figures === undefined) return [];
  try {
    const connection = openConnection(work.sealer, row);
    const tools = toolsUntil(work.toolsFor(connection, brain), AbortSignal.timeout(patienceMs));
    const figures = await brain.figures(connection, tools);
    return figures.slice(0, maxFigures).map(({ title, value }) => ({ title, value: value.slice(0, maxLength) }));
  } catch (thrown) {
    const error = toAppError(thrown);
    work.log.warn({ portal: row.portal, connection: row.id, err: error }, 'the figures of a connection are not known');
    return error;
  }
}

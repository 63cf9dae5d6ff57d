/** Connects an account as an administrator types it into the form of its brain, in the portal. */
import type { Brain } from '../core/brain.ts';
import { badInput } from '../core/errors.ts';
import type { FieldProblem } from '../core/form-values.ts';
import type { Change, NoteChange } from '../portals/audit.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { findConnection } from '../store/tenants/connections.ts';
import { isSameAccount, titleOf } from './account-name.ts';
import { addAccount, addedAs } from './change-connection.ts';
import { differences } from './config-change.ts';
import type { ConnectionService } from './connection-service.ts';
import { openedOrNull } from './stored-connection.ts';
import { readTyped, type Typed } from './typed-settings.ts';

export interface TypedAccount extends Typed {
  readonly portal: string;
  /** The bot that is to answer with it; null: none yet. */
  readonly botCode: string | null;
  /** Empty: the account's own title. */
  readonly title: string;
}

export type ConnectedTyped =
  | { readonly id: string; readonly problems: readonly [] }
  | { readonly id: null; readonly problems: readonly FieldProblem[] };

type Service = Pick<ConnectionService, 'beginning' | 'connect' | 'work'>;

/**
 * If the bot has this account already, it is connected again with what was typed: its connection, conversations and other settings stay. With
 * problems, nothing is changed. Throws BadInput `bot.unknown` (404) and what `ConnectionService.connect` throws.
 */
export async function connectTyped(
  service: Service,
  brain: Brain,
  typed: TypedAccount,
  note: NoteChange,
): Promise<ConnectedTyped> {
  const { work } = service;
  const { portal, botCode, title } = typed;
  const { config, problems } = readTyped(brain, typed, service.beginning(brain, typed.language));
  if (problems.length > 0) return { id: null, problems };
  if (botCode === null) {
    const { id } = await addAccount(work, brain, { portal, title, config }, note);
    return { id, problems: [] };
  }
  const bot = (await listBots(work.db, portal)).find(({ code }) => code === botCode);
  if (bot === undefined) throw badInput('bot.unknown', 'the portal has no such bot', 404);
  const known = await sameAccountOf(service, brain, bot, config);
  const renewed = known === null ? { config, problems: [] } : readTyped(brain, typed, known.config);
  if (renewed.problems.length > 0) return { id: null, problems: renewed.problems };
  const wish = { portal, botCode, connectionId: known?.id ?? null, title, config: renewed.config };
  const change = (made: string): Change =>
    known === null
      ? addedAs(made, { brain, title: titleOf(brain, wish), botCode })
      : { action: 'connection.renewed', subject: made, details: { changed: differences(known.config, wish.config) } };
  const id = await service.connect(brain, wish, { note, change });
  return { id, problems: [] };
}

/** The bot's connection, if it is one to the same account. */
async function sameAccountOf({ work }: Service, brain: Brain, bot: BotRow, config: unknown) {
  const row = bot.connection_id === null ? null : await findConnection(work.db, bot.portal, bot.connection_id);
  const connection = row === null || row.brain !== brain.name ? null : openedOrNull(work, row);
  return connection !== null && isSameAccount(brain, connection.config, config) ? connection : null;
}

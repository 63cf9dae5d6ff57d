/** Finds the address shown beside the name of a file that an action only names. */
import type { KnownConnector } from '../connections/connector-registry.ts';
import type { FileLinks } from '../connections/file-links.ts';
import type { ShownFile } from '../core/actions.ts';
import { Misconfigured } from '../core/errors.ts';
import type { BotRow } from '../store/tenants/bots.ts';

/** Null where the file has no address that its readers could open. @param known null: the bot's brain or connection is missing */
export function linkTo(
  fileLinks: Pick<FileLinks, 'makeForStaff'>,
  bot: Pick<BotRow, 'portal' | 'connection_id'>,
  known: KnownConnector | null,
  { file, internal }: ShownFile,
): string | null {
  const publicLink = known?.connector.publicLink?.(file) ?? null;
  if (publicLink !== null || !internal) return publicLink;
  return fileLinks.makeForStaff(bot.portal, bot.connection_id, file);
}

export function cannotOpen(brain: string): Misconfigured {
  return new Misconfigured({
    code: 'brain.no_files',
    message: `the brain ${brain} sent a file reference but cannot open files`,
  });
}

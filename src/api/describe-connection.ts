/** A connection as the API answers it. */
import { describeConnection } from '../connections/described-connection.ts';
import type { Brain } from '../core/brain.ts';
import type { Language } from '../core/language.ts';
import { textIn } from '../core/texts.ts';
import { unknownConnection } from '../portals/bot-service.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { type ConnectionRow, findConnection } from '../store/tenants/connections.ts';
import type { Caller } from './endpoint.ts';
import type { ConnectionAnswer } from './schemas/connections.ts';

/** Readers see neither settings nor the webhook's address. */
export function connectionAnswer(
  { services: { brains, connectionService }, role, language }: Caller,
  row: ConnectionRow,
  bots: readonly BotRow[],
): ConnectionAnswer {
  const { disabled, fields, webhook, ...plain } = describeConnection(connectionService.work, { brains, language }, row);
  const isAdmin = role === 'admin';
  const brain = brains.find(({ name }) => name === row.brain);
  return {
    ...plain,
    bots: bots.filter((bot) => bot.connection_id === row.id).map(({ code, name }) => ({ code, name })),
    disabledReason: disabled,
    disabledHelp: disabled === null ? null : disabledHelpIn(brain, disabled, language),
    isReadable: fields !== null,
    fields: isAdmin ? [...(fields ?? [])] : [],
    webhook: isAdmin ? webhook : null,
  };
}

/** What a person does about an account that is disabled for this reason; null where its brain does not say. */
export function disabledHelpIn(brain: Brain | undefined, reason: string, language: Language): string | null {
  const help = brain?.disabledHelp ?? {};
  // A reason may be any word, so only own keys count.
  const text = Object.hasOwn(help, reason) ? help[reason] : undefined;
  return text === undefined ? null : textIn(text, language);
}

/** The connection as it is stored now. Throws BadInput `connection.unknown` (404). */
export async function freshConnection(caller: Caller, id: string): Promise<{ connection: ConnectionAnswer }> {
  const { services, portal } = caller;
  const [row, bots] = await Promise.all([
    findConnection(services.db, portal.portal, id),
    listBots(services.db, portal.portal),
  ]);
  if (row === null) throw unknownConnection();
  return { connection: connectionAnswer(caller, row, bots) };
}

/** Keeps the bot's commands in MessageGateway equal to ours and the console's: one call when they are, one more for each that is not. */

import { botCommands } from '../../../core/bot-texts.ts';
import type { ConnectorState } from '../../../core/connector-tools.ts';
import type { BotApi } from '../api/bot-api.ts';
import type { MessageGatewayConfig } from '../config.ts';
import { consoleCommands } from './bot-overrides.ts';

/** Longest description MessageGateway takes. */
const maxDescription = 64;

/** Puts what is missing or worded otherwise, and takes away what an earlier version or setting has left. Throws AppErrors. */
export async function syncCommands(
  bot: Pick<BotApi, 'commands' | 'putCommand' | 'deleteCommand'>,
  config: Pick<MessageGatewayConfig, 'handover' | 'language'>,
  state: ConnectorState,
  signal?: AbortSignal,
): Promise<void> {
  // Ours win: managers must find what the bot understands.
  const wanted = new Map([...(await consoleCommands(state)), ...ourCommands(config)]);
  const there = new Map((await bot.commands(signal)).map(({ name, description }) => [name ?? '', description ?? '']));
  for (const [name, description] of wanted) {
    if (there.get(name) !== description) await bot.putCommand(name, description, signal);
  }
  for (const name of there.keys()) if (name !== '' && !wanted.has(name)) await bot.deleteCommand(name, signal);
}

/** Commands the bot understands, with their descriptions; nobody can replace them or take them away. */
export function ourCommands(config: Pick<MessageGatewayConfig, 'handover' | 'language'>): ReadonlyMap<string, string> {
  return new Map(
    botCommands.map(({ command, title }) => {
      const name = command === 'operator' ? config.handover.command : command;
      return [name, title[config.language].slice(0, maxDescription)];
    }),
  );
}

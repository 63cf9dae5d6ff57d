/** Synchronizes the bot's commands in MessageGateway with ours and those made in the console. */
import { botCommands, botTexts } from '../../../core/bot-texts.ts';
import type { ConnectorState } from '../../../core/connector-tools.ts';
import type { BotApi } from '../api/bot-api.ts';
import type { MessageGatewayConfig } from '../config.ts';
import { consoleCommands } from './bot-overrides.ts';

/** Longest description MessageGateway takes. */
const maxDescription = 64;

/** One call to list them, one more for each command to write or delete. Throws AppErrors. */
export async function syncCommands(
  bot: Pick<BotApi, 'commands' | 'putCommand' | 'deleteCommand'>,
  config: Pick<MessageGatewayConfig, 'handover' | 'language'>,
  state: ConnectorState,
  signal?: AbortSignal,
): Promise<void> {
  const there = new Map((await bot.commands(signal)).map(({ name, description }) => [name ?? '', description ?? '']));
  // Read second: the console stores a command before it declares it, so every declared one that is wanted is among these. Our commands win over
  // console-made ones of the same name, because the bot acts on them.
  const wanted = new Map([...(await consoleCommands(state)), ...ourCommands(config)]);
  for (const [name, description] of wanted) {
    if (there.get(name) !== description) await bot.putCommand(name, description, signal);
  }
  for (const name of there.keys()) if (name !== '' && !wanted.has(name)) await bot.deleteCommand(name, signal);
}

/** Commands the bot itself acts on, with their descriptions. They cannot be replaced or deleted in the console. */
export function ourCommands(config: Pick<MessageGatewayConfig, 'handover' | 'language'>): ReadonlyMap<string, string> {
  return new Map(
    botCommands.map((command) => {
      const name = command === 'operator' ? config.handover.command : command;
      return [name, botTexts(config.language).commandTitles[command].slice(0, maxDescription)];
    }),
  );
}

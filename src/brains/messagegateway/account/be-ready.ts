/** What a listener makes sure of before it opens its socket: the token is good, the bot is switched on, and the account shows what it should. */
import { RemoteRefused, toAppError } from '../../../core/errors.ts';
import { channelOff } from '../api/mg-http.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import { keepTemplates } from '../back/templates.ts';
import type { Room } from '../room.ts';
import { keepCommands } from './keep-commands.ts';
import { keepPresence } from './presence.ts';

/** Throws `messagegateway.token_revoked`, and `messagegateway.bot_off` where the account has switched the bot off: the account is then looked at. */
export async function beReady(room: Room, signal: AbortSignal): Promise<void> {
  const { config, apis, tools } = room;
  const [own] = await apis.bot.bots({ self: true }, signal);
  if (own?.is_active === false) throw botOff();
  try {
    await keepCommands(apis.bot, config, tools.memory, signal);
    await keepPresence(room, signal);
    await keepTemplates(room);
  } catch (thrown) {
    // The bot hears and answers without them; the next start tries again.
    tools.log('commands, bot or channel could not be brought up to date', { reason: toAppError(thrown).code });
  }
}

/** Throws `messagegateway.bot_off` or `messagegateway.channel_off` when the frame says that our own bot or channel was switched off. */
export function checkStillOn({ type, data }: Envelope, room: Room): void {
  const { bot, channelId } = room.config.joined;
  if (type === 'bot_updated' && isOff(data, 'bot', bot.botId)) throw botOff();
  if (type === 'channel_updated' && isOff(data, 'channel', channelId)) {
    throw channelOff('MessageGateway says that a channel has changed');
  }
}

/** Objects of these events come without a shell (trap I-08), or in one, as some recordings have them. */
function isOff(data: Envelope['data'], shell: string, id: number): boolean {
  const inShell: unknown = shell in data ? data[shell] : null;
  const found: object = typeof inShell === 'object' && inShell !== null ? inShell : data;
  return 'id' in found && found.id === id && 'is_active' in found && found.is_active === false;
}

function botOff(): RemoteRefused {
  return new RemoteRefused({
    code: 'messagegateway.bot_off',
    message: 'the CRM has switched our bot off; switch the module on there, or join the connection again',
    status: 403,
    report: true,
  });
}

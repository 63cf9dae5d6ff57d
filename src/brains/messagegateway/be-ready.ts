/** What a listener makes sure of before it opens its socket: the token is good, the bot is switched on, and the account shows what it should. */
import { RemoteRefused, toAppError } from '../../core/errors.ts';
import { keepCommands } from './keep-commands.ts';
import { keepPresence } from './presence.ts';
import type { Room } from './room.ts';
import type { Envelope } from './webhook-shapes.ts';

/** Throws `messagegateway.token_revoked`, and `messagegateway.bot_off` where the account has switched the bot off: the account is then looked at. */
export async function beReady(room: Room, signal: AbortSignal): Promise<void> {
  const { config, apis, tools } = room;
  const [own] = await apis.bot.bots({ self: true }, signal);
  if (own?.is_active === false) throw botOff();
  try {
    await keepCommands(apis.bot, config, tools.memory, signal);
    await keepPresence(room, signal);
  } catch (thrown) {
    // The bot hears and answers without them; the next start tries again.
    tools.log('commands, bot or channel could not be brought up to date', { reason: toAppError(thrown).code });
  }
}

/** Throws `messagegateway.bot_off` when the frame says that our own bot was switched off. */
export function checkStillOn(frame: Envelope, room: Room): void {
  if (frame.type !== 'bot_updated') return;
  // Objects of this event come without a shell (trap I-08); some recordings have one.
  const { data } = frame;
  const bot = 'bot' in data && typeof data['bot'] === 'object' && data['bot'] !== null ? data['bot'] : data;
  const isOurs = 'id' in bot && bot.id === room.config.joined.bot.botId;
  if (isOurs && 'is_active' in bot && bot.is_active === false) throw botOff();
}

function botOff(): RemoteRefused {
  return new RemoteRefused({
    code: 'messagegateway.bot_off',
    message: 'the CRM has switched our bot off; switch the module on there, or join the connection again',
    status: 403,
    report: true,
  });
}

/** Checks before the listener opens its socket: the token works, the bot is on, and commands, profile and channels are up to date. */
import { RemoteRefused, toAppError } from '../../../core/errors.ts';
import { channelOff } from '../api/mg-http.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { MgContext } from '../context.ts';
import { keepTemplates } from '../inbound/templates.ts';
import { syncBotProfile } from './bot-profile.ts';
import { syncCommands } from './sync-commands.ts';

/** Throws `messagegateway.token_revoked`, and `messagegateway.bot_off` where the bot is switched off; both lead to a health check. */
export async function preflight(context: MgContext, signal: AbortSignal): Promise<void> {
  const { config, apis, tools } = context;
  const [own] = await apis.bot.bots({ self: true }, signal);
  if (own?.is_active === false) throw botOff();
  try {
    await syncCommands(apis.bot, config, tools.state, signal);
    await syncBotProfile(context, signal);
    await keepTemplates(context);
  } catch (thrown) {
    // The bot works without these; the next start tries again.
    tools.log('commands, bot or channel could not be brought up to date', { reason: toAppError(thrown).code });
  }
}

/**
 * Throws `messagegateway.bot_off` or `messagegateway.channel_off` when the frame says that our own bot, or any channel of the connection,
 * was switched off. This leads to a health check.
 */
export async function checkStillOn({ type, data }: Envelope, context: MgContext): Promise<void> {
  if (type === 'bot_updated' && switchedOff(data, 'bot') === context.config.joined.bot.botId) throw botOff();
  if (type !== 'channel_updated') return;
  const channelId = switchedOff(data, 'channel');
  if (channelId !== null && (await context.channels.isOurs(channelId))) {
    throw channelOff('MessageGateway says that a channel has changed');
  }
}

/** The id of the bot or channel that the frame reports as off. The object is `data` itself or, in some recordings, a key of it. */
function switchedOff(data: Envelope['data'], shell: string): number | null {
  const inShell: unknown = shell in data ? data[shell] : null;
  const found: object = typeof inShell === 'object' && inShell !== null ? inShell : data;
  const isOff = 'is_active' in found && found.is_active === false;
  return isOff && 'id' in found && typeof found.id === 'number' ? found.id : null;
}

function botOff(): RemoteRefused {
  return new RemoteRefused({
    code: 'messagegateway.bot_off',
    message: 'the CRM has switched our bot off; switch the module on there, or join the connection again',
    status: 403,
    report: true,
  });
}

/** Carries out a bot's actions in its portal. */
import type { HomeAction } from '../core/actions.ts';
import { AppError } from '../core/errors.ts';
import { escapeBb } from './formatting/bb-code.ts';
import { toKeyboard } from './formatting/keyboard.ts';
import type { PortalClient } from './rest/portal-client.ts';
import { isRecord } from './rest/rest-errors.ts';

/** The bot and dialog an action is for. */
export interface HomeTarget {
  readonly portal: string;
  readonly botId: string;
  readonly dialogId: string;
  /** Whether the portal has `imbot.v2.*`: there a repeated send with the same key is refused by the portal itself (trap 95). */
  readonly hasV2: boolean;
}

/** True when doing it twice with one key has the effect of once. */
export function isRepeatable(action: HomeAction, hasV2: boolean): boolean {
  return action.type !== 'send' || hasV2;
}

/** Does it. `key` is a lower-case UUIDv4, the same on every repetition. Returns the portal's message id for a send. */
export async function carryOut(
  client: PortalClient,
  target: HomeTarget,
  action: HomeAction,
  key: string,
  signal: AbortSignal,
): Promise<string | null> {
  switch (action.type) {
    case 'send':
      return target.hasV2
        ? await sendV2(client, target, action, key, signal)
        : await sendV1(client, target, action, signal);
    case 'typing':
      await client.call(
        target.portal,
        'imbot.chat.sendTyping',
        { BOT_ID: Number(target.botId), DIALOG_ID: target.dialogId },
        { signal },
      );
      return null;
    case 'handover':
    case 'finish':
      await leaveSession(client, target, action.type, signal);
      return null;
  }
}

type Send = HomeAction & { type: 'send' };

async function sendV2(client: PortalClient, target: HomeTarget, action: Send, key: string, signal: AbortSignal) {
  const result = await client.call(
    target.portal,
    'imbot.v2.Chat.Message.send',
    {
      botId: Number(target.botId),
      dialogId: target.dialogId,
      fields: {
        message: escapeBb(action.text),
        templateId: key,
        ...(action.buttons.length > 0 ? { keyboard: toKeyboard(action.buttons, target.botId) } : {}),
        ...(action.internal ? { skipConnector: true } : {}),
      },
    },
    { signal },
  );
  return messageId(isRecord(result) ? result['id'] : result);
}

async function sendV1(client: PortalClient, target: HomeTarget, action: Send, signal: AbortSignal) {
  const result = await client.call(
    target.portal,
    'imbot.message.add',
    {
      BOT_ID: Number(target.botId),
      DIALOG_ID: target.dialogId,
      MESSAGE: escapeBb(action.text),
      ...(action.buttons.length > 0 ? { KEYBOARD: toKeyboard(action.buttons, target.botId) } : {}),
      ...(action.internal ? { SKIP_CONNECTOR: 'Y' } : {}),
    },
    { signal },
  );
  return messageId(result);
}

/** These methods want the bare chat number (trap 58). `operator` acts on the session's own bot, `finish` on the app's first one (trap 25). */
async function leaveSession(client: PortalClient, target: HomeTarget, how: 'handover' | 'finish', signal: AbortSignal) {
  const method = how === 'handover' ? 'imopenlines.bot.session.operator' : 'imopenlines.bot.session.finish';
  try {
    await client.call(target.portal, method, { CHAT_ID: Number(target.dialogId.replace(/^chat/, '')) }, { signal });
  } catch (error) {
    // The operator is no bot any more: what was to be reached has been reached by somebody else.
    if (!(error instanceof AppError) || error.code !== 'bitrix24.WRONG_CHAT') throw error;
  }
}

function messageId(value: unknown): string | null {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : null;
}

/** Reads the events about the app in a portal: installed, updated, removed, paid, and a bot that a person deleted. */
import { text } from '../../../lib/form-body.ts';
import type { AppDecoder } from '../decoded.ts';
import { isYes } from '../read-params.ts';

export const decodeAppInstall: AppDecoder = () => ({ type: 'app_updated' });

export const decodeAppUpdate: AppDecoder = () => ({ type: 'app_updated' });

export const decodeAppUninstall: AppDecoder = (tree) => ({
  type: 'app_uninstalled',
  clean: isYes(text(tree, 'data', 'CLEAN')),
});

export const decodeAppPayment: AppDecoder = (tree) => ({
  type: 'app_payment',
  expired: isYes(text(tree, 'data', 'PAYMENT_EXPIRED')),
});

export const decodeBotDelete: AppDecoder = (tree) => ({
  type: 'bot_deleted',
  botId: text(tree, 'data', 'BOT_ID') ?? '',
});

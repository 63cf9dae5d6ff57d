/** Notifies the administrators of a CRM, inside the CRM, when its connection is disabled. */
import { z } from 'zod';
import type { HealthStatus } from '../../../core/brain.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { AppError } from '../../../core/errors.ts';
import type { MessageGatewayConfig } from '../config.ts';
import { crmOf } from './account-crm.ts';

type Texts = Readonly<Record<string, string>> & { readonly other: string };

const ru: Texts = {
  switched_off: 'модуль выключен в CRM. Включите его, когда он снова понадобится.',
  chats_off: 'в CRM выключены чаты. Когда их включат, подключение восстановится само.',
  frozen: 'CRM заморозила модуль. Проверьте его оплату.',
  unpaid: 'на счёте CRM не хватает денег, чтобы включить модуль. Пополните счёт: подключение восстановится само.',
  rights_missing: 'API-ключу не хватает прав integration_read и integration_write.',
  other: 'подключение остановлено. Подключите аккаунт заново из приложения в Битрикс24.',
};

const en: Texts = {
  switched_off: 'the module is switched off in the CRM. Switch it on when it is needed again.',
  chats_off: 'chats are switched off in the CRM. When they are on again, the connection goes on by itself.',
  frozen: 'the CRM has frozen the module. Check its payment.',
  unpaid: 'the CRM account has not enough money to switch the module on. Top it up: the connection goes on by itself.',
  rights_missing: 'the API key lacks the rights integration_read and integration_write.',
  other: 'the connection is stopped. Connect the account again from the app in Bitrix24.',
};

/** With these reasons the CRM cannot be called, so only the app's page and its log show them. */
const unreachable: ReadonlySet<string> = new Set(['key_refused', 'no_account', 'moved']);

const notifiedKey = 'notified-paused';
const notifiedShape = z.object({ reason: z.string() });

/** Once per reason until the connection works again. Best effort: never throws an AppError. */
export async function tellAdministrators(
  config: MessageGatewayConfig,
  health: HealthStatus,
  disabledReason: string | null,
  tools: ConnectorTools,
): Promise<void> {
  if (health.works) {
    if (disabledReason !== null) await tools.state.forget(notifiedKey);
    return;
  }
  const { reason } = health;
  if (unreachable.has(reason)) return;
  // A callback of the CRM may have set the reason already, without a notification.
  const notified = notifiedShape.safeParse(await tools.state.get(notifiedKey));
  if (notified.success && notified.data.reason === reason) return;
  const texts = config.language === 'ru' ? ru : en;
  const heading = config.language === 'ru' ? 'Чаты Битрикс24 остановлены' : 'Bitrix24 chats are stopped';
  try {
    await crmOf(config, tools).notify(`${heading} (${config.name}): ${texts[reason] ?? texts.other}`);
    await tools.state.put(notifiedKey, { reason });
  } catch (thrown) {
    // For example, the key lacks the right. The app's page and its log show it too.
    if (!(thrown instanceof AppError)) throw thrown;
    tools.log('the administrators of the CRM could not be notified that the connection is disabled', {
      reason: thrown.code,
    });
  }
}

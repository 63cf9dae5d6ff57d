/** What each key of the config means, for the page. Russian is here, English is the schema's description. */
import type { Language } from './messages/page-messages.ts';
import type { SchemaField } from './schema-fields.ts';

const ru: Readonly<Record<string, string>> = {
  name: 'Имя модуля, бота и канала в CRM',
  'handover.tag': 'Метка на диалоге, которая передаёт разговор сотрудникам в Битрикс24',
  'handover.userIds':
    'Пользователи чатов CRM, которые означают Битрикс24: диалог, назначенный на одного из них, передаётся. Номера через запятую',
  'console.privateBots': 'Коды ботов, личные чаты с которыми – консоль; с остальными ботами сотрудник пишет как клиент',
  'console.overheard':
    'Что делать с разговором мимо бота в связанной группе: drop – ничего, note – заметки в чате для менеджеров',
  'console.showStaffTalk': 'Показывать в группе внутренние сообщения менеджеров связанного чата',
  'channels.perLine': 'У каждой открытой линии и мессенджера свой канал; «нет» – все клиенты в одном канале',
  'channels.types':
    'Типы каналов по коду мессенджера в Битрикс24, если обычный не подходит, например {"my_connector": "whatsapp"}',
  'channels.textLimits':
    'Сколько знаков в сообщении по типу канала, если обычный предел не подходит, например {"telegram": 4096}',
  mirrorWhilePersonLeads:
    'Показывать в чате CRM с пометкой [Bitrix24], что говорят, пока разговор ведёт сотрудник Битрикс24; «нет» – пересказ, когда разговор вернётся',
  mirrorAs:
    'Как такие сообщения передаются: history – как история, без открытия диалога, messages – как новые сообщения',
  lateDelivery:
    'Ответ, который CRM показала недоставленным и который ещё не показан клиенту: withdraw – не показывать, note – показать, когда получится, с заметкой менеджерам',
  managerAnswer:
    'Ответ менеджера, пока разговор ведёт сотрудник Битрикс24: refuse – отклонить с объяснением, take – забрать разговор и показать',
  onDialogClosed:
    'Закрытие диалога в CRM, пока отвечает бот: nothing – ничего, finish – закончить сессию открытой линии',
  summaryLength: 'Сколько знаков сказанного без бота пересказать менеджерам, когда разговор вернётся; 0 – нисколько',
  timeZone: 'Часовой пояс времени в заметках, например Europe/Moscow',
  uploadEncoding: 'Как отправляются файлы; если сервис принимает иначе, приложение замечает это само',
  unescapeHtml: 'Тексты приходят экранированными и их нужно раскодировать; «—» – приложение узнаёт само',
  botRoles: 'Роли бота через запятую: distributor, responsible, hidden. Без responsible ему не вернуть диалог',
  integrationCode: 'Символьный код модуля в маркетплейсе; пусто – код модуля',
  maxFileMegabytes: 'Файлы больше этого размера называются, но не отправляются, МБ',
  callsPerSecond: 'Запросов в секунду на токен; сервис разрешает 30',
  answerWithinMs: 'Сколько мс ответ на сообщение ждёт Битрикс24; позже итог сообщается отдельно. 0 – всегда отдельно',
  requestTimeoutMs: 'Сколько мс может длиться один запрос',
  pingSeconds: 'Секунд между проверками соединения',
  silenceSeconds: 'Соединение, молчащее столько секунд, открывается заново',
};

/** The description of a key; in English if there is no Russian one. */
export function meaningOf({ path, meaning }: SchemaField, language: Language): string {
  return language === 'ru' ? (ru[path] ?? meaning) : meaning;
}

/** What each setting is called, and what it means in Russian. In English the schema's description says it (`config.ts`). */

import type { z } from 'zod';
import { field } from '../../core/config-form.ts';

interface SettingTexts {
  readonly title: { readonly en: string; readonly ru: string };
  /** In Russian. */
  readonly help: string;
  readonly secret?: true;
  /** Needed to connect an account; the others are `advanced`. */
  readonly isMain?: true;
}

const entry = (en: string, ru: string, help: string): SettingTexts => ({ title: { en, ru }, help });

/** By key. Keys that only a JSON value can hold have no title, and no field. */
export const settingTexts: Readonly<Record<string, SettingTexts>> = {
  crmUrl: { ...entry('CRM address', 'Адрес CRM', 'Адрес аккаунта, например https://demo.simla.com'), isMain: true },
  apiKey: {
    ...entry('API key', 'API-ключ', 'Ключ с правами integration_read и integration_write'),
    isMain: true,
    secret: true,
  },
  name: { ...entry('Name in the CRM', 'Имя в CRM', 'Имя модуля, бота и канала в CRM'), isMain: true },
  language: { ...entry('Language of notes', 'Язык заметок', 'Язык заметок менеджерам и карточек'), isMain: true },
  'handover.command': entry(
    'Hand-over command',
    'Команда передачи',
    'Менеджер пишет её в чате CRM с косой чертой, и разговор переходит к сотрудникам в Битрикс24',
  ),
  'handover.tag': entry(
    'Hand-over tag',
    'Метка передачи',
    'Метка на диалоге, которая передаёт разговор сотрудникам в Битрикс24',
  ),
  'handover.userIds': entry(
    'Users who stand for Bitrix24',
    'Пользователи вместо Битрикс24',
    'Пользователи чатов CRM, которые означают Битрикс24: диалог, назначенный на одного из них, передаётся. Номера через запятую',
  ),
  'console.groups': entry(
    'Groups with a console',
    'Группы с консолью',
    'В каких группах упоминание бота обращено к консоли: supervisors – где есть наблюдатель, all – во всех, none – нигде',
  ),
  'console.privateBots': entry(
    'Private consoles',
    'Личные консоли',
    'Коды ботов, личные чаты с которыми – консоль; с остальными ботами сотрудник пишет как клиент',
  ),
  'console.employees': entry(
    'Who may use the console',
    'Кому можно в консоль',
    'Номера сотрудников Битрикс24; пусто – всем сотрудникам чата',
  ),
  'console.overheard': entry(
    'Talk beside the bot',
    'Разговор мимо бота',
    'Что делать с разговором мимо бота в связанной группе: drop – ничего, note – заметки в чате для менеджеров',
  ),
  'console.showStaffTalk': entry(
    'Managers in the group',
    'Менеджеры в группе',
    'Показывать в группе внутренние сообщения менеджеров связанного чата',
  ),
  'channels.perLine': entry(
    'A channel per line',
    'Канал на линию',
    'У каждой открытой линии и мессенджера свой канал; «нет» – все клиенты в одном канале',
  ),
  'channels.types': entry(
    'Channel types',
    'Типы каналов',
    'Типы каналов по коду мессенджера в Битрикс24, если обычный не подходит, например {"my_connector": "whatsapp"}',
  ),
  'channels.textLimits': entry(
    'Text limits',
    'Пределы текста',
    'Сколько знаков в сообщении по типу канала, если обычный предел не подходит, например {"telegram": 4096}',
  ),
  onPersonTakesOver: entry(
    'When a person takes over',
    'Когда берёт сотрудник',
    'Что происходит с диалогом в CRM: unassign – снять с ответственного, close – закрыть, note – оставить. Заметку менеджеры увидят в любом случае',
  ),
  managerAnswer: entry(
    'Answers of managers meanwhile',
    'Ответы менеджеров тем временем',
    'Ответ менеджера, пока разговор ведёт сотрудник Битрикс24: refuse – отклонить с объяснением, take – забрать разговор и показать',
  ),
  onDialogClosed: entry(
    'When the dialog is closed',
    'Когда диалог закрыт',
    'Закрытие диалога в CRM, пока отвечает бот: nothing – ничего, finish – закончить сессию открытой линии',
  ),
  mirrorWhilePersonLeads: entry(
    'Show the talk of people',
    'Показывать разговор людей',
    'Показывать в чате CRM с пометкой [Bitrix24], что говорят, пока разговор ведёт сотрудник Битрикс24; «нет» – пересказ, когда разговор вернётся',
  ),
  mirrorAs: entry(
    'How it is shown',
    'Как показывать',
    'Как такие сообщения передаются: history – как история, без открытия диалога, messages – как новые сообщения',
  ),
  lateDelivery: entry(
    'Late answers',
    'Опоздавшие ответы',
    'Ответ, который CRM показала недоставленным и который ещё не показан клиенту: withdraw – не показывать, note – показать, когда получится, с заметкой менеджерам',
  ),
  summaryLength: entry(
    'Length of the summary',
    'Длина пересказа',
    'Сколько знаков сказанного без бота пересказать менеджерам, когда разговор вернётся; 0 – нисколько',
  ),
  timeZone: entry('Time zone', 'Часовой пояс', 'Часовой пояс времени в заметках, например Europe/Moscow'),
  uploadEncoding: entry(
    'Upload of files',
    'Отправка файлов',
    'Как отправляются файлы; если сервис принимает иначе, приложение замечает это само',
  ),
  unescapeHtml: entry(
    'Unescape texts',
    'Раскодировать тексты',
    'Тексты приходят экранированными и их нужно раскодировать; «—» – приложение узнаёт само',
  ),
  botRoles: entry(
    'Roles of the bot',
    'Роли бота',
    'Роли бота через запятую: distributor, responsible, hidden. Без responsible ему не вернуть диалог',
  ),
  integrationCode: entry('Symbol code', 'Символьный код', 'Символьный код модуля в маркетплейсе; пусто – код модуля'),
  maxFileMegabytes: entry(
    'Largest file, MB',
    'Наибольший файл, МБ',
    'Файлы больше этого размера называются, но не отправляются, МБ',
  ),
  callsPerSecond: entry('Calls per second', 'Запросов в секунду', 'Запросов в секунду на токен; сервис разрешает 30'),
  answerWithinMs: entry(
    'Wait for Bitrix24, ms',
    'Ждать Битрикс24, мс',
    'Сколько мс ответ на сообщение ждёт Битрикс24; позже итог сообщается отдельно. 0 – всегда отдельно',
  ),
  requestTimeoutMs: entry('Time-out of a call, ms', 'Срок запроса, мс', 'Сколько мс может длиться один запрос'),
  pingSeconds: entry('Seconds between pings', 'Секунд между проверками', 'Секунд между проверками соединения'),
  silenceSeconds: entry(
    'Longest silence, seconds',
    'Предел молчания, секунд',
    'Соединение, молчащее столько секунд, открывается заново',
  ),
};

/** Gives a key its field in the form; the help in English is the schema's description. */
export function setting<S extends z.ZodType>(path: string, schema: S): S {
  const texts = settingTexts[path];
  if (texts === undefined) throw new Error(`the setting ${path} has no texts`);
  const { title, help, secret, isMain } = texts;
  return field(schema, {
    title,
    help: { en: schema.description ?? '', ru: help },
    ...(secret === undefined ? {} : { secret }),
    ...(isMain === true ? {} : { group: 'advanced' as const }),
  });
}

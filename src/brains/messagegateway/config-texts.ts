/** The titles of the settings, and their help in Russian; the English help is the schema's description (`config.ts`). */

import type { z } from 'zod';
import { field } from '../../core/config-form.ts';
import type { Texts } from '../../core/texts.ts';
import { mainSettingTexts } from './main-setting-texts.ts';

interface SettingTexts {
  readonly title: { readonly en: string; readonly ru: string };
  /** In Russian. */
  readonly help: string;
  /** Titles of the values of an enum. */
  readonly choices?: Readonly<Record<string, { readonly en: string; readonly ru: string }>>;
  /** The message for a value of the wrong form. */
  readonly wrong?: Texts;
  readonly secret?: true;
  readonly isAddress?: true;
  /** Needed to connect an account; the others are `advanced`. */
  readonly isMain?: true;
}

const entry = (
  en: string,
  ru: string,
  help: string,
  choices: Readonly<Record<string, [en: string, ru: string]>> = {},
) => ({
  title: { en, ru },
  help,
  choices: Object.fromEntries(Object.entries(choices).map(([value, [inEn, inRu]]) => [value, { en: inEn, ru: inRu }])),
});

/** By key. Keys that only JSON can express have no title and no form field. */
const settingTexts: Readonly<Record<string, SettingTexts>> = {
  crmUrl: {
    ...entry('CRM address', 'Адрес CRM', 'Например, https://demo.simla.com'),
    wrong: {
      en: 'This is not the address of a CRM. Enter the account without a path, for example https://demo.simla.com',
      ru: 'Это не адрес CRM. Нужен адрес аккаунта без пути, например https://demo.simla.com',
    },
    isMain: true,
    isAddress: true,
  },
  apiKey: {
    ...entry(
      'API key',
      'API-ключ',
      'Создайте его в CRM: Настройки → Интеграция → Ключи доступа к API. Нужны права integration_read и integration_write.',
    ),
    wrong: {
      en: 'An API key is one word of Latin letters and digits.',
      ru: 'API-ключ – одно слово из латинских букв и цифр.',
    },
    isMain: true,
    secret: true,
  },
  name: entry('Name in the CRM', 'Имя в CRM', 'Имя модуля, бота и канала в CRM'),
  language: entry(
    'Language of notes to managers',
    'Язык заметок для менеджеров',
    'На этом языке и карточки клиентов, заказов и товаров',
    { ru: ['Русский', 'Русский'], en: ['English', 'English'] },
  ),
  'handover.command': {
    ...entry(
      'Command for handover to a person',
      'Команда передачи человеку',
      'Менеджер пишет её в чате CRM с косой чертой, например /operator, и разговор переходит к сотрудникам в Битрикс24',
    ),
    wrong: {
      en: '1 to 32 Latin letters, digits, - and _. The names bot and help are taken.',
      ru: 'От 1 до 32 латинских букв, цифр, знаков - и _. Слова bot и help заняты.',
    },
  },
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
    'Console in group chats',
    'Консоль в групповых чатах',
    'В группе с ботом сотрудники отвечают клиентам и управляют диалогами CRM, упоминая бота',
    {
      supervisors: ['Groups with the supervisor', 'Где есть наблюдатель'],
      all: ['Groups with any of our bots', 'Где есть любой наш бот'],
      none: ['None', 'Нигде'],
    },
  ),
  'console.privateBots': entry(
    'Private consoles',
    'Личные консоли',
    'Коды ботов, личные чаты с которыми – консоль; с остальными ботами сотрудник пишет как клиент',
  ),
  'console.employees': {
    ...entry(
      'Who may use the console',
      'Кому можно в консоль',
      'Номера сотрудников Битрикс24: номер виден в адресе профиля. Пусто – всем сотрудникам группы. Людям извне нельзя никогда.',
    ),
    wrong: { en: 'Only ids, for example 1 and 42.', ru: 'Только номера, например 1 и 42.' },
  },
  'console.overheard': entry(
    'Talk beside the bot',
    'Разговор мимо бота',
    'Что делать с разговором мимо бота в связанной группе',
    { drop: ['Nothing', 'Ничего'], note: ['Notes in the chat for managers', 'Заметки в чате для менеджеров'] },
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
    'When a person in Bitrix24 takes over the conversation',
    'Когда разговор берёт сотрудник в Битрикс24',
    'Менеджеры в любом случае увидят заметку',
    {
      unassign: ['Unassign the dialog in the CRM', 'Снять диалог в CRM с ответственного'],
      close: ['Close the dialog in the CRM', 'Закрыть диалог в CRM'],
      note: ['Leave the dialog in the CRM as it is', 'Оставить диалог в CRM как есть'],
    },
  ),
  managerAnswer: entry(
    'Answers of managers meanwhile',
    'Ответы менеджеров тем временем',
    'Что делать с ответом менеджера, пока разговор ведёт сотрудник Битрикс24',
    {
      refuse: ['Refuse it, with the reason', 'Отклонить с объяснением'],
      take: ['Take the conversation back and show it', 'Забрать разговор и показать ответ'],
    },
  ),
  onDialogClosed: entry(
    'When the dialog is closed',
    'Когда диалог закрыт',
    'Что происходит, когда диалог закрывают в CRM, пока отвечает бот',
    {
      nothing: ['Nothing', 'Ничего'],
      finish: ['The Open Channel session ends', 'Сессия открытой линии заканчивается'],
    },
  ),
  mirrorWhilePersonLeads: entry(
    'Show the talk of people',
    'Показывать разговор людей',
    'Показывать в чате CRM с пометкой [Bitrix24], что говорят, пока разговор ведёт сотрудник Битрикс24; «нет» – пересказ, когда разговор вернётся',
  ),
  mirrorAs: entry('How it is shown', 'Как показывать', 'Как такие сообщения передаются в CRM', {
    history: ['As history, which opens no dialog', 'Как история, без открытия диалога'],
    messages: ['As new messages', 'Как новые сообщения'],
  }),
  lateDelivery: entry(
    'Late answers',
    'Опоздавшие ответы',
    'Что делать с ответом, который CRM показала недоставленным и который ещё не показан клиенту',
    {
      withdraw: ['Withdraw it', 'Не показывать'],
      note: ['Show it later, with a note to managers', 'Показать, когда получится, с заметкой менеджерам'],
    },
  ),
  summaryLength: entry(
    'Length of the summary',
    'Длина пересказа',
    'Сколько знаков сказанного без бота пересказать менеджерам, когда разговор вернётся; 0 – нисколько',
  ),
  timeZone: {
    ...entry('Time zone', 'Часовой пояс', 'Часовой пояс времени в заметках, например Europe/Moscow'),
    wrong: {
      en: 'This is not a time zone. Use a name such as Europe/Moscow.',
      ru: 'Это не часовой пояс. Нужно название, например Europe/Moscow.',
      de: 'Das ist keine Zeitzone. Verwenden Sie einen Namen wie Europe/Moscow.',
      es: 'Esto no es una zona horaria. Use un nombre como Europe/Moscow.',
      pt: 'Isto não é um fuso horário. Use um nome como Europe/Moscow.',
      pl: 'To nie jest strefa czasowa. Użyj nazwy takiej jak Europe/Moscow.',
      uk: 'Це не часовий пояс. Укажіть назву, наприклад Europe/Moscow.',
      kz: 'Бұл уақыт белдеуі емес. Атауын көрсетіңіз, мысалы Europe/Moscow.',
    },
  },
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
  integrationCode: {
    ...entry('Symbol code', 'Символьный код', 'Символьный код модуля в маркетплейсе; пусто – код модуля'),
    wrong: {
      en: 'A symbol code has Latin letters, digits, - and _.',
      ru: 'Символьный код состоит из латинских букв, цифр, - и _.',
      de: 'Ein Symbolcode hat lateinische Buchstaben, Ziffern, - und _.',
      es: 'Un código simbólico tiene letras latinas, cifras, - y _.',
      pt: 'Um código simbólico tem letras latinas, dígitos, - e _.',
      pl: 'Kod symboliczny ma litery łacińskie, cyfry, - i _.',
      uk: 'Символьний код складається з латинських літер, цифр, - і _.',
      kz: 'Символдық код латын әріптерінен, цифрлардан, - және _ белгілерінен тұрады.',
    },
  },
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
  const { title, help, choices = {}, wrong, secret, isAddress, isMain } = texts;
  const others = mainSettingTexts[path];
  const titled = Object.entries(choices).map(
    ([value, words]) => [value, { ...words, ...others?.choices?.[value] }] as const,
  );
  return field(schema, {
    title: { ...title, ...others?.title },
    help: { en: schema.description ?? '', ru: help, ...others?.help },
    choices: Object.fromEntries<Texts>(titled),
    ...(wrong === undefined ? {} : { wrong: { ...wrong, ...others?.wrong } }),
    ...(secret === undefined ? {} : { secret }),
    ...(isAddress === undefined ? {} : { isAddress }),
    ...(isMain === true ? {} : { group: 'advanced' as const }),
  });
}

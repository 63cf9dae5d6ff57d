/** The config of a connection to Selarti: what an administrator enters. Facts that Selarti does not document are settings here. */
import { z } from 'zod';
import { field } from '../../core/config-form.ts';
import { wrongToken } from '../../core/wrong-token.ts';
import { unknownFacts } from './config-unknowns.ts';
import { wrongValues } from './wrong-values.ts';

/** `selarti.com`, `https://selarti.ru/` or any other origin; stored as an origin. */
const host = z
  .string()
  .trim()
  .max(200)
  .transform((typed, context) => {
    const url = URL.parse(typed.includes('://') ? typed : `https://${typed}`);
    const isOrigin =
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      url.pathname === '/' &&
      `${url.username}${url.password}${url.search}${url.hash}` === '';
    if (isOrigin) return url.origin;
    context.addIssue({ code: 'custom', message: 'this is the name of a host, for example selarti.com' });
    return z.NEVER;
  });

/** Sent in a header or in JSON: one word without blanks. */
const secretWord = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{8,2000}$/, 'one word of Latin letters, digits and signs');

const accountKeys = {
  host: field(host, {
    wrong: wrongValues.host,
    title: { en: 'Host', ru: 'Адрес Selarti' },
    help: {
      en: 'Where the panel of the account is: selarti.com, selarti.ru or another address',
      ru: 'Где открывается панель аккаунта: selarti.com, selarti.ru или другой адрес',
    },
    isAddress: true,
  }).prefault('selarti.com'),
  apiKey: field(secretWord, {
    wrong: wrongValues.apiKey,
    title: { en: 'API key', ru: 'Ключ API' },
    help: {
      en: 'The panel sends it to the Telegram of the account: avatar, "get api key"',
      ru: 'Панель присылает его в Telegram аккаунта: аватар, «получить api key»',
    },
    secret: true,
  }).optional(),
  bearer: field(secretWord, {
    wrong: wrongToken,
    title: { en: 'Bearer token', ru: 'Токен (bearer)' },
    help: {
      en: 'Used where there is no API key; it is not renewed',
      ru: 'Используется, если ключа API нет; сам не обновляется',
    },
    secret: true,
    group: 'advanced',
  }).optional(),
  taskId: field(
    z
      .string()
      .trim()
      .regex(/^[\w.-]{1,100}$/, 'the id of a task, for example 1721129985149x478019552540622850'),
    {
      wrong: wrongValues.taskId,
      title: { en: 'Task', ru: 'Задача' },
      help: {
        en: 'Id of the task of type Web, copied from the panel',
        ru: 'Идентификатор задачи типа Web, скопированный из панели',
      },
    },
  ),
};

const costKeys = {
  burstSeconds: field(z.number().min(0).max(30), {
    title: { en: 'Wait for further messages', ru: 'Ждать следующих сообщений' },
    help: {
      en: 'Seconds: messages that follow each other within them are sent as one, because each costs money. 0: each at once',
      ru: 'Секунды: сообщения, идущие подряд, отправляются одним, потому что каждое стоит денег. 0: каждое сразу',
    },
  }).default(3),
  maxTurnsPerDay: field(z.int().min(0).max(100_000), {
    title: { en: 'Messages per conversation and day', ru: 'Сообщений в день в одном разговоре' },
    help: {
      en: 'When so many were sent in a day (UTC), a person is called instead. 0: no limit',
      ru: 'После стольких отправленных за день (UTC) разговор передаётся человеку. 0: без ограничения',
    },
  }).default(500),
  maxMessagesPerMonth: field(z.int().min(0).max(100_000_000), {
    title: { en: 'Messages per month', ru: 'Сообщений в месяц' },
    help: {
      en: 'Sent and received, over all conversations of the connection, per calendar month (UTC); then people are called. 0: no limit',
      ru: 'Отправленных и полученных во всех разговорах подключения за календарный месяц (UTC); затем зовётся человек. 0: без ограничения',
    },
  }).default(0),
};

const behaviourKeys = {
  onOperator: field(z.enum(['handover', 'note']), {
    title: { en: 'Selarti hands over to an operator', ru: 'Selarti передаёт оператору' },
    help: {
      en: 'Who answers then: people in Bitrix24, or people in the panel of Selarti (staff get a note)',
      ru: 'Кто отвечает дальше: сотрудники Битрикс24 или операторы в панели Selarti (сотрудникам придёт заметка)',
    },
    choices: {
      handover: { en: 'People in Bitrix24', ru: 'Сотрудники Битрикс24' },
      note: { en: 'People in the panel of Selarti', ru: 'Операторы в панели Selarti' },
    },
  }).default('handover'),
  onClose: field(z.enum(['finish', 'handover', 'nothing']), {
    title: { en: 'Selarti closes the dialogue', ru: 'Selarti закрывает диалог' },
    help: {
      en: 'What happens in Bitrix24 then; from then on Selarti answers no more by itself',
      ru: 'Что происходит в Битрикс24; сама Selarti после этого больше не отвечает',
    },
    choices: {
      finish: { en: 'The Open Channel session ends', ru: 'Сессия открытой линии завершается' },
      handover: { en: 'A person is called', ru: 'Зовётся человек' },
      nothing: { en: 'Nothing', ru: 'Ничего' },
    },
  }).default('finish'),
  onRobot: field(z.enum(['silence', 'handover', 'nothing']), {
    title: { en: 'Selarti takes the other side for a robot', ru: 'Selarti считает собеседника роботом' },
    help: {
      en: 'Silence: for a day nothing more is sent to Selarti or shown from it, and staff get a note',
      ru: 'Тишина: сутки ничего не отправляется и не показывается, сотрудникам придёт заметка',
    },
    choices: {
      silence: { en: 'Silence', ru: 'Тишина' },
      handover: { en: 'A person is called', ru: 'Зовётся человек' },
      nothing: { en: 'Nothing', ru: 'Ничего' },
    },
  }).default('silence'),
  panelMessages: field(z.enum(['take', 'keep']), {
    title: { en: 'Messages typed in the panel of Selarti', ru: 'Сообщения из панели Selarti' },
    help: {
      en: 'While a person in Bitrix24 leads: they take the conversation and are shown, or they are not shown',
      ru: 'Пока разговор ведёт сотрудник Битрикс24: забирают разговор и показываются или не показываются',
    },
    choices: {
      take: { en: 'Shown, and take the conversation', ru: 'Показываются и забирают разговор' },
      keep: { en: 'Not shown while a person in Bitrix24 leads', ru: 'Не показываются, пока ведёт сотрудник' },
    },
  }).default('take'),
  files: field(z.enum(['link', 'name']), {
    title: { en: 'Files', ru: 'Файлы' },
    help: {
      en: 'Selarti takes text only: a file is sent as a link that works for a day, or by its name',
      ru: 'Selarti принимает только текст: вместо файла отправляется ссылка на сутки или имя файла',
    },
    choices: { link: { en: 'Link', ru: 'Ссылка' }, name: { en: 'Name', ru: 'Имя' } },
  }).default('link'),
  onEdit: field(z.enum(['send', 'ignore']), {
    title: { en: 'Edited messages', ru: 'Изменённые сообщения' },
    help: {
      en: 'The new text is sent as a further message, which costs money, or not at all',
      ru: 'Новый текст отправляется ещё одним сообщением (оно стоит денег) или не отправляется',
    },
    choices: { send: { en: 'Send', ru: 'Отправлять' }, ignore: { en: 'Ignore', ru: 'Не отправлять' } },
    group: 'advanced',
  }).default('send'),
  onDelete: field(z.enum(['send', 'ignore']), {
    title: { en: 'Deleted messages', ru: 'Удалённые сообщения' },
    help: {
      en: 'A sentence tells Selarti of it, which costs money, or nothing does',
      ru: 'Selarti узнаёт об этом отдельной фразой (она стоит денег) или не узнаёт',
    },
    choices: { send: { en: 'Send', ru: 'Отправлять' }, ignore: { en: 'Ignore', ru: 'Не отправлять' } },
    group: 'advanced',
  }).default('ignore'),
  language: field(z.enum(['ru', 'en']), {
    title: { en: 'Language of notes', ru: 'Язык заметок' },
    help: {
      en: 'Language of notes to staff and of sentences that stand for files, edits and deletions',
      ru: 'Язык заметок сотрудникам и фраз вместо файлов, правок и удалений',
    },
    choices: { ru: { en: 'Russian', ru: 'Русский' }, en: { en: 'English', ru: 'Английский' } },
  }).default('ru'),
};

/** Strict, so that a misspelt key is noticed when the connection is added. */
export const configSchema = z
  .strictObject({ ...accountKeys, ...costKeys, ...behaviourKeys, ...unknownFacts })
  .refine(({ apiKey, bearer }) => apiKey !== undefined || bearer !== undefined, {
    path: ['apiKey'],
    message: 'Selarti needs an API key, or a bearer token in its place',
  });

export type SelartiConfig = z.output<typeof configSchema>;

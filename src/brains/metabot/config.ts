/** The config of a connection to Metabot: what an administrator enters. Facts that Metabot does not document are settings here. */
import { z } from 'zod';
import { field } from '../../core/config-form.ts';
import { wrongToken } from '../../core/wrong-token.ts';
import { isTimeZone } from '../../lib/time-zones.ts';
import { wrongValues } from './wrong-values.ts';

/** Sent in a header, which allows no other characters. */
const headerText = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{8,4000}$/, 'this is one word of Latin letters, digits and signs');

export const jobCode = z
  .string()
  .trim()
  .regex(/^[\w.-]{1,100}$/, 'a code has at most 100 letters, digits, dots, - and _');

/** A comma separates tags at Metabot. */
export const tagList = z
  .array(
    z
      .string()
      .trim()
      .regex(/^[^,\p{Cc}]{1,100}$/u, 'a tag has at most 100 characters and no comma'),
  )
  .max(50);

export const conditionCode = z.string().trim().min(1).max(10_000);

const account = {
  botId: field(z.int().min(1), {
    title: { en: 'Bot id', ru: 'ID бота' },
    help: {
      en: 'Id of the bot at Metabot; it is in the address of the bot’s pages',
      ru: 'ID бота в Metabot; он есть в адресе страниц бота',
    },
  }),
  token: field(headerText, {
    wrong: wrongToken,
    title: { en: 'API token', ru: 'Токен API' },
    help: {
      en: 'Token of an API user, created in the users section of the bot',
      ru: 'Токен пользователя API; создаётся в разделе пользователей бота',
    },
    secret: true,
  }),
  mode: field(z.enum(['call', 'schedule']), {
    title: { en: 'How a message is handed over', ru: 'Как передавать сообщения' },
    help: {
      en: 'By a call of an endpoint of the bot, which may answer at once, or by a job, whose script answers by webhook',
      ru: 'Вызовом точки внутреннего API бота (она может ответить сразу) или заданием, скрипт которого ответит вебхуком',
    },
    choices: {
      call: { en: 'Call an endpoint', ru: 'Вызвать точку API' },
      schedule: { en: 'Schedule a job', ru: 'Запланировать задание' },
    },
  }).default('call'),
  alias: field(
    z
      .string()
      .trim()
      .max(200)
      .regex(/^[\w-]+(?:\/[\w-]+)*$/, 'an alias is words of letters, digits, - and _, separated by /'),
    {
      wrong: wrongValues.alias,
      title: { en: 'Alias of the endpoint', ru: 'Алиас точки API' },
      help: {
        en: 'Alias of the endpoint of the internal API that is called for each message',
        ru: 'Алиас точки внутреннего API, которая вызывается для каждого сообщения',
      },
    },
  ).default('bitrix24/message'),
  jobKind: field(z.enum(['script', 'trigger']), {
    title: { en: 'What the job runs', ru: 'Что запускает задание' },
    help: { en: 'Used if messages are handed over by a job', ru: 'Если сообщения передаются заданием' },
    choices: { script: { en: 'A script', ru: 'Скрипт' }, trigger: { en: 'A trigger', ru: 'Триггер' } },
  }).default('script'),
  jobCode: field(jobCode, {
    wrong: wrongValues.jobCode,
    title: { en: 'Code of the script or trigger', ru: 'Код скрипта или триггера' },
    help: {
      en: 'Needed if messages are handed over by a job; either the code or the id',
      ru: 'Нужен, если сообщения передаются заданием; либо код, либо ID',
    },
  }).optional(),
  jobId: field(z.int().min(1), {
    title: { en: 'Id of the script or trigger', ru: 'ID скрипта или триггера' },
    help: { en: 'Instead of the code', ru: 'Вместо кода' },
  }).optional(),
  signingSecret: field(z.string().min(16).max(500), {
    title: { en: 'Secret for signatures', ru: 'Секрет для подписи' },
    help: {
      en: 'If it is set, webhooks without a valid signature are refused. The address of the webhook is secret in any case',
      ru: 'Если задан, вебхуки без верной подписи отклоняются. Адрес вебхука секретен в любом случае',
    },
    secret: true,
  }).optional(),
};

const advanced = {
  origin: field(z.url({ protocol: /^https?$/ }), {
    title: { en: 'Address of Metabot', ru: 'Адрес Metabot' },
    help: { en: 'For installations other than the cloud', ru: 'Для установок вне облака' },
    isAddress: true,
    group: 'advanced',
  }).default('https://app.metabot24.com'),
  authHeader: field(z.enum(['bearer', 'raw', 'both']), {
    title: { en: 'Header of the token', ru: 'Заголовок токена' },
    help: {
      en: 'Public clients send "Authorization: Bearer", the documentation names "Authentication"',
      ru: 'Известные клиенты шлют «Authorization: Bearer», в документации назван «Authentication»',
    },
    group: 'advanced',
    choices: {
      bearer: { en: 'Authorization: Bearer', ru: 'Authorization: Bearer' },
      raw: { en: 'Authentication', ru: 'Authentication' },
      both: { en: 'Both', ru: 'Оба' },
    },
  }).default('bearer'),
  answerPath: field(
    z
      .string()
      .trim()
      .max(100)
      .regex(/^(?:\w+(?:\.\w+)*)?$/, 'names separated by dots'),
    {
      wrong: wrongValues.answerPath,
      title: { en: 'Place of the answer', ru: 'Где лежит ответ' },
      help: {
        en: 'Where the answer of the script is in the body that the call returns, for example "data.result"; empty: the whole body',
        ru: 'Где в теле ответа вызова лежит ответ скрипта, например «data.result»; пусто: всё тело',
      },
      group: 'advanced',
    },
  ).default(''),
  timeZone: field(z.string().refine(isTimeZone, 'this is not a time zone; use a name such as Europe/Moscow'), {
    wrong: wrongValues.timeZone,
    title: { en: 'Time zone of Metabot', ru: 'Часовой пояс Metabot' },
    help: {
      en: 'In which Metabot reads the times of jobs; not documented',
      ru: 'В котором Metabot читает время заданий; не документирован',
    },
    group: 'advanced',
  }).default('Europe/Moscow'),
  condition: field(conditionCode, {
    title: { en: 'Condition of the job', ru: 'Условие задания' },
    help: {
      en: 'JavaScript that Metabot runs for the job of each message: the job runs only if it returns true',
      ru: 'JavaScript, который Metabot выполняет для задания каждого сообщения: задание идёт, только если он вернул true',
    },
    group: 'advanced',
  }).optional(),
  addTags: field(tagList, {
    wrong: wrongValues.tags,
    title: { en: 'Tags to add', ru: 'Добавить теги' },
    help: { en: 'Set on the lead by the job of each message', ru: 'Задание каждого сообщения ставит их лиду' },
    group: 'advanced',
  }).default([]),
  removeTags: field(tagList, {
    wrong: wrongValues.tags,
    title: { en: 'Tags to remove', ru: 'Убрать теги' },
    help: { en: 'Removed from the lead by the job of each message', ru: 'Задание каждого сообщения снимает их с лида' },
    group: 'advanced',
  }).default([]),
  tellChanges: field(z.boolean(), {
    title: { en: 'Tell the script of changes', ru: 'Сообщать скрипту об изменениях' },
    help: {
      en: 'Edited and deleted messages, and who leads the conversation, are handed over too; the script must expect these events',
      ru: 'Передавать правки, удаления и смену ведущего диалог; скрипт должен ждать этих событий',
    },
    group: 'advanced',
  }).default(false),
  commandUsers: field(z.array(z.string().regex(/^\d{1,15}$/, 'a user id of Bitrix24 is a number')).max(200), {
    wrong: wrongValues.users,
    title: { en: 'Who may use commands', ru: 'Кому можно команды' },
    help: {
      en: 'Bitrix24 user ids that may run jobs by command in a chat. Empty: every employee may, except for broadcasts',
      ru: 'ID пользователей Битрикс24, которым можно запускать задания командой в чате. Пусто: любому сотруднику, кроме рассылок',
    },
    group: 'advanced',
  }).default([]),
  repeatUncertain: field(z.boolean(), {
    title: { en: 'The script knows repetitions', ru: 'Скрипт узнаёт повторы' },
    help: {
      en: 'A call that may or may not have arrived is repeated with the same event_id. Off: it is listed for a person',
      ru: 'Вызов, о судьбе которого неизвестно, повторяется с тем же event_id. Выключено: его увидит человек',
    },
    group: 'advanced',
  }).default(false),
  callsPerSecond: field(z.number().min(0.1).max(100), {
    title: { en: 'Calls per second', ru: 'Вызовов в секунду' },
    help: { en: 'Over all conversations; Metabot names no limit', ru: 'По всем диалогам; Metabot не называет предела' },
    group: 'advanced',
  }).default(10),
  requestTimeoutMs: field(z.int().min(100).max(120_000), {
    title: { en: 'Time-out of a call, ms', ru: 'Таймаут вызова, мс' },
    help: { en: 'How long a call may take', ru: 'Сколько может длиться вызов' },
    group: 'advanced',
  }).default(30_000),
  maxFileMegabytes: field(z.int().min(1).max(100), {
    title: { en: 'Largest file, MB', ru: 'Наибольший файл, МБ' },
    help: { en: 'Of the files in answers', ru: 'Из файлов в ответах' },
    group: 'advanced',
  }).default(20),
};

/** Strict, so that a misspelt key is noticed when the connection is added. */
export const configSchema = z.strictObject({ ...account, ...advanced }).superRefine((config, context) => {
  if (config.mode !== 'schedule') return;
  if ((config.jobCode === undefined) === (config.jobId === undefined)) {
    const message = 'a job needs the code or the id of its script or trigger, and not both';
    context.addIssue({ code: 'custom', path: ['jobCode'], message });
  }
});

export type MetabotConfig = z.output<typeof configSchema>;

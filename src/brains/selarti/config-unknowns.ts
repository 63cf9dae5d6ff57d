/**
 * Settings for what Selarti's public documents do not say. Each default is assumed until somebody has seen the real service
 * (docs/live-probes.md asks for each). Nobody needs to change one while its assumption holds.
 */
import { z } from 'zod';
import { field } from '../../core/config-form.ts';
import { wrongValues } from './wrong-values.ts';

const path = z
  .string()
  .trim()
  .regex(/^\/[\w./~-]{1,199}$/, 'a path that begins with a slash');

const fieldName = z
  .string()
  .trim()
  .regex(/^[\w.-]{1,100}$/, 'the name of a field');

const words = z.array(z.string().trim().min(1).max(50)).max(20);

const authorization = {
  sendPath: field(path, {
    wrong: wrongValues.path,
    title: { en: 'Path of messages', ru: 'Путь для сообщений' },
    help: { en: 'Where messages are sent', ru: 'Куда отправляются сообщения' },
    group: 'advanced',
  }).default('/api/1.1/wf/send_message_external'),
  authPath: field(path, {
    wrong: wrongValues.path,
    title: { en: 'Path of the token', ru: 'Путь для токена' },
    help: { en: 'Where the API key is exchanged for a token', ru: 'Где ключ API обменивается на токен' },
    group: 'advanced',
  }).default('/api/1.1/wf/auth'),
  keyField: field(fieldName, {
    wrong: wrongValues.fieldName,
    title: { en: 'Field of the API key', ru: 'Поле ключа API' },
    help: { en: 'Its name in the request for a token', ru: 'Его имя в запросе токена' },
    group: 'advanced',
  }).default('api_key'),
  keyPlace: field(z.enum(['body', 'query', 'header']), {
    title: { en: 'Place of the API key', ru: 'Место ключа API' },
    help: {
      en: 'In the JSON body, in the query, or as the Bearer of the request for a token',
      ru: 'В теле JSON, в строке запроса или как Bearer запроса токена',
    },
    group: 'advanced',
  }).default('body'),
  tokenField: field(fieldName, {
    wrong: wrongValues.fieldName,
    title: { en: 'Field of the token', ru: 'Поле токена' },
    help: {
      en: 'Where the answer has it; fields of fields with dots. Other usual names are tried too',
      ru: 'Где он в ответе; вложенные поля через точку. Другие обычные имена тоже пробуются',
    },
    group: 'advanced',
  }).default('response.token'),
  refusedStatuses: field(z.array(z.int().min(400).max(499)).max(10), {
    title: { en: 'Statuses of an expired token', ru: 'Коды просроченного токена' },
    help: {
      en: 'HTTP statuses at which a new token is obtained and the message sent once more',
      ru: 'HTTP-коды, при которых берётся новый токен и сообщение отправляется ещё раз',
    },
    group: 'advanced',
  }).default([401]),
};

const limits = {
  maxMessageLength: field(z.int().min(100).max(20_000), {
    title: { en: 'Longest message', ru: 'Самое длинное сообщение' },
    help: {
      en: 'Characters; longer texts are sent as several messages',
      ru: 'Символы; более длинный текст отправляется несколькими сообщениями',
    },
    group: 'advanced',
  }).default(4_000),
  callsPerSecond: field(z.number().min(0.1).max(50), {
    title: { en: 'Calls per second', ru: 'Вызовов в секунду' },
    help: { en: 'Over all processes', ru: 'Всего по всем процессам' },
    group: 'advanced',
  }).default(5),
  requestTimeoutMs: field(z.int().min(100).max(60_000), {
    title: { en: 'Time-out of a call, ms', ru: 'Предел ожидания вызова, мс' },
    help: { en: 'How long one call may take', ru: 'Сколько может длиться один вызов' },
    group: 'advanced',
  }).default(20_000),
  echoWaitMs: field(z.int().min(0).max(20_000), {
    title: { en: 'Wait for the echo, ms', ru: 'Ждать эха, мс' },
    help: {
      en: 'After a call that failed half-way: how long to wait for the webhook that repeats the message, which proves that it arrived',
      ru: 'После оборвавшегося вызова: сколько ждать вебхука с этим же сообщением, который доказывает доставку',
    },
    group: 'advanced',
  }).default(3_000),
  withoutEcho: field(z.enum(['list', 'repeat']), {
    title: { en: 'No echo came', ru: 'Эхо не пришло' },
    help: {
      en: 'A call failed half-way and no echo came: the message is listed for a person, or sent again and perhaps doubled',
      ru: 'Вызов оборвался, и эхо не пришло: сообщение откладывается для человека или отправляется ещё раз, возможно вторым',
    },
    choices: {
      list: { en: 'List it for a person', ru: 'Отложить для человека' },
      repeat: { en: 'Send it again', ru: 'Отправить ещё раз' },
    },
    group: 'advanced',
  }).default('list'),
};

const webhookWords = {
  botWords: field(words, {
    title: { en: 'message_type of the AI', ru: 'message_type ИИ' },
    help: { en: 'Further values besides bot, бот, ai, assistant', ru: 'Ещё значения, кроме bot, бот, ai, assistant' },
    group: 'advanced',
  }).default([]),
  operatorWords: field(words, {
    title: { en: 'message_type of people', ru: 'message_type операторов' },
    help: {
      en: 'Further values besides operator, оператор, manager, менеджер, employee, сотрудник',
      ru: 'Ещё значения, кроме operator, оператор, manager, менеджер, employee, сотрудник',
    },
    group: 'advanced',
  }).default([]),
  userWords: field(words, {
    title: { en: 'message_type of the customer', ru: 'message_type клиента' },
    help: {
      en: 'Further values besides user, пользователь, client, клиент, customer; such messages are our own',
      ru: 'Ещё значения, кроме user, пользователь, client, клиент, customer; такие сообщения наши собственные',
    },
    group: 'advanced',
  }).default([]),
  yesWords: field(words, {
    title: { en: 'Words for yes', ru: 'Слова для «да»' },
    help: {
      en: 'Further values of yes-or-no fields besides true, 1, yes, y, да, on; everything else is no',
      ru: 'Ещё значения полей «да/нет», кроме true, 1, yes, y, да, on; всё остальное – нет',
    },
    group: 'advanced',
  }).default([]),
};

export const unknownFacts = { ...authorization, ...limits, ...webhookWords };

/** imbot.register, imbot.update, imbot.unregister, imbot.bot.list. */
import { createBot, deleteBot, readAvatar } from '../bot-register.ts';
import { botV1, type CallContext, causeOf, type MethodTable, ownerV1, refuseFetchBot } from '../call-context.ts';
import { handlerUrlFault, replaceBinding, withClientId } from '../handler-urls.ts';
import { isEmpty, isSent, isYes, mapOf, textOf, upperCaseKeys } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import { type Bot, type BotType, botsOfApp, fullName } from '../state.ts';
import { type Params, phpMap } from '../wire-format.ts';

interface EventParam {
  readonly key: string;
  readonly event: string;
  readonly error: string;
  /** Its name in the text of the "isn't specified" error; null = optional. */
  readonly requiredAs: string | null;
}

/** In the order in which the server checks them. */
const EVENT_PARAMS: readonly EventParam[] = [
  { key: 'EVENT_MESSAGE_ADD', event: 'ONIMBOTMESSAGEADD', error: 'EVENT_MESSAGE_ADD_ERROR', requiredAs: 'Message add' },
  { key: 'EVENT_MESSAGE_UPDATE', event: 'ONIMBOTMESSAGEUPDATE', error: 'EVENT_MESSAGE_UPDATE_ERROR', requiredAs: null },
  { key: 'EVENT_MESSAGE_DELETE', event: 'ONIMBOTMESSAGEDELETE', error: 'EVENT_MESSAGE_DELETE_ERROR', requiredAs: null },
  { key: 'EVENT_CONTEXT_GET', event: 'ONIMBOTCONTEXTGET', error: 'EVENT_CONTEXT_GET_ERROR', requiredAs: null },
  {
    key: 'EVENT_WELCOME_MESSAGE',
    event: 'ONIMBOTJOINCHAT',
    error: 'EVENT_WELCOME_MESSAGE_ERROR',
    requiredAs: 'Welcome message',
  },
  { key: 'EVENT_BOT_DELETE', event: 'ONIMBOTDELETE', error: 'EVENT_BOT_DELETE_ERROR', requiredAs: 'Bot delete' },
];

/** Handler URLs by event. EVENT_HANDLER sets all six. With `isNew` the three main ones are required. */
function readHandlers(params: Params, isNew: boolean): Map<string, string> {
  const forAll = textOf(params, 'EVENT_HANDLER');
  const handlers = new Map<string, string>();
  for (const one of EVENT_PARAMS) {
    const url = forAll === '' ? textOf(params, one.key) : forAll;
    if (url === '') {
      if (!isNew || one.requiredAs === null) continue;
      throw new RestError(one.error, `Handler for "${one.requiredAs}" event isn't specified`);
    }
    const fault = handlerUrlFault(url);
    if (fault !== null) throw new RestError(one.error, fault);
    handlers.set(one.event, url);
  }
  return handlers;
}

function bindHandlers(call: CallContext, appId: string, handlers: ReadonlyMap<string, string>): void {
  const webhookClientId = call.clientId === null ? appId.slice('custom'.length) : null;
  for (const [event, url] of handlers) {
    const handler = webhookClientId === null ? url : withClientId(url, webhookClientId);
    replaceBinding(call.state, { appId, event, handler, userId: 0, webhookClientId });
  }
}

function readType(params: Params): BotType {
  const type = textOf(params, 'TYPE');
  // H is accepted and stored as B, like anything unknown.
  return type === 'O' || type === 'S' ? type : 'B';
}

interface Properties {
  readonly firstName: string;
  readonly lastName: string;
}

function readNames(properties: Params | null): Properties {
  const firstName = properties === null ? '' : textOf(properties, 'NAME');
  const lastName = properties === null ? '' : textOf(properties, 'LAST_NAME');
  if (firstName === '' && lastName === '') throw new RestError('NAME_ERROR', "Bot name isn't specified");
  return { firstName, lastName };
}

function register(call: CallContext): unknown {
  const { state } = call;
  const params = upperCaseKeys(call.params);
  const appId = ownerV1(call, params);
  const handlers = readHandlers(params, true);
  const code = textOf(params, 'CODE');
  if (code === '') throw new RestError('CODE_ERROR', "Bot code isn't specified");
  const known = [...state.bots.values()].find((bot) => bot.code === code);
  if (known === undefined && botsOfApp(state, appId).length >= state.options.botLimit) {
    const text = `Has reached the maximum number of bots for application (max: ${state.options.botLimit})`;
    throw new RestError('MAX_COUNT_ERROR', text);
  }
  const properties = mapOf(params, 'PROPERTIES');
  const names = readNames(properties);
  if (known !== undefined) {
    // A code is unique in the whole portal: for a code that another app uses, its bot is returned as if it were ours.
    bindHandlers(call, appId, handlers);
    return String(known.id);
  }
  const given = properties ?? {};
  if (isTakenEmail(call, textOf(given, 'EMAIL'))) throw new RestError('WRONG_REQUEST', "Bot can't be created");
  const type = readType(params);
  const bot = createBot(state, {
    code,
    type,
    openline: type === 'O' || isYes(params, 'OPENLINE'),
    appId,
    ...names,
    workPosition: textOf(given, 'WORK_POSITION') || (state.options.language === 'ru' ? 'Чат-бот' : 'Chat bot'),
    gender: textOf(given, 'PERSONAL_GENDER') === 'F' ? 'F' : 'M',
    color: textOf(given, 'COLOR') || 'AZURE',
    avatar: readAvatar(textOf(given, 'PERSONAL_PHOTO')),
    eventMode: null,
    // The first API registers bots without reactions.
    isReactionsEnabled: false,
  });
  bindHandlers(call, appId, handlers);
  return bot.id;
}

function isTakenEmail(call: CallContext, email: string): boolean {
  return email !== '' && [...call.state.users.values()].some((user) => user.email === email);
}

function update(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  refuseFetchBot(call, bot, 'imbot.v2.Bot.update');
  const fields = mapOf(params, 'FIELDS');
  const handlers = readHandlers(fields ?? {}, false);
  const properties = fields === null ? null : mapOf(fields, 'PROPERTIES');
  if (properties !== null && isSent(properties, 'NAME') && isSent(properties, 'LAST_NAME')) readNames(properties);
  if (fields === null || isEmpty(fields)) throw new RestError('WRONG_REQUEST', "Update fields can't be empty");
  if (textOf(fields, 'CODE') !== '') bot.code = textOf(fields, 'CODE');
  if (isSent(fields, 'OPENLINE') && bot.type !== 'O') bot.openline = isYes(fields, 'OPENLINE');
  if (properties !== null) applyProperties(call, bot, properties);
  bindHandlers(call, bot.appId, handlers);
  call.state.announce({ kind: 'bots' });
  return true;
}

function applyProperties(call: CallContext, bot: Bot, properties: Params): void {
  const user = call.state.users.get(bot.id);
  if (user === undefined) return;
  if (isSent(properties, 'NAME')) user.firstName = textOf(properties, 'NAME');
  if (isSent(properties, 'LAST_NAME')) user.lastName = textOf(properties, 'LAST_NAME');
  if (isSent(properties, 'WORK_POSITION')) user.workPosition = textOf(properties, 'WORK_POSITION');
  if (textOf(properties, 'COLOR') !== '') user.color = textOf(properties, 'COLOR');
  if (isSent(properties, 'PERSONAL_GENDER')) user.gender = textOf(properties, 'PERSONAL_GENDER') === 'F' ? 'F' : 'M';
  bot.avatar = readAvatar(textOf(properties, 'PERSONAL_PHOTO')) ?? bot.avatar;
}

function unregister(call: CallContext): unknown {
  deleteBot(call.state, botV1(call, upperCaseKeys(call.params)), causeOf(call));
  return true;
}

function listBots({ state }: CallContext): unknown {
  const rows = [...state.bots.values()]
    .filter((bot) => bot.type !== 'N')
    .map((bot) => {
      const user = state.users.get(bot.id);
      const name = user === undefined ? '' : fullName(user);
      return [bot.id, { ID: bot.id, NAME: name, CODE: bot.code, OPENLINE: bot.openline ? 'Y' : 'N' }];
    });
  return phpMap(Object.fromEntries(rows) as Record<string, unknown>);
}

export const botsV1Methods: MethodTable = {
  'imbot.register': { scopes: ['imbot'], run: register },
  'imbot.update': { scopes: ['imbot'], run: update },
  'imbot.unregister': { scopes: ['imbot'], run: unregister },
  'imbot.bot.list': { scopes: ['imbot'], run: listBots },
};

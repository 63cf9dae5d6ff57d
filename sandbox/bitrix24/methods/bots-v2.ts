/** imbot.v2.Bot.* and Revision.get. */
import { createBot, deleteBot } from '../bot-register.ts';
import { botV2, type CallContext, causeOf, type MethodTable, ownerV2 } from '../call-context.ts';
import { V2_EVENTS } from '../events/v2-dispatch.ts';
import { addBinding, handlerUrlFault } from '../handler-urls.ts';
import { flagOf, intOf, isSent, mapOf, textOf } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import { type Bot, botsOfApp, type EventMode } from '../state.ts';
import { botTypeName, botTypeOf, fullBot, shortBot, userObject } from '../v2-objects.ts';
import type { Params } from '../wire-format.ts';

const BACKGROUNDS = new Set(['azure', 'mint', 'steel', 'slate', 'teal', 'cornflower', 'sky', 'peach', 'frost']);
/** Longer botTokens are refused since 6 August 2026. */
const MAX_TOKEN_CHARS = 40;
const MAX_AVATAR_SIDE = 5_000;

function botAnswer(call: CallContext, bot: Bot): unknown {
  const user = call.state.users.get(bot.id);
  return { bot: fullBot(call.state, bot), users: user === undefined ? [] : [userObject(user, false)] };
}

function readEventMode(fields: Params, fallback: EventMode): EventMode {
  const mode = textOf(fields, 'eventMode') || fallback;
  if (mode !== 'fetch' && mode !== 'webhook') {
    throw new RestError('BOT_INVALID_EVENT_MODE', 'Invalid event mode. Allowed values: fetch, webhook');
  }
  return mode;
}

function readAvatarV2(properties: Params): Buffer | null {
  const text = textOf(properties, 'avatar');
  if (text === '') return null;
  const bytes = Buffer.from(text, 'base64');
  const start = bytes.subarray(0, 4).toString('hex');
  const isImage = ['89504e47', 'ffd8ff', '47494638', '52494646'].some((magic) => start.startsWith(magic));
  if (text.startsWith('data:') || !isImage) {
    throw new RestError('BOT_AVATAR_INCORRECT_TYPE', 'Avatar must be an image');
  }
  const isPng = start === '89504e47' && bytes.length > 24;
  if (isPng && Math.max(bytes.readUInt32BE(16), bytes.readUInt32BE(20)) > MAX_AVATAR_SIDE) {
    throw new RestError('BOT_AVATAR_INCORRECT_SIZE', 'Avatar is too large');
  }
  return bytes;
}

function checkedUrl(url: string): string {
  const fault = handlerUrlFault(url);
  if (fault !== null) throw new RestError('BOT_INVALID_CALLBACK', fault);
  return url;
}

function bindWebhook(call: CallContext, appId: string, url: string): void {
  const webhookClientId = call.clientId === null ? appId.slice('custom'.length) : null;
  for (const event of V2_EVENTS) {
    addBinding(call.state, { appId, event, handler: url, userId: 0, webhookClientId });
  }
}

function ownerForRegister(call: CallContext, fields: Params): string {
  if (call.clientId !== null) return call.clientId;
  const token = textOf(call.params, 'botToken') || textOf(fields, 'botToken');
  checkToken(token);
  return ownerV2({ ...call, params: { ...call.params, ...(token === '' ? {} : { botToken: token }) } });
}

function checkToken(token: string): void {
  if (token.length <= MAX_TOKEN_CHARS) return;
  throw new RestError('BOT_TOKEN_INVALID_LENGTH', `Bot token must not be longer than ${MAX_TOKEN_CHARS} characters`);
}

function backgroundOf(fields: Params): string | null {
  const background = textOf(fields, 'backgroundId');
  return BACKGROUNDS.has(background) ? background : null;
}

function register(call: CallContext): unknown {
  const { state } = call;
  const fields = mapOf(call.params, 'fields') ?? {};
  const appId = ownerForRegister(call, fields);
  const code = textOf(fields, 'code');
  if (code === '') throw new RestError('BOT_CODE_REQUIRED', 'Bot code is required');
  const properties = mapOf(fields, 'properties');
  if (properties === null || textOf(properties, 'name') === '') {
    throw new RestError('BOT_PROPERTIES_REQUIRED', 'Bot properties are required');
  }
  const eventMode = readEventMode(fields, 'fetch');
  const url = textOf(fields, 'webhookUrl');
  if (eventMode === 'webhook' && url === '') {
    throw new RestError('BOT_WEBHOOK_URL_REQUIRED', 'Webhook URL is required for webhook event mode');
  }
  const known = [...state.bots.values()].find((bot) => bot.code === code);
  if (known !== undefined && known.appId !== appId) {
    throw new RestError('BOT_CODE_ALREADY_TAKEN', 'Bot with this code already exists');
  }
  if (known !== undefined) return botAnswer(call, known);
  if (botsOfApp(state, appId).length >= state.options.v2BotLimit) {
    throw new RestError('BOT_LIMIT_EXCEEDED', 'Bot registration limit exceeded');
  }
  const type = botTypeOf(textOf(fields, 'type') || 'bot');
  if (type === null) throw new RestError('BOT_INVALID_TYPE', 'Invalid bot type');
  if (eventMode === 'webhook') checkedUrl(url);
  const bot = createBot(state, {
    code,
    type,
    openline: type === 'O' || flagOf(fields, 'isSupportOpenline') === true,
    appId,
    firstName: textOf(properties, 'name'),
    lastName: textOf(properties, 'lastName'),
    workPosition: textOf(properties, 'workPosition'),
    gender: textOf(properties, 'gender') === 'F' ? 'F' : 'M',
    color: textOf(properties, 'color') || 'azure',
    avatar: readAvatarV2(properties),
    eventMode,
    webhookUrl: url,
    isHidden: flagOf(fields, 'isHidden') ?? false,
    isReactionsEnabled: flagOf(fields, 'isReactionsEnabled') ?? true,
    backgroundId: backgroundOf(fields),
  });
  if (eventMode === 'webhook') bindWebhook(call, appId, url);
  return botAnswer(call, bot);
}

function update(call: CallContext): unknown {
  const bot = botV2(call);
  const fields = mapOf(call.params, 'fields') ?? {};
  const properties = mapOf(fields, 'properties');
  const user = call.state.users.get(bot.id);
  if (properties !== null && user !== undefined) {
    // A field that is left out becomes empty; an empty name is ignored, an empty description becomes the default one.
    user.firstName = textOf(properties, 'name') || user.firstName;
    user.lastName = textOf(properties, 'lastName');
    user.workPosition =
      textOf(properties, 'workPosition') || (call.state.options.language === 'ru' ? 'Чат-бот' : 'Chat bot');
    user.color = textOf(properties, 'color') || user.color;
    bot.avatar = readAvatarV2(properties) ?? bot.avatar;
  }
  bot.isHidden = flagOf(fields, 'isHidden') ?? bot.isHidden;
  bot.isReactionsEnabled = flagOf(fields, 'isReactionsEnabled') ?? bot.isReactionsEnabled;
  if (bot.type !== 'O') bot.openline = flagOf(fields, 'isSupportOpenline') ?? bot.openline;
  if (isSent(fields, 'backgroundId')) bot.backgroundId = backgroundOf(fields);
  changeEventMode(call, bot, fields);
  rotateToken(call, bot, fields);
  call.state.announce({ kind: 'bots' });
  return botAnswer(call, bot);
}

/**
 * A bot that is switched to webhooks loses the events kept for it. Since revision 35 the portal removes the old subscriptions when the URL
 * or the mode changes, but only if the app has no other bots; otherwise they stay until the app unbinds them.
 */
function changeEventMode(call: CallContext, bot: Bot, fields: Params): void {
  const { state } = call;
  const before = bot.eventMode ?? 'webhook';
  const mode = readEventMode(fields, before);
  const url = textOf(fields, 'webhookUrl');
  if (isSent(fields, 'eventMode')) {
    if (before === 'fetch' && mode === 'webhook') state.fetchEvents.delete(bot.id);
    bot.eventMode = mode;
  }
  const isOther = mode !== before || (url !== '' && url !== bot.webhookUrl);
  if (isOther && state.options.v2Revision >= 35 && botsOfApp(state, bot.appId).length === 1) {
    unbindV2(call, bot.appId);
  }
  if (mode !== 'webhook' || url === '') return;
  bindWebhook(call, bot.appId, checkedUrl(url));
  bot.webhookUrl = url;
}

function unbindV2(call: CallContext, appId: string): void {
  const { bindings } = call.state;
  for (const row of [...bindings.values()]) {
    if (row.appId === appId && V2_EVENTS.some((event) => event === row.event)) bindings.delete(row.id);
  }
}

/** Replaces the bot token: from then on only the new one gives access to the bot. */
function rotateToken(call: CallContext, bot: Bot, fields: Params): void {
  const token = textOf(fields, 'botToken').trim();
  if (token === '' || call.clientId !== null) return;
  checkToken(token);
  const appId = `custom${token}`;
  if (botsOfApp(call.state, appId).length > 0) {
    throw new RestError('BOT_TOKEN_ROTATION_FAILED', 'Bot token rotation failed');
  }
  for (const command of call.state.commands.values()) {
    if (command.botId === bot.id) call.state.commands.set(command.id, { ...command, appId });
  }
  for (const row of [...call.state.bindings.values()]) {
    if (row.appId !== bot.appId || !V2_EVENTS.some((event) => event === row.event)) continue;
    call.state.bindings.set(row.id, { ...row, appId, webhookClientId: token });
  }
  bot.appId = appId;
}

function get(call: CallContext): unknown {
  const owner = ownerV2(call);
  const id = intOf(call.params, 'botId');
  const code = textOf(call.params, 'code');
  if (id <= 0 && code === '') throw new RestError('PARAMS_REQUIRED', 'botId or code is required');
  const bot = id > 0 ? call.state.bots.get(id) : [...call.state.bots.values()].find((one) => one.code === code);
  if (bot === undefined) throw new RestError('BOT_NOT_FOUND', 'Bot not found');
  if (bot.appId === owner) return botAnswer(call, bot);
  const user = call.state.users.get(bot.id);
  return { bot: shortBot(call.state, bot), users: user === undefined ? [] : [userObject(user, false)] };
}

const DEFAULT_PAGE = 50;

function list(call: CallContext): unknown {
  const filter = mapOf(call.params, 'filter') ?? {};
  const limit = intOf(call.params, 'limit') || DEFAULT_PAGE;
  const offset = intOf(call.params, 'offset');
  const type = textOf(filter, 'type');
  const own = botsOfApp(call.state, ownerV2(call)).filter((bot) => type === '' || botTypeName(bot.type) === type);
  const page = own.slice(offset, offset + limit);
  return {
    bots: page.map((bot) => fullBot(call.state, bot)),
    users: page.flatMap((bot) => {
      const user = call.state.users.get(bot.id);
      return user === undefined ? [] : [userObject(user, false)];
    }),
    hasNextPage: own.length > offset + limit,
  };
}

function unregister(call: CallContext): unknown {
  deleteBot(call.state, botV2(call), causeOf(call));
  return { result: true };
}

function revisions({ state }: CallContext): unknown {
  return { rest: state.options.v2Revision, web: 130, mobile: 23, desktop: 6 };
}

const SCOPES = ['imbot'];

export const botsV2Methods: MethodTable = {
  'imbot.v2.Bot.register': { scopes: SCOPES, run: register },
  'imbot.v2.Bot.update': { scopes: SCOPES, run: update },
  'imbot.v2.Bot.get': { scopes: SCOPES, run: get },
  'imbot.v2.Bot.list': { scopes: SCOPES, run: list },
  'imbot.v2.Bot.unregister': { scopes: SCOPES, run: unregister },
  'imbot.v2.Revision.get': { scopes: SCOPES, run: revisions },
};

/** The bots of a portal. */

import { usualPictureName } from '../../bitrix24/install/bot-avatar.ts';
import { refusalIn } from '../../bitrix24/install/bot-refusals.ts';
import { type BotType, maxBotsPerPortal } from '../../core/bot.ts';
import { botTexts } from '../../core/bot-texts.ts';
import { titleIn } from '../../core/brain.ts';
import { badInput } from '../../core/errors.ts';
import { type Language, languages } from '../../core/language.ts';
import { setBotPicture } from '../../portals/bot-picture.ts';
import { addPortalBot, changePortalBot, removePortalBot } from '../../portals/bot-service.ts';
import { botRevision } from '../../portals/bot-settings.ts';
import { findPicture } from '../../store/tenants/bot-pictures.ts';
import { type BotRow, greetingOf, listBots } from '../../store/tenants/bots.ts';
import { type ConnectionRow, listConnections } from '../../store/tenants/connections.ts';
import { type Caller, endpoint } from '../endpoint.ts';
import {
  type BotAnswer,
  botChangeSchema,
  botListSchema,
  botParamsSchema,
  changedBotSchema,
  newBotSchema,
  pictureBodyBytes,
  pictureBodySchema,
  pictureSchema,
  removedBotSchema,
} from '../schemas/bots.ts';

const listAll = endpoint({
  method: 'GET',
  path: '/api/bots',
  summary: 'The bots of the portal',
  access: 'reader',
  answer: botListSchema,
  async handle(request) {
    const { db } = request.services;
    const { portal } = request.portal;
    const [bots, connections] = await Promise.all([listBots(db, portal), listConnections(db, portal)]);
    return { bots: bots.map((bot) => describeBot(request, bot, connections)), maxBots: maxBotsPerPortal };
  },
});

const change = endpoint({
  method: 'PATCH',
  path: '/api/bots/:code',
  summary: 'Changes a bot; the portal learns of it within seconds',
  access: 'admin',
  params: botParamsSchema,
  body: botChangeSchema,
  answer: changedBotSchema,
  async handle(request) {
    const { connectionId: connection, ...rest } = request.body;
    const { portal } = request.portal;
    const changed = await changePortalBot(botService(request), portal, request.params.code, { ...rest, connection });
    return await changedBot(request, changed);
  },
});

const add = endpoint({
  method: 'POST',
  path: '/api/bots',
  summary: 'Adds a bot; Bitrix24 allows an app five',
  access: 'admin',
  body: newBotSchema,
  answer: changedBotSchema,
  async handle(request) {
    const { connectionId: connection, ...wish } = request.body;
    return await changedBot(
      request,
      await addPortalBot(botService(request), request.portal.portal, { ...wish, connection }),
    );
  },
});

const remove = endpoint({
  method: 'DELETE',
  path: '/api/bots/:code',
  summary: 'Removes a bot here and in the portal',
  access: 'admin',
  params: botParamsSchema,
  answer: removedBotSchema,
  async handle(request) {
    return await removePortalBot(botService(request), request.portal.portal, request.params.code);
  },
});

const showPicture = endpoint({
  method: 'GET',
  path: '/api/bots/:code/picture',
  summary: 'The picture that an administrator gave a bot',
  access: 'reader',
  params: botParamsSchema,
  answer: pictureSchema,
  async handle({ services: { db }, portal: { portal }, params: { code } }) {
    const [bots, image] = await Promise.all([listBots(db, portal), findPicture(db, portal, code)]);
    if (!bots.some((bot) => bot.code === code)) throw badInput('bot.unknown', 'the portal has no such bot', 404);
    return { picture: image && `data:image/png;base64,${image.toString('base64')}` };
  },
});

const changePicture = endpoint({
  method: 'PUT',
  path: '/api/bots/:code/picture',
  summary: 'Gives a bot a picture, a square PNG; the portal shows it within seconds',
  access: 'admin',
  params: botParamsSchema,
  bodyBytes: pictureBodyBytes,
  body: pictureBodySchema,
  answer: changedBotSchema,
  async handle(request) {
    const image = Buffer.from(request.body.png, 'base64');
    return await changedBot(
      request,
      await setBotPicture(botService(request), request.portal.portal, request.params.code, image),
    );
  },
});

const removePicture = endpoint({
  method: 'DELETE',
  path: '/api/bots/:code/picture',
  summary: 'Gives a bot the usual picture of its type again',
  access: 'admin',
  params: botParamsSchema,
  answer: changedBotSchema,
  async handle(request) {
    return await changedBot(
      request,
      await setBotPicture(botService(request), request.portal.portal, request.params.code, null),
    );
  },
});

/** What `portals/bot-service.ts` works with. */
function botService({ services: { db, brains, wakeups }, note }: Caller) {
  return { db, brains, wakeups, note };
}

async function changedBot(caller: Caller, { bot, trace }: { readonly bot: BotRow; readonly trace: string }) {
  const connections = await listConnections(caller.services.db, caller.portal.portal);
  return { bot: describeBot(caller, bot, connections), trace };
}

function describeBot(
  { services: { brains }, language }: Caller,
  bot: BotRow,
  connections: readonly ConnectionRow[],
): BotAnswer {
  const connection = connections.find(({ id }) => id === bot.connection_id);
  const { texts, isOff, afterSeconds } = greetingOf(bot);
  return {
    code: bot.code,
    type: bot.type,
    name: bot.name,
    botId: bot.bot_id,
    state: bot.state,
    problem: refusalIn(bot.problem, language),
    brain: { name: bot.brain, title: titleIn(brains, bot.brain, language) },
    connection:
      connection === undefined
        ? null
        : { id: connection.id, title: connection.title, disabledReason: connection.disabled_reason },
    giveBackMinutes: bot.give_back_minutes,
    callPersonMinutes: bot.call_person_minutes,
    turnsPerMinute: bot.turns_per_minute,
    greeting: { isOff, texts, usual: usualGreetings(bot.type), afterSeconds },
    language: bot.language,
    burstMs: bot.burst_ms,
    color: bot.color,
    unanswered: bot.unanswered ?? {},
    picture: `/bots/${usualPictureName(bot.type, bot.picture_number)}.png`,
    pictureId: bot.picture_id,
    revision: botRevision(bot),
  };
}

/** Where a bot of this type meets most of its people. */
const chatKinds = { O: 'line', S: 'group', B: 'private', P: 'private' } as const;

function usualGreetings(type: BotType): Record<Language, string> {
  const kind = chatKinds[type];
  const texts = languages.map((language) => [language, botTexts(language).greeting[kind]('{name}')] as const);
  return Object.fromEntries(texts) as Record<Language, string>;
}

export const botEndpoints = [listAll, add, change, remove, showPicture, changePicture, removePicture];

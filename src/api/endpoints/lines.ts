/** The Open Channels of a portal. */
import { listLines, type OpenLine } from '../../bitrix24/line-settings.ts';
import { attachBot, detachBot } from '../../portals/line-service.ts';
import { type BotRow, listBots } from '../../store/tenants/bots.ts';
import { type Caller, endpoint } from '../endpoint.ts';
import {
  attachSchema,
  changedLineSchema,
  type LineAnswer,
  lineListSchema,
  lineParamsSchema,
} from '../schemas/lines.ts';

const listAll = endpoint({
  method: 'GET',
  path: '/api/lines',
  summary: 'The Open Channels, as the portal tells them now, and who meets their customers',
  access: 'reader',
  callsPerMinute: 30,
  answer: lineListSchema,
  async handle({ services: { db, client }, portal: { portal } }) {
    const [lines, bots] = await Promise.all([
      listLines(client, portal, AbortSignal.timeout(patienceMs)),
      listBots(db, portal),
    ]);
    return { lines: lines.map((line) => describeLine(line, bots)) };
  },
});

const attach = endpoint({
  method: 'PUT',
  path: '/api/lines/:id/bot',
  summary: 'Lets a bot meet the customers of a line from their next session on',
  access: 'admin',
  params: lineParamsSchema,
  body: attachSchema,
  answer: changedLineSchema,
  async handle(request) {
    const { operatorsAfterSeconds: seconds, afterwards, ...wish } = request.body;
    const line = await attachBot(lineService(request), request.portal.portal, {
      ...wish,
      lineId: request.params.id,
      seconds,
      afterwards: afterwards === 'stay' ? 'close' : 'queue',
    });
    return await changedLine(request, line);
  },
});

const detach = endpoint({
  method: 'DELETE',
  path: '/api/lines/:id/bot',
  summary: 'Lets the customers of a line reach its operators at once; only where a bot of ours meets them',
  access: 'admin',
  params: lineParamsSchema,
  answer: changedLineSchema,
  async handle(request) {
    return await changedLine(request, await detachBot(lineService(request), request.portal.portal, request.params.id));
  },
});

/** How long a page waits for the portal. */
const patienceMs = 25_000;

function lineService({ services: { db, client }, note }: Caller) {
  return { db, client, note, signal: AbortSignal.timeout(patienceMs) };
}

async function changedLine({ services, portal }: Caller, line: OpenLine) {
  return { line: describeLine(line, await listBots(services.db, portal.portal)) };
}

function describeLine({ id, name, isActive, welcomeBot, queue }: OpenLine, bots: readonly BotRow[]): LineAnswer {
  return {
    id,
    name,
    isActive,
    welcomeBot: welcomeBot && {
      botId: welcomeBot.botId,
      code: bots.find(({ bot_id: botId }) => botId === welcomeBot.botId)?.code ?? null,
      join: welcomeBot.join,
      operatorsAfterSeconds: welcomeBot.seconds,
      afterwards: welcomeBot.afterwards === 'close' ? 'stay' : 'leave',
    },
    operators: queue.length,
  };
}

export const lineEndpoints = [listAll, attach, detach];

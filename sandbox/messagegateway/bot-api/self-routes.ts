/** Bot API: the bots of the account, the bot's own record, its commands. */
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, ok } from '../api-gate.ts';
import { listPage } from '../lists.ts';
import type { BotRecord, CommandRecord } from '../records.ts';
import { tellBot } from '../talk/tell-bots.ts';
import { microOrNull, microTime, preciseNow, secondTime } from '../time-format.ts';
import { listQuery, queryFlag, queryId, readBodyAs, readQueryAs } from '../validate.ts';
import { ownBot } from './path-id.ts';

const ROLES = ['distributor', 'responsible', 'hidden'] as const;

const botsQuery = listQuery.extend({
  id: queryId.optional(),
  self: queryFlag.optional(),
  active: queryFlag.optional(),
  role: z.array(z.enum(ROLES)).optional(),
});

const infoBody = z.object({
  name: z.string().max(255).optional(),
  avatar_url: z.string().optional(),
  roles: z.array(z.enum(ROLES)).optional(),
});

const commandBody = z.object({ name: z.string().optional(), description: z.string().max(64).optional() });
const commandsQuery = listQuery.extend({ id: queryId.optional(), name: z.string().max(32).optional() });

function botView(bot: BotRecord, own: BotRecord): object {
  return {
    id: bot.id,
    name: bot.name,
    client_id: bot.clientId,
    avatar_url: bot.avatarUrl,
    roles: bot.roles,
    created_at: microTime(bot.createdAt),
    updated_at: microOrNull(bot.updatedAt),
    deactivated_at: microOrNull(bot.deactivatedAt),
    is_active: bot.isActive,
    is_self: bot.id === own.id,
    is_system: false,
  };
}

function bots(call: ApiCall): ApiAnswer {
  const query = readQueryAs(botsQuery, call.query, ['role']);
  const own = ownBot(call);
  const page = listPage(call.account.bots.values(), query, call.account.gateway.options, (bot) => {
    if (query.id !== undefined && bot.id !== query.id) return false;
    if (query.self !== undefined && (bot.id === own.id) !== query.self) return false;
    if (query.active !== undefined && bot.isActive !== query.active) return false;
    return query.role === undefined || query.role.some((role) => bot.roles.includes(role));
  });
  return ok(page.map((bot) => botView(bot, own)));
}

function changeInfo(call: ApiCall): ApiAnswer {
  const bot = ownBot(call);
  const body = readBodyAs(infoBody, call.json() ?? {}, call.account.gateway.options.escape);
  if (body.avatar_url !== undefined && body.avatar_url !== '' && !/^https?:\/\//.test(body.avatar_url)) {
    throw new ApiError(400, 'avatar_url must be a valid URL');
  }
  bot.name = body.name ?? bot.name;
  bot.avatarUrl = body.avatar_url ?? bot.avatarUrl;
  bot.roles = body.roles ?? bot.roles;
  bot.updatedAt = preciseNow();
  tellBot(call.account, bot.id);
  return ok({});
}

function commands(call: ApiCall): ApiAnswer {
  const query = readQueryAs(commandsQuery, call.query);
  const page = listPage(ownBot(call).commands.values(), query, call.account.gateway.options, (command) => {
    if (query.id !== undefined && command.id !== query.id) return false;
    return query.name === undefined || command.name === query.name;
  });
  return ok(
    page.map((command) => ({
      id: command.id,
      name: command.name,
      description: command.description,
      created_at: microTime(command.createdAt),
      updated_at: microOrNull(command.updatedAt),
    })),
  );
}

function commandName(call: ApiCall): string {
  const name = call.params['command_name'] ?? '';
  if (!/^[\w-]{1,32}$/.test(name)) throw new ApiError(400, 'incorrect command_name');
  return name;
}

function putCommand(call: ApiCall): ApiAnswer {
  const bot = ownBot(call);
  const name = commandName(call);
  const body = readBodyAs(commandBody, call.json() ?? {}, call.account.gateway.options.escape);
  const now = preciseNow();
  const known = bot.commands.get(name);
  if (known === undefined && body.description === undefined) {
    throw new ApiError(400, 'description is a required field');
  }
  const id = known?.id ?? call.account.gateway.nextId('command');
  const command: CommandRecord = known ?? { id, name, description: '', createdAt: now, updatedAt: now };
  command.description = body.description ?? command.description;
  command.updatedAt = now;
  bot.commands.set(name, command);
  return ok({
    id: command.id,
    name,
    description: command.description,
    created_at: secondTime(command.createdAt, 'Z'),
    updated_at: secondTime(now, 'Z'),
  });
}

function deleteCommand(call: ApiCall): ApiAnswer {
  const name = commandName(call);
  if (!ownBot(call).commands.delete(name)) throw new ApiError(404, `command ${name} not found`);
  return ok({});
}

/** Routes about bots themselves. */
export const selfRoutes: readonly ApiRoute[] = [
  { method: 'GET', path: '/bots', run: bots },
  { method: 'PATCH', path: '/my/info', run: changeInfo },
  { method: 'GET', path: '/my/commands', run: commands },
  { method: 'PUT', path: '/my/commands/:command_name', run: putCommand },
  { method: 'DELETE', path: '/my/commands/:command_name', run: deleteCommand },
];

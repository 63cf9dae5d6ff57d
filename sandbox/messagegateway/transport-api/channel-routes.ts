/** Transport API: the channels of a transport. */
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, ok } from '../api-gate.ts';
import { listPage } from '../lists.ts';
import type { ChannelRecord } from '../records.ts';
import { tellChannel } from '../talk/tell-bots.ts';
import { microOrNull, microTime, preciseNow, secondTime } from '../time-format.ts';
import { listQuery, queryFlag, queryId, readBodyAs, readQueryAs } from '../validate.ts';
import { CHANNEL_TYPES, settingsSchema } from './channel-settings.ts';
import { ownChannel } from './own-records.ts';

const activateBody = z.object({
  id: z.int().min(0).optional(),
  type: z.enum(CHANNEL_TYPES),
  name: z.string().max(100).optional(),
  external_id: z.string().max(64).optional(),
  avatar_url: z.string().max(255).optional(),
  settings: settingsSchema.optional(),
});

const updateBody = activateBody.omit({ id: true }).extend({ type: z.enum(CHANNEL_TYPES).optional() });

const channelsQuery = listQuery.extend({
  id: queryId.optional(),
  active: queryFlag.optional(),
  types: z.array(z.string()).optional(),
});

function view(channel: ChannelRecord): object {
  return {
    id: channel.id,
    external_id: channel.externalId,
    name: channel.name,
    type: channel.type,
    is_active: channel.isActive,
    settings: channel.settings,
    created_at: microTime(channel.createdAt),
    updated_at: microOrNull(channel.updatedAt),
    activated_at: microTime(channel.activatedAt),
    deactivated_at: microOrNull(channel.deactivatedAt),
  };
}

function list(call: ApiCall): object[] {
  const query = readQueryAs(channelsQuery, call.query, ['types']);
  return listPage(call.account.channels.values(), query, call.account.gateway.options, (channel) => {
    if (channel.moduleCode !== call.module.code) return false;
    if (query.id !== undefined && channel.id !== query.id) return false;
    if (query.active !== undefined && channel.isActive !== query.active) return false;
    return query.types === undefined || query.types.includes(channel.type);
  }).map(view);
}

function withExternalId(answer: Record<string, unknown>, channel: ChannelRecord): object {
  return channel.externalId === null ? answer : { ...answer, external_id: channel.externalId };
}

function create(call: ApiCall, type: string): ChannelRecord {
  const now = preciseNow();
  const channel: ChannelRecord = {
    id: call.account.gateway.nextId('channel'),
    moduleCode: call.module.code,
    transportId: call.module.transport?.id ?? 0,
    type,
    name: null,
    externalId: null,
    avatarUrl: '',
    settings: {},
    isActive: true,
    createdAt: now,
    updatedAt: null,
    activatedAt: now,
    deactivatedAt: null,
    templates: new Map(),
  };
  call.account.channels.set(channel.id, channel);
  return channel;
}

function fill(channel: ChannelRecord, body: z.infer<typeof updateBody>): void {
  channel.type = body.type ?? channel.type;
  channel.name = body.name ?? channel.name;
  channel.externalId = body.external_id ?? channel.externalId;
  channel.avatarUrl = body.avatar_url ?? channel.avatarUrl;
  channel.settings = body.settings ?? channel.settings;
}

function activate(call: ApiCall): ApiAnswer {
  const body = readBodyAs(activateBody, call.json() ?? {}, call.account.gateway.options.escape);
  const isNew = body.id === undefined || body.id === 0;
  const channel = isNew ? create(call, body.type) : ownChannel(call, body.id ?? 0);
  fill(channel, body);
  if (!isNew) {
    channel.isActive = true;
    channel.activatedAt = preciseNow();
    channel.updatedAt = channel.activatedAt;
    channel.deactivatedAt = null;
  }
  tellChannel(call.account, channel);
  const answer = withExternalId({ id: channel.id, activated_at: secondTime(channel.activatedAt, 'Z') }, channel);
  return { status: isNew ? 201 : 200, body: answer };
}

function channelInPath(call: ApiCall): ChannelRecord {
  const id = Number(call.params['channel_id']);
  if (!Number.isSafeInteger(id) || id < 1) throw new ApiError(400, 'incorrect channel_id');
  return ownChannel(call, id);
}

function update(call: ApiCall): ApiAnswer {
  const channel = channelInPath(call);
  fill(channel, readBodyAs(updateBody, call.json() ?? {}, call.account.gateway.options.escape));
  channel.updatedAt = preciseNow();
  tellChannel(call.account, channel);
  return ok(withExternalId({ id: channel.id, updated_at: secondTime(channel.updatedAt, 'Z') }, channel));
}

function deactivate(call: ApiCall): ApiAnswer {
  const channel = channelInPath(call);
  channel.isActive = false;
  channel.deactivatedAt = preciseNow();
  channel.updatedAt = channel.deactivatedAt;
  tellChannel(call.account, channel);
  return ok({ id: channel.id, deactivated_at: secondTime(channel.deactivatedAt, 'Z') });
}

/** Routes of channels. */
export const channelRoutes: readonly ApiRoute[] = [
  { method: 'GET', path: '/channels', run: (call) => ok(list(call)) },
  { method: 'POST', path: '/channels', run: activate },
  { method: 'PUT', path: '/channels/:channel_id', run: update },
  { method: 'DELETE', path: '/channels/:channel_id', run: deactivate },
];

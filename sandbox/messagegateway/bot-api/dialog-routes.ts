/** Bot API: list, open, assign, unassign, tag and close dialogs. */
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, ok } from '../api-gate.ts';
import { listPage } from '../lists.ts';
import type { DialogRecord } from '../records.ts';
import {
  addTags,
  assignDialog,
  closeDialog,
  dialogById,
  openDialog,
  openDialogOf,
  removeTags,
  unassignDialog,
} from '../talk/dialogs.ts';
import { microTime } from '../time-format.ts';
import { listQuery, queryFlag, queryId, readBodyAs, readQueryAs } from '../validate.ts';
import { dialogListItem, responsibleView } from '../views/chat-view.ts';
import { pathId } from './path-id.ts';

const COLORS = [
  'light-red',
  'light-blue',
  'light-green',
  'light-orange',
  'light-gray',
  'light-grayish-blue',
  'red',
  'blue',
  'green',
  'orange',
  'gray',
  'grayish-blue',
] as const;

const tagName = z.string().min(1).max(255);
const colored = z.object({ tags: z.array(z.object({ name: tagName, color_code: z.enum(COLORS).optional() })).min(1) });
const named = z.object({ tags: z.array(z.object({ name: tagName })).min(1) });

// Zero means absent: the old Go client sends both keys.
const responsibleBody = z.object({ user_id: z.int().min(0).optional(), bot_id: z.int().min(0).optional() });

const dialogsQuery = listQuery.extend({
  id: queryId.optional(),
  chat_id: queryId.optional(),
  user_id: queryId.optional(),
  bot_id: queryId.optional(),
  active: queryFlag.optional(),
  assign: queryFlag.optional(),
  include_mass_communication: queryFlag.optional(),
});

function responsibleOf(body: z.infer<typeof responsibleBody>): { type: 'user' | 'bot'; id: number } | null {
  const userId = body.user_id ?? 0;
  const botId = body.bot_id ?? 0;
  if (userId > 0 && botId > 0) throw new ApiError(400, 'only one of user_id and bot_id can be given');
  if (userId > 0) return { type: 'user', id: userId };
  return botId > 0 ? { type: 'bot', id: botId } : null;
}

function list(call: ApiCall): ApiAnswer {
  const { account } = call;
  const query = readQueryAs(dialogsQuery, call.query);
  const isWith = (dialog: DialogRecord, type: 'user' | 'bot', id: number | undefined): boolean =>
    id === undefined || (dialog.responsible?.type === type && dialog.responsible.id === id);
  const page = listPage(account.dialogs.values(), query, account.gateway.options, (dialog) => {
    if (query.id !== undefined && dialog.id !== query.id) return false;
    if (query.chat_id !== undefined && dialog.chatId !== query.chat_id) return false;
    if (query.active !== undefined && (dialog.closedAt === null) !== query.active) return false;
    if (query.assign !== undefined && (dialog.responsible !== null) !== query.assign) return false;
    return isWith(dialog, 'user', query.user_id) && isWith(dialog, 'bot', query.bot_id);
  });
  return ok(page.map((dialog) => dialogListItem(account, dialog)));
}

function open(call: ApiCall): ApiAnswer {
  const { account } = call;
  const chatId = pathId(call, 'chat_id');
  const chat = account.chats.get(chatId);
  if (chat === undefined) throw new ApiError(404, `chat #${chatId} not found`);
  if (openDialogOf(account, chat) !== null) throw new ApiError(400, 'chat already has an active dialog');
  const to = responsibleOf(readBodyAs(responsibleBody, call.json() ?? {}));
  const dialog = openDialog(account, chat);
  if (to !== null) assignDialog(account, dialog, to);
  return { status: 201, body: { id: dialog.id, created_at: microTime(dialog.createdAt) } };
}

function dialogInPath(call: ApiCall): DialogRecord {
  return dialogById(call.account, pathId(call, 'dialog_id'));
}

function assign(call: ApiCall): ApiAnswer {
  const { account } = call;
  const dialog = dialogInPath(call);
  const to = responsibleOf(readBodyAs(responsibleBody, call.json() ?? {}));
  if (to === null) throw new ApiError(400, 'user_id or bot_id is a required field');
  const { responsible, previous, leftUserId } = assignDialog(account, dialog, to);
  const answer = {
    responsible: responsibleView(account, responsible),
    is_reassign: previous !== null,
    previous_responsible: responsibleView(account, previous),
    left_user_id: leftUserId,
  };
  return ok(answer);
}

function unassign(call: ApiCall): ApiAnswer {
  const previous = unassignDialog(call.account, dialogInPath(call));
  return ok({ previous_responsible: responsibleView(call.account, previous) });
}

function tag(call: ApiCall): ApiAnswer {
  const dialog = dialogInPath(call);
  const { tags } = readBodyAs(colored, call.json() ?? {}, call.account.gateway.options.escape);
  const colour = (color: string | undefined): string => color ?? 'light-blue';
  addTags(
    call.account,
    dialog,
    tags.map(({ name, color_code: color }) => ({ name, color_code: colour(color) })),
  );
  return ok({});
}

function untag(call: ApiCall): ApiAnswer {
  const dialog = dialogInPath(call);
  const { tags } = readBodyAs(named, call.json() ?? {}, call.account.gateway.options.escape);
  removeTags(
    call.account,
    dialog,
    tags.map(({ name }) => name),
  );
  return ok({});
}

/** Routes of dialogs. */
export const dialogRoutes: readonly ApiRoute[] = [
  { method: 'GET', path: '/dialogs', run: list },
  { method: 'POST', path: '/chats/:chat_id/dialogs', run: open },
  { method: 'PATCH', path: '/dialogs/:dialog_id/assign', run: assign },
  { method: 'PATCH', path: '/dialogs/:dialog_id/unassign', run: unassign },
  { method: 'PATCH', path: '/dialogs/:dialog_id/tags/add', run: tag },
  { method: 'PATCH', path: '/dialogs/:dialog_id/tags/delete', run: untag },
  {
    method: 'DELETE',
    path: '/dialogs/:dialog_id/close',
    run: (call) => {
      closeDialog(call.account, dialogInPath(call));
      return ok({});
    },
  },
];

/** Accounts of brains: list, connect, change, remove. */
import { removeAccount } from '../../connections/change-connection.ts';
import { connectTyped } from '../../connections/connect-typed.ts';
import { describeForms, needConnection } from '../../connections/described-connection.ts';
import { changeTyped } from '../../connections/typed-settings.ts';
import type { Brain } from '../../core/brain.ts';
import { badInput } from '../../core/errors.ts';
import type { FieldProblem } from '../../core/form-values.ts';
import { listBots } from '../../store/tenants/bots.ts';
import { listConnections } from '../../store/tenants/connections.ts';
import { connectionAnswer, freshConnection } from '../describe-connection.ts';
import { endpoint, InvalidRequest } from '../endpoint.ts';
import {
  changedConnectionSchema,
  connectionChangeSchema,
  connectionListSchema,
  connectionParamsSchema,
  connectSchema,
  formListSchema,
  oneConnectionSchema,
  removedConnectionSchema,
} from '../schemas/connections.ts';

/** Each attempt may call a service that the administrator names. */
const failuresPerMinute = 20;

const listAll = endpoint({
  method: 'GET',
  path: '/api/connections',
  summary: 'The accounts of brains; for readers without their settings',
  access: 'reader',
  answer: connectionListSchema,
  async handle(request) {
    const { db } = request.services;
    const { portal } = request.portal;
    const [rows, bots] = await Promise.all([listConnections(db, portal), listBots(db, portal)]);
    return { connections: rows.map((row) => connectionAnswer(request, row, bots)) };
  },
});

const listForms = endpoint({
  method: 'GET',
  path: '/api/connections/forms',
  summary: 'The forms of the brains: what an account of each has to be told, and what can be set',
  access: 'admin',
  answer: formListSchema,
  handle({ services: { brains, connectionService }, language }) {
    const forms = describeForms(brains, (brain) => connectionService.beginning(brain, language));
    return Promise.resolve({ forms: [...forms] });
  },
});

const connect = endpoint({
  method: 'POST',
  path: '/api/connections',
  summary:
    'Connects an account by the form of its brain, and lets a bot answer with it; one that the bot has already is connected again',
  access: 'admin',
  failuresPerMinute,
  body: connectSchema,
  answer: oneConnectionSchema,
  async handle(request) {
    const { body, language, services, note } = request;
    const { portal } = request.portal;
    const brain = needFormBrain(services.brains, body.brain);
    const typed = { ...body, portal, language };
    const { id, problems } = await connectTyped(services.connectionService, brain, typed, note);
    if (id === null) throw fieldProblems(problems);
    return await freshConnection(request, id);
  },
});

const change = endpoint({
  method: 'PATCH',
  path: '/api/connections/:id',
  summary: 'Changes settings or the title of a connection; its bots and conversations stay',
  access: 'admin',
  failuresPerMinute,
  params: connectionParamsSchema,
  body: connectionChangeSchema,
  answer: changedConnectionSchema,
  async handle(request) {
    const { services, language, body, note } = request;
    const { portal } = request.portal;
    const account = await needConnection(services.db, services.brains, portal, request.params.id);
    const typed = { values: body.values ?? {}, title: body.title, language };
    const { problems, changed } = await changeTyped(services.connectionService.work, account, typed, note);
    if (problems.length > 0) throw fieldProblems(problems);
    return { ...(await freshConnection(request, account.row.id)), changed: [...changed] };
  },
});

const remove = endpoint({
  method: 'DELETE',
  path: '/api/connections/:id',
  summary: 'Leaves an account that no bot answers with, and removes its connection',
  access: 'admin',
  params: connectionParamsSchema,
  answer: removedConnectionSchema,
  async handle({ services, portal: { portal }, params, note }) {
    const { row } = await needConnection(services.db, services.brains, portal, params.id);
    const { left } = await removeAccount(services.connectionService.work, row, note);
    return { isLeft: left.isLeft };
  },
});

/** Throws BadInput `page.unknown_brain`. */
function needFormBrain(brains: readonly Brain[], name: string): Brain {
  const brain = brains.find((one) => one.name === name);
  if (brain !== undefined && brain.configSchema !== null) return brain;
  throw badInput('page.unknown_brain', 'accounts of this brain cannot be connected by a form', 404);
}

function fieldProblems(problems: readonly FieldProblem[]): InvalidRequest {
  return new InvalidRequest(problems.map(({ key, message }) => ({ path: `values.${key}`, message })));
}

export const connectionEndpoints = [listAll, listForms, connect, change, remove];

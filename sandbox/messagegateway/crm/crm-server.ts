/** The CRM's API as far as a chat module needs it: versions, key check, modules, scopes, notifications. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { answerHtml, answerJson, readBody } from '../../kit/http.ts';
import { ApiError } from '../api-error.ts';
import { shownValue } from '../call-log.ts';
import { breaksBefore, hits } from '../faults.ts';
import type { AccountState } from '../state.ts';
import { editModule, moduleView } from './module-registry.ts';

const API_METHODS = ['/api/integration-modules/{code}', '/api/integration-modules/{code}/edit'];
const scopesSchema = z.object({ scopes: z.array(z.string()) });
const notificationSchema = z.object({
  type: z.enum(['api.error', 'api.info']),
  message: z.string().min(1),
  userGroups: z.array(z.string()).optional(),
  userIds: z.array(z.int()).optional(),
});

interface CrmRequest {
  readonly account: AccountState;
  readonly method: string;
  readonly path: string;
  readonly form: URLSearchParams;
}

interface CrmAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

function demandScope(account: AccountState, scope: string): void {
  if (!account.scopes.includes(scope)) throw new ApiError(403, 'Access denied.');
}

function formJson(form: URLSearchParams, name: string): unknown {
  const text = form.get(name);
  if (text === null || text === '') throw new ApiError(400, `Parameter '${name}' is missing`);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ApiError(400, 'Errors in the input parameters');
    throw cause;
  }
}

function edit({ account, form }: CrmRequest, code: string): CrmAnswer {
  demandScope(account, 'integration_write');
  const json = form.get('integrationModule');
  if (json === null || json === '') throw new ApiError(400, "Parameter 'integrationModule' is missing");
  const { isNew, info } = editModule(account, code, json);
  return { status: isNew ? 201 : 200, body: { success: true, info } };
}

function show({ account }: CrmRequest, code: string): CrmAnswer {
  demandScope(account, 'integration_read');
  const module = account.modules.get(code);
  if (module === undefined) throw new ApiError(404, 'Not found');
  return { status: 200, body: { success: true, integrationModule: moduleView(account, module) } };
}

function updateScopes({ account, form }: CrmRequest, code: string): CrmAnswer {
  if (!account.modules.has(code)) throw new ApiError(404, 'Not found');
  const parsed = scopesSchema.safeParse(formJson(form, 'requires'));
  if (!parsed.success) throw new ApiError(400, 'Errors in the entity format', { requires: 'This value is not valid.' });
  account.scopes = [...new Set([...account.scopes, ...parsed.data.scopes])];
  return { status: 200, body: { success: true, apiKey: account.apiKey } };
}

function notify({ account, form }: CrmRequest): CrmAnswer {
  const parsed = notificationSchema.safeParse(formJson(form, 'notification'));
  if (!parsed.success) {
    throw new ApiError(400, 'Errors in the entity format', { notification: 'This value is not valid.' });
  }
  account.notifications.push(parsed.data);
  return { status: 200, body: { success: true } };
}

function route(request: CrmRequest): CrmAnswer {
  const { account, method, path } = request;
  const key = `${method} ${path}`;
  if (key === 'GET /api/api-versions') return { status: 200, body: { success: true, versions: ['3.0', '4.0', '5.0'] } };
  if (key === 'GET /api/credentials') {
    const { scopes } = account;
    const body = { success: true, credentials: API_METHODS, scopes, siteAccess: 'access_full', sitesAvailable: [] };
    return { status: 200, body };
  }
  if (key === 'GET /api/system-info') {
    const urls = { publicUrl: account.crm.origin, technicalUrl: account.crm.origin };
    return { status: 200, body: { success: true, systemVersion: '8.14.3', ...urls } };
  }
  if (key === 'POST /api/v5/notifications/send') return notify(request);
  const module = /^\/api\/v5\/integration-modules\/([^/]+)(?:\/(edit|update-scopes))?$/.exec(path);
  const code = module?.[1];
  if (code !== undefined && method === 'POST' && module?.[2] === 'edit') return edit(request, decodeURIComponent(code));
  if (code !== undefined && method === 'POST' && module?.[2] === 'update-scopes') {
    return updateScopes(request, decodeURIComponent(code));
  }
  if (code !== undefined && method === 'GET' && module?.[2] === undefined)
    return show(request, decodeURIComponent(code));
  throw new ApiError(404, 'API method not found');
}

function demandKey(account: AccountState, shown: string | null): void {
  if (shown === null || shown === '') throw new ApiError(403, '"apiKey" is missing.');
  if (shown !== account.apiKey) throw new ApiError(403, 'Wrong "apiKey" value.');
  if (!account.gateway.crmRate.admits(shown)) throw new ApiError(503, 'API limit exceeded');
}

function result(request: CrmRequest, key: string | null): CrmAnswer {
  try {
    if (request.account.isGone) throw new ApiError(400, 'Account does not exist.');
    demandKey(request.account, key);
    return route(request);
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    const body: Record<string, unknown> = { success: false, errorMsg: thrown.message };
    if (thrown.fields !== null) body['errors'] = thrown.fields;
    return { status: thrown.status, body };
  }
}

function shownForm(form: URLSearchParams): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of form) {
    try {
      shown[name] = JSON.parse(value);
    } catch {
      // Values that are not JSON are shown as they came.
      shown[name] = value;
    }
  }
  return shownValue(shown) as Record<string, unknown>;
}

/** Answers one request at a CRM address. */
export async function handleCrm(
  account: AccountState,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const url = new URL(incoming.url ?? '/', 'http://crm');
  const method = incoming.method ?? 'GET';
  const text = (await readBody(incoming)).toString('utf8');
  // Only the form encoding is understood, as documented; a JSON body is simply a form without the field.
  const isForm = (incoming.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? text : '');
  if (!url.pathname.startsWith('/api/')) return answerHtml(answer, 200, crmPage(account));
  const fault = account.gateway.faults.take((one) => hits(one, 'crm', method, url.pathname));
  if (await breaksBefore(fault, answer)) return;
  const header = incoming.headers['x-api-key'];
  const key = typeof header === 'string' ? header : (url.searchParams.get('apiKey') ?? form.get('apiKey'));
  const request: CrmRequest = { account, method, path: url.pathname.replace(/\/$/, ''), form };
  const { status, body } = result(request, key);
  account.gateway.calls.record({
    api: 'crm',
    account: account.code,
    moduleCode: /integration-modules\/([^/]+)/.exec(url.pathname)?.[1] ?? '',
    method,
    path: url.pathname,
    body: isForm ? shownForm(form) : null,
    status,
    answer: shownValue(body),
    ms: Math.round(performance.now() - started),
    at: Date.now(),
  });
  if (fault?.kind === 'reset-after') answer.destroy();
  else answerJson(answer, status, body);
}

function crmPage(account: AccountState): string {
  return `<!doctype html><meta charset="utf-8"><title>Sandbox CRM</title><h1>Sandbox CRM</h1><p><a href="${account.gateway.address.mgOrigin}/">MessageGateway</a></p>`;
}

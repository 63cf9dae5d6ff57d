/** The portal's web address: REST, the browser side of OAuth, the BX24 script, file links, and the chat page. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { actOut } from '../kit/faults.ts';
import { sendFile, sendSpoilt, spoiltPace } from '../kit/files.ts';
import { answerHtml } from '../kit/http.ts';
import { type PageServer, sendAsset } from '../kit/page-server.ts';
import { REST_FAULT_ANSWERS } from './faults.ts';
import { answerRest } from './rest-answer.ts';
import type { RestGateway } from './rest-gateway.ts';
import type { PortalState } from './state.ts';

export interface PortalParts {
  readonly state: PortalState;
  readonly gateway: RestGateway;
  readonly page: PageServer;
}

/** One-time links made by imbot.v2.File.download. */
async function download(state: PortalState, answer: ServerResponse, url: URL): Promise<void> {
  const link = url.searchParams.get('token') ?? '';
  const file = state.files.get(state.fileLinks.get(link) ?? 0);
  state.fileLinks.delete(link);
  if (file === undefined) {
    answerRest(answer, 403, { error: 'INVALID_CREDENTIALS', error_description: 'Link check failed' });
    return;
  }
  const fault = state.faults.takeDownload();
  if (await actOut(fault, answer, REST_FAULT_ANSWERS)) return;
  const spoiling = spoiltPace(fault);
  if (spoiling === null) sendFile(answer, file, 'attachment');
  else await sendSpoilt(answer, file.content, spoiling);
}

/** Sends the browser back to the app with a code, as an administrator who is logged in would be. */
function authorize(state: PortalState, answer: ServerResponse, url: URL): void {
  const isOurs = url.searchParams.get('client_id') === state.options.clientId;
  const admin = [...state.users.values()].find((user) => user.admin && user.active);
  if (!isOurs || state.app === null || admin === undefined || state.options.redirectUri === '') {
    answerHtml(answer, 404, '<h1>Application not found</h1>');
    return;
  }
  const back = new URL(state.options.redirectUri);
  const fields = {
    code: state.tokens.issueCode(admin.id, state.options.clientId),
    state: url.searchParams.get('state') ?? '',
    domain: state.address.domain,
    member_id: state.options.memberId,
    scope: state.options.scope.join(','),
    server_domain: new URL(state.address.oauthOrigin).host,
  };
  for (const [key, value] of Object.entries(fields)) back.searchParams.set(key, value);
  answer.writeHead(302, { location: back.href });
  answer.end();
}

/** Merges slashes as nginx does with merge_slashes: the official JavaScript SDK asks for `/rest//method`. */
function singleSlashes(target: string): string {
  const cut = target.indexOf('?');
  const path = cut < 0 ? target : target.slice(0, cut);
  return path.replaceAll(/\/{2,}/g, '/') + (cut < 0 ? '' : target.slice(cut));
}

/** Answers one request at the portal's address. */
export async function handlePortal(
  parts: PortalParts,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const { state } = parts;
  const url = new URL(`${state.address.origin}${singleSlashes(incoming.url ?? '/')}`);
  const path = url.pathname;
  if (incoming.method === 'OPTIONS') {
    answer.writeHead(204, { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' });
    answer.end();
  } else if (path === '/rest/download.json' || path === '/rest/download') {
    await download(state, answer, url);
  } else if (path.startsWith('/rest/')) {
    await parts.gateway.handle(incoming, answer, url);
  } else if (path === '/oauth/authorize/' || path === '/oauth/authorize') {
    authorize(state, answer, url);
  } else if (path === '/api/v1/' || path === '/api/v1') {
    await sendAsset(answer, new URL('page/bx24.js', import.meta.url));
  } else if (path.startsWith('/bitrix/')) {
    // These addresses require a browser session, which REST clients do not have.
    answerRest(answer, 401, {
      status: 'error',
      errors: [{ code: 'invalid_authentication', message: 'Please log in' }],
    });
  } else {
    await parts.page.handle(incoming, answer, url);
  }
}

/** The old address after a domain change: always a redirect to the same path at the new one. */
export async function redirectToNewAddress(
  state: PortalState,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  answer.writeHead(302, { location: `${state.address.origin}${incoming.url ?? '/'}` });
  answer.end();
}

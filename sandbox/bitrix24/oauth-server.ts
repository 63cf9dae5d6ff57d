/** The OAuth host: token exchange and refresh, and app.info, by which an app verifies that a token is genuine. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { actOut, type FaultAnswer, type FaultAnswers } from '../kit/faults.ts';
import { answerHtml, readBody } from '../kit/http.ts';
import type { OAuthFault } from './faults.ts';
import { textOf } from './param-reader.ts';
import { answerRest } from './rest-answer.ts';
import type { PortalState } from './state.ts';
import type { Token } from './tokens.ts';
import { type Params, parseForm } from './wire-format.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ERRORS = {
  invalid_request: [400, 'Malformed authorization request'],
  invalid_client: [401, 'Bad client data, or the app is not installed on the portal'],
  invalid_grant: [400, 'Bad or expired code/refresh_token'],
  PAYMENT_REQUIRED: [402, 'The trial or paid period is over'],
  NO_AUTH_FOUND: [401, 'Wrong authorization data'],
  invalid_token: [401, 'Unable to get application by token'],
  expired_token: [401, 'The access token provided has expired'],
} as const satisfies Record<string, readonly [number, string]>;

function refusal(error: keyof typeof ERRORS): Answer {
  const [status, description] = ERRORS[error];
  return { status, body: { error, error_description: description } };
}

function tokenAnswer(state: PortalState, token: Token, isRefresh: boolean): Answer {
  return {
    status: 200,
    body: {
      access_token: token.access,
      client_endpoint: `${state.address.origin}/rest/`,
      // The host of the authorization server, not of the portal, as documented.
      domain: new URL(state.address.oauthOrigin).host,
      ...(isRefresh ? { expires: token.expires } : {}),
      expires_in: state.options.accessTokenSeconds,
      member_id: state.options.memberId,
      refresh_token: token.refresh,
      scope: state.options.scope.join(','),
      server_endpoint: `${state.address.oauthOrigin}/rest/`,
      status: state.app?.status ?? 'F',
      ...(isRefresh ? { user_id: token.userId } : {}),
    },
  };
}

function grant(state: PortalState, params: Params): Answer {
  const kind = textOf(params, 'grant_type');
  const secretField = kind === 'refresh_token' ? 'refresh_token' : 'code';
  if (kind !== 'authorization_code' && kind !== 'refresh_token') return refusal('invalid_request');
  if (['client_id', 'client_secret', secretField].some((key) => textOf(params, key) === '')) {
    return refusal('invalid_request');
  }
  const { clientId, clientSecret } = state.options;
  const isOurs = textOf(params, 'client_id') === clientId && textOf(params, 'client_secret') === clientSecret;
  if (!isOurs || state.app === null) return refusal('invalid_client');
  if (state.app.paymentExpired) return refusal('PAYMENT_REQUIRED');
  if (kind === 'authorization_code') {
    const token = state.tokens.redeemCode(textOf(params, 'code'), clientId);
    return token === null ? refusal('invalid_grant') : tokenAnswer(state, token, false);
  }
  const owner = state.tokens.ownerOfRefresh(textOf(params, 'refresh_token'));
  // A refresh token works only with the secret of its own app.
  if (owner !== undefined && owner.clientId !== clientId) return refusal('invalid_grant');
  if (owner !== undefined && state.users.get(owner.userId)?.active !== true) return refusal('invalid_grant');
  const token = state.tokens.rotate(textOf(params, 'refresh_token'));
  return token === null ? refusal('invalid_grant') : tokenAnswer(state, token, true);
}

function appInfo(state: PortalState, params: Params): Answer {
  const access = textOf(params, 'auth') || textOf(params, 'access_token');
  if (access === '') return refusal('NO_AUTH_FOUND');
  const token = state.tokens.findAccess(access);
  if (token === undefined || token.revoked) return refusal('invalid_token');
  if (state.tokens.isExpired(token)) return refusal('expired_token');
  const extras = {
    none: {},
    member_id: { member_id: state.options.memberId },
    full: { member_id: state.options.memberId, client_id: token.clientId, user_id: token.userId },
  }[state.options.appInfoExtras];
  return {
    status: 200,
    body: {
      result: {
        install: {
          uri: state.address.origin,
          version: state.app?.version ?? 1,
          status: state.app?.status ?? 'F',
          scope: state.options.scope.join(','),
          ...extras,
        },
      },
    },
  };
}

function refusing(error: keyof typeof ERRORS): FaultAnswer<OAuthFault> {
  const { status, body } = refusal(error);
  return (answer) => answerRest(answer, status, body);
}

const FAULT_ANSWERS: FaultAnswers<OAuthFault> = {
  down: (answer) => answerHtml(answer, 502, '<html><body><h1>502 Bad Gateway</h1></body></html>'),
  invalid_grant: refusing('invalid_grant'),
  invalid_client: refusing('invalid_client'),
  payment: refusing('PAYMENT_REQUIRED'),
};

/** Answers one request at the OAuth host. */
export async function handleOAuth(
  state: PortalState,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', state.address.oauthOrigin);
  const body = incoming.method === 'POST' ? parseForm((await readBody(incoming)).toString('utf8')) : {};
  const params = { ...parseForm(url.search.slice(1)), ...body };
  const path = url.pathname.replace(/\/$/, '');
  const isKnown = path === '/oauth/token' || path === '/rest/app.info' || path === '/rest/app.info.json';
  if (!isKnown) {
    answerRest(answer, 404, { error: 'ERROR_METHOD_NOT_FOUND', error_description: 'Method not found!' });
    return;
  }
  const fault = state.faults.takeOAuth();
  if (await actOut(fault, answer, FAULT_ANSWERS)) return;
  const result = path === '/oauth/token' ? grant(state, params) : appInfo(state, params);
  if (fault?.kind === 'reset-after') incoming.socket.destroy();
  else answerRest(answer, result.status, result.body);
}

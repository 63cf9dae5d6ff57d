/** The OAuth host of a fleet: knows the portals' tokens, exchanges refresh tokens, and hangs when told to. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FleetPortal } from './fleet-portal.ts';

export interface FleetOAuth {
  origin: string;
  /** If true, requests are never answered. */
  isHanging: boolean;
  /** Number of requests, answered or not. */
  requests: number;
  handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void>;
}

interface Options {
  readonly portals: readonly FleetPortal[];
  readonly clientId: string;
  readonly clientSecret: string;
  /** The address it reports for a portal; the correct one when absent. */
  readonly endpointOf?: (portal: FleetPortal) => string;
}

export function createFleetOAuth(options: Options): FleetOAuth {
  const oauth: FleetOAuth = {
    origin: '',
    isHanging: false,
    requests: 0,
    async handle(incoming, answer) {
      oauth.requests += 1;
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
      } catch {
        // The caller aborted the request.
        return;
      }
      if (oauth.isHanging) return;
      const url = new URL(incoming.url ?? '/', 'http://oauth');
      const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
      const [status, body] = url.pathname.startsWith('/oauth/token')
        ? grant(options, form, oauth.origin)
        : appInfo(options, url.searchParams.get('auth') ?? form.get('auth') ?? '');
      answer.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
    },
  };
  return oauth;
}

type Answer = readonly [status: number, body: unknown];

function grant(options: Options, form: URLSearchParams, origin: string): Answer {
  if (form.get('client_id') !== options.clientId || form.get('client_secret') !== options.clientSecret) {
    return [401, { error: 'invalid_client' }];
  }
  const portal = options.portals.find(({ refreshToken }) => refreshToken === form.get('refresh_token'));
  if (portal === undefined) return [400, { error: 'invalid_grant' }];
  portal.accessToken = randomBytes(22).toString('hex');
  portal.refreshToken = randomBytes(20).toString('hex');
  if (portal.failureMode === 'expired') portal.failureMode = 'well';
  const expires = 3600;
  return [
    200,
    {
      access_token: portal.accessToken,
      client_endpoint: options.endpointOf?.(portal) ?? `http://${portal.domain}/rest/`,
      domain: new URL(origin).host,
      expires: Math.round(Date.now() / 1000) + expires,
      expires_in: expires,
      member_id: portal.memberId,
      refresh_token: portal.refreshToken,
      scope: 'imbot,imopenlines',
      server_endpoint: `${origin}/rest/`,
      status: 'F',
      user_id: 1,
    },
  ];
}

function appInfo(options: Options, access: string): Answer {
  const portal = options.portals.find(({ accessToken }) => accessToken === access);
  if (portal === undefined) return [401, { error: 'invalid_token' }];
  const { clientId } = options;
  const install = { uri: `http://${portal.domain}`, version: 1, status: 'F', scope: 'imbot,imopenlines' };
  return [200, { result: { install: { ...install, member_id: portal.memberId, client_id: clientId } } }];
}

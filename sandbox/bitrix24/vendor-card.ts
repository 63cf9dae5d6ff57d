/** What else Bitrix24 does with the addresses of the vendor card: the HEAD check of the cabinet and the settings form of REST-only apps. */
import { placeApp } from './app-life.ts';
import type { PortalState } from './state.ts';
import { buildQuery, type WireMap } from './wire-format.ts';

export interface CardCheck {
  readonly name: string;
  readonly url: string;
  readonly status: number;
  /** The cabinet accepts 200, 301 and 302. */
  readonly accepted: boolean;
}

/** HEAD on every address of the card, as the cabinet does when they are saved. */
export async function checkCard(state: PortalState): Promise<CardCheck[]> {
  const { installUrl, appUrl, eventUrl, settingsUrl } = state.options;
  const named = Object.entries({ installUrl, appUrl, eventUrl, settingsUrl }).filter(([, url]) => url !== '');
  return await Promise.all(
    named.map(async ([name, url]) => {
      const { status } = await fetch(url, { method: 'HEAD', redirect: 'manual' });
      return { name, url, status, accepted: [200, 301, 302].includes(status) };
    }),
  );
}

export type SettingsEvent = 'OnAppSettingsInstall' | 'OnAppSettingsDisplay' | 'OnAppSettingsChange';

export interface SettingsRequest {
  readonly url: string;
  readonly userId: number;
  /** Absent when the form is saved. */
  readonly event?: SettingsEvent;
  readonly data?: Readonly<Record<string, string>>;
}

export interface SettingsAnswer {
  readonly status: number;
  readonly body: string;
}

function auth(state: PortalState, userId: number): WireMap {
  const app = placeApp(state, true);
  const { options, address } = state;
  const token = state.tokens.issue({ userId, clientId: app.clientId });
  return {
    access_token: token.access,
    expires: token.expires,
    expires_in: options.accessTokenSeconds,
    scope: options.scope.join(','),
    domain: address.domain,
    server_endpoint: `${address.oauthOrigin}/rest/`,
    status: app.status,
    client_endpoint: `${address.origin}/rest/`,
    member_id: options.memberId,
    refresh_token: token.refresh,
    user_id: userId,
    client_id: app.clientId,
    application_token: app.applicationToken,
  };
}

/** Requests the form (with an event) or saves it (without). */
export async function postSettings(state: PortalState, request: SettingsRequest): Promise<SettingsAnswer> {
  const isSave = request.event === undefined;
  const body = buildQuery({
    event: request.event,
    data: request.data,
    auth: auth(state, request.userId),
    saveform: isSave ? 'Y' : null,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(request.url, { method: 'POST', headers, body, redirect: 'manual' });
  return { status: answer.status, body: await answer.text() };
}

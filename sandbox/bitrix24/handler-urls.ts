/** Event bindings of the portal: the check of handler URLs, and the different rules by which v1 and v2 store them. */
import type { Binding, PortalState } from './state.ts';

/** What is wrong with a handler URL, in the portal's words, or null. Only the scheme and a dot in the host are checked. */
export function handlerUrlFault(url: string): string | null {
  if (!URL.canParse(url)) return 'Wrong handler URL';
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return 'Unsupported handler protocol';
  return parsed.hostname.includes('.') ? null : 'Wrong handler URL';
}

/** The URL that an incoming-webhook bot is called at: with its CLIENT_ID in the query. */
export function withClientId(url: string, clientId: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}CLIENT_ID=${encodeURIComponent(clientId)}`;
}

export interface Wanted {
  readonly appId: string;
  readonly event: string;
  readonly handler: string;
  readonly userId: number;
  readonly webhookClientId: string | null;
}

function insert(state: PortalState, wanted: Wanted): Binding {
  const binding: Binding = { id: state.nextId('binding'), ...wanted };
  state.bindings.set(binding.id, binding);
  return binding;
}

/** v1 bots: one row per (app, event). A new URL replaces the old for all bots of the app, under a new row id. */
export function replaceBinding(state: PortalState, wanted: Wanted): void {
  for (const row of [...state.bindings.values()]) {
    if (row.appId === wanted.appId && row.event === wanted.event) state.bindings.delete(row.id);
  }
  insert(state, wanted);
}

/** v2 bots and event.bind: the URL is part of the key, so an old URL stays bound beside a new one. Returns false if the binding existed. */
export function addBinding(state: PortalState, wanted: Wanted): boolean {
  const same = [...state.bindings.values()].some(
    (row) => row.appId === wanted.appId && row.event === wanted.event && row.handler === wanted.handler,
  );
  if (!same) insert(state, wanted);
  return !same;
}

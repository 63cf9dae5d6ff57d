/** event.bind, event.unbind, event.get: subscriptions that an app makes itself. They need an app's token. */
import type { CallContext, MethodTable } from '../call-context.ts';
import { V2_EVENTS } from '../events/v2-dispatch.ts';
import { addBinding, handlerUrlFault } from '../handler-urls.ts';
import { intOf, textOf, upperCaseKeys } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import type { Params } from '../wire-format.ts';

const APP_EVENTS = ['ONAPPINSTALL', 'ONAPPUPDATE', 'ONAPPUNINSTALL', 'ONAPPPAYMENT', 'ONAPPMETHODCONFIRM', 'ONAPPTEST'];

/** Which scopes allow binding which events; basic events need none. */
const EVENT_SCOPES: Readonly<Record<string, readonly string[]>> = {
  '': APP_EVENTS,
  imbot: [
    'ONIMBOTMESSAGEADD',
    'ONIMBOTMESSAGEUPDATE',
    'ONIMBOTMESSAGEDELETE',
    'ONIMBOTJOINCHAT',
    'ONIMBOTDELETE',
    'ONIMBOTCONTEXTGET',
    'ONIMCOMMANDADD',
    ...V2_EVENTS,
  ],
  imopenlines: [
    'ONOPENLINEMESSAGEADD',
    'ONOPENLINEMESSAGEUPDATE',
    'ONOPENLINEMESSAGEDELETE',
    'ONSESSIONSTART',
    'ONSESSIONFINISH',
  ],
};

function appOf(call: CallContext): string {
  if (call.clientId === null) throw new RestError('ACCESS_DENIED', 'Access denied! Application context required', 403);
  return call.clientId;
}

function isKnown(call: CallContext, event: string): boolean {
  const scopes = ['', ...call.state.options.scope];
  return scopes.some((scope) => EVENT_SCOPES[scope]?.includes(event) === true);
}

function eventAndHandler(params: Params): { event: string; handler: string } {
  return { event: textOf(params, 'EVENT').toUpperCase(), handler: textOf(params, 'HANDLER') };
}

function bind(call: CallContext): unknown {
  const appId = appOf(call);
  const params = upperCaseKeys(call.params);
  const { event, handler } = eventAndHandler(params);
  if (event === '') throw new RestError('ERROR_ARGUMENT', "Argument 'EVENT' is null or empty");
  if (handler === '') throw new RestError('ERROR_ARGUMENT', "Argument 'HANDLER' is null or empty");
  if (!isKnown(call, event)) throw new RestError('ERROR_EVENT_NOT_FOUND', 'Event not found');
  const isAdmin = call.state.users.get(call.userId)?.admin === true;
  const asUser = intOf(params, 'AUTH_TYPE');
  if (asUser > 0 && !isAdmin) throw new RestError('ACCESS_DENIED', 'Access denied!', 403);
  const fault = handlerUrlFault(handler);
  if (fault !== null) throw new RestError('ERROR_UNSUPPORTED_PROTOCOL', fault);
  const added = addBinding(call.state, { appId, event, handler, userId: asUser, webhookClientId: null });
  if (!added) throw new RestError('ERROR_CORE', 'Unable to set event handler: Handler already binded');
  return true;
}

function unbind(call: CallContext): unknown {
  const appId = appOf(call);
  const { event, handler } = eventAndHandler(upperCaseKeys(call.params));
  if (event === '') throw new RestError('ERROR_ARGUMENT', "Argument 'EVENT' is null or empty");
  const rows = [...call.state.bindings.values()].filter(
    (row) => row.appId === appId && row.event === event && (handler === '' || row.handler === handler),
  );
  for (const row of rows) call.state.bindings.delete(row.id);
  return { count: rows.length };
}

function list(call: CallContext): unknown {
  const appId = appOf(call);
  return [...call.state.bindings.values()]
    .filter((row) => row.appId === appId)
    .map((row) => ({ event: row.event, handler: row.handler, auth_type: String(row.userId), offline: 0 }));
}

export const eventBindingMethods: MethodTable = {
  'event.bind': { scopes: [], run: bind },
  'event.unbind': { scopes: [], run: unbind },
  'event.get': { scopes: [], run: list },
};

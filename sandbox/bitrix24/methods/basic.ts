/** Methods of the basic scope: about the app, the user, the server. */
import type { CallContext, MethodTable } from '../call-context.ts';
import { isoDate } from '../events/v1-message-params.ts';
import { familyOf } from '../portal-options.ts';
import { RestError } from '../rest-error.ts';
import type { User } from '../state.ts';

function appInfo({ state, clientId }: CallContext): unknown {
  const { app } = state;
  if (app === null || clientId === null)
    throw new RestError('ACCESS_DENIED', 'Access denied! Application context required', 403);
  return {
    // The app that the token belongs to: every app of a portal has its own number and code.
    ...(clientId === app.clientId ? { ID: app.rowId, CODE: 'sandbox.bots' } : foreignApp(state, clientId)),
    VERSION: app.version,
    STATUS: app.status,
    INSTALLED: app.installed,
    PAYMENT_EXPIRED: app.paymentExpired ? 'Y' : 'N',
    DAYS: null,
    LANGUAGE_ID: state.options.language,
    LICENSE: `${state.options.language}_${state.options.licenseType}`,
    LICENSE_TYPE: state.options.licenseType,
    LICENSE_FAMILY: familyOf(state.options.licenseType),
  };
}

function foreignApp(state: CallContext['state'], clientId: string): { ID: string; CODE: string } {
  return { ID: String(state.foreignApps.get(clientId) ?? 0), CODE: clientId };
}

function me({ state, userId }: CallContext): User {
  const user = state.users.get(userId);
  if (user === undefined) throw new RestError('ACCESS_DENIED', 'Access denied!', 403);
  return user;
}

function profile(call: CallContext): unknown {
  const user = me(call);
  return {
    ID: String(user.id),
    ADMIN: user.admin,
    NAME: user.firstName,
    LAST_NAME: user.lastName,
    PERSONAL_GENDER: user.gender,
    PERSONAL_PHOTO: null,
    TIME_ZONE: 'Europe/Moscow',
    TIME_ZONE_OFFSET: 0,
  };
}

function currentUser(call: CallContext): unknown {
  const user = me(call);
  return {
    ID: String(user.id),
    ACTIVE: user.active,
    NAME: user.firstName,
    LAST_NAME: user.lastName,
    EMAIL: user.email,
    WORK_POSITION: user.workPosition ?? '',
    PERSONAL_GENDER: user.gender,
    UF_DEPARTMENT: [1],
    USER_TYPE: user.isExtranet ? 'extranet' : 'employee',
  };
}

export const basicMethods: MethodTable = {
  'app.info': { scopes: [], run: appInfo },
  profile: { scopes: [], run: profile },
  'user.admin': { scopes: [], run: (call) => me(call).admin },
  'user.current': { scopes: ['user', 'user_basic', 'user_brief'], run: currentUser },
  scope: { scopes: [], run: ({ state }) => state.options.scope },
  'server.time': { scopes: [], run: ({ state }) => isoDate(state.now()) },
};

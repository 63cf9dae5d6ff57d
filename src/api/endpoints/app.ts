/** What the pages need to know first, and the renewal of their session. */
import { maxBotsPerPortal } from '../../core/bot.ts';
import { type Brain, titlesOf } from '../../core/brain.ts';
import { formOf } from '../../core/config-form.ts';
import { noBrain } from '../../core/no-brain.ts';
import { endOf, longestMs, type PageSession, sealSession } from '../../http/page-session.ts';
import type { ConfirmedRole } from '../../portals/confirm-role.ts';
import type { Portal } from '../../store/tenants/portals.ts';
import { appVersion } from '../app-version.ts';
import { endpoint } from '../endpoint.ts';
import { appSchema, renewalSchema, sessionSchema } from '../schemas/app.ts';

const showApp = endpoint({
  method: 'GET',
  path: '/api/app',
  summary: 'The portal, the visitor and the brains there are; only the visitor for somebody who may not read',
  access: 'anyone-of-portal',
  answer: appSchema,
  handle({ services, session, portal, role }) {
    const { userId, userName: name, language } = session;
    const mayRead = role !== 'none';
    return Promise.resolve({
      visitor: { userId, name, role, language },
      portal: mayRead ? portalFacts(portal, session.openedAt) : null,
      brains: mayRead ? services.brains.map(offered) : [],
      version: appVersion,
    });
  },
});

function portalFacts(portal: Portal, openedAt: number) {
  return {
    domain: portal.domain,
    state: portal.state,
    appProblem: portal.app_state === 'working' ? null : portal.app_state,
    plan: portal.license,
    language: portal.language,
    installedAt: portal.installed_at.toISOString(),
    setUpAt: portal.set_up_at?.toISOString() ?? null,
    setUpProblem: portal.set_up_error,
    isSetUpSinceOpened: (portal.set_up_at?.getTime() ?? 0) > openedAt,
    maxBots: maxBotsPerPortal,
  };
}

function offered(brain: Brain) {
  const { name, about, configSchema, connectPath } = brain;
  return {
    name,
    title: titlesOf(brain),
    about: about ?? null,
    isAnswering: name !== noBrain.name,
    needsAccount: configSchema !== null,
    hasForm: configSchema !== null && formOf(configSchema).length > 0,
    connectPath: connectPath === undefined ? null : `/${name}${connectPath}`,
  };
}

const renewSession = endpoint({
  method: 'POST',
  path: '/api/session',
  summary:
    'A new session for one that is about to be over; nobody becomes more by it than the portal said when the page was opened',
  access: 'anyone-of-portal',
  body: renewalSchema,
  answer: sessionSchema,
  async handle({ services, session, portal, body: { accessToken }, now }) {
    const role =
      accessToken === undefined ? 'unknown' : await services.confirmRole(portal, session.userId, accessToken);
    const renewed = { ...session, since: now.getTime(), ...confirmed(session, role, now) };
    return {
      session: sealSession(services.sealer, renewed),
      until: new Date(endOf(renewed)).toISOString(),
      lastRenewalBefore: new Date(session.openedAt + longestMs).toISOString(),
    };
  },
});

/** If the portal does not answer, the session keeps the role that was confirmed last, and the time of that confirmation. */
function confirmed({ isAdmin }: PageSession, role: ConfirmedRole, now: Date): Partial<PageSession> {
  return role === 'unknown' ? {} : { isAdmin: isAdmin && role === 'admin', confirmedAt: now.getTime() };
}

export const appEndpoints = [showApp, renewSession];

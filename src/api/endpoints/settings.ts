/** What an administrator sets for the whole portal, the people to choose from, and the log of REST calls. */
import { namePeople, searchPeople } from '../../bitrix24/portal-people.ts';
import { changePortalSettings } from '../../portals/portal-settings.ts';
import { listRestLines, restLogDays } from '../../store/reporting/rest-log.ts';
import type { PortalSettings } from '../../store/tenants/portals.ts';
import { endpoint } from '../endpoint.ts';
import { numberedQuerySchema } from '../schemas/common.ts';
import {
  peopleQuerySchema,
  peopleSchema,
  portalSettingsSchema,
  restLogSchema,
  settingsChangeSchema,
} from '../schemas/settings.ts';

const show = endpoint({
  method: 'GET',
  path: '/api/settings',
  summary: 'What is set for the whole portal',
  access: 'reader',
  answer: portalSettingsSchema,
  handle: ({ services, portal }) => Promise.resolve(describe(portal, services.retentionDays)),
});

const change = endpoint({
  method: 'PATCH',
  path: '/api/settings',
  summary: 'Changes what is set for the whole portal',
  access: 'admin',
  body: settingsChangeSchema,
  answer: portalSettingsSchema,
  async handle({ services: { db, portals, retentionDays: mostDays }, portal: { portal }, body, note }) {
    return describe(await changePortalSettings({ db, portals, mostDays, note }, portal, body), mostDays);
  },
});

function describe({ retention_days: days, trouble_readers: people, has_rest_log: isOn }: PortalSettings, most: number) {
  return {
    retention: { days: Math.min(days ?? most, most), most },
    troubleReaders: [...people],
    restLog: { isOn, days: restLogDays },
  };
}

const people = endpoint({
  method: 'GET',
  path: '/api/people',
  summary: 'Employees of the portal, by part of a name or by their ids',
  access: 'admin',
  failuresPerMinute: 30,
  query: peopleQuerySchema,
  answer: peopleSchema,
  async handle({ services: { client }, portal: { portal }, query: { find, ids } }) {
    const found =
      find === undefined
        ? await namePeople(client, portal, ids === undefined ? [] : ids.split(','))
        : await searchPeople(client, portal, find);
    return { isSearchable: found !== null, people: [...(found ?? [])] };
  },
});

const showLog = endpoint({
  method: 'GET',
  path: '/api/rest-log',
  summary: 'The log of REST calls, the newest first; texts and secrets in it are masked',
  access: 'admin',
  query: numberedQuerySchema,
  answer: restLogSchema,
  async handle({ services, portal, query: { before = null, limit } }) {
    const rows = await listRestLines(services.db, portal.portal, { before, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    return {
      lines: shown.map(({ is_in_batch: isInBatch, at, ...line }) => ({ ...line, at: at.toISOString(), isInBatch })),
      next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  },
});

export const settingsEndpoints = [show, change, people, showLog];

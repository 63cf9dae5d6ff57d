/**
 * Fills a database with a large installation as it is some time after all its portals were added at one moment: three bots each, sealed
 * tokens, conversations, their lanes, and of each conversation one message with its answer.
 */
import { scanEvent } from '../../src/bitrix24/events/scan-event.ts';
import { createSealer } from '../../src/lib/encryption.ts';
import { tokenContext } from '../../src/portals/token-context.ts';
import type { DatabaseServer } from './database-server.ts';
import { readEventBody, readSender } from './fixture.ts';
import { dialogsPerPortal, firstDialog, firstTokensOf, hostOf, memberIdOf } from './many-portals.ts';

export interface ManyPortals {
  readonly server: DatabaseServer;
  readonly database: string;
  readonly appSecret: Buffer;
  readonly portals: number;
  /** The port of all portals and of the OAuth host. */
  readonly farPort: number;
}

const member = `md5('portal ' || n)`;
/** Spread over a little more than the time for which messages are kept, so that retention has something to do. */
const age = `now() - ((n * ${dialogsPerPortal} + d) * 7919 % 44640) * interval '1 minute'`;

export async function fillPortals(options: ManyPortals): Promise<void> {
  const { server, database, portals } = options;
  const run = (statement: string, values: readonly unknown[] = []): Promise<unknown> =>
    server.rows(database, statement, values);
  const { botCode } = readSender(readEventBody());
  await fillTenants(options, run);
  const series = `generate_series(1, ${portals}) n, generate_series(0, ${dialogsPerPortal - 1}) d`;
  const dialog = `'chat' || (${firstDialog} + d)`;
  const lane = `'${botCode}/chat' || (${firstDialog} + d)`;
  await run(`
    insert into conversation (portal, bot_code, dialog_id, ref, owner, kind, is_greeted, language, title, person, line_id, found_by,
      active_at, updated_at)
    select ${member}, '${botCode}', ${dialog}, 'r' || md5(n || ' ' || d), 'brain', 'line', true, 'ru', 'Иван Тестов - Поддержка',
      'Иван Тестов', '22', 'иван тестов' || E'\\n' || 'иван тестов - поддержка', date_trunc('minute', ${age}), ${age}
    from ${series}`);
  await run(`
    insert into lane (portal, queue, key, seq, done, ready_at)
    select ${member}, q.queue, ${lane} || q.ending, 1, 1, 'infinity'
    from ${series}, (values ('inbox', ''), ('outbox', '>brain'), ('outbox', '>portal')) q(queue, ending)`);
  const { storedBody } = scanEvent(Buffer.from(readEventBody(), 'latin1'));
  await run(
    `insert into inbox (portal, lane, seq, source, trace, subject, body, received_at)
     select ${member}, ${lane}, 1, 'bitrix24', md5('t' || n || ' ' || d), '529712', $1, ${age} from ${series}`,
    [storedBody],
  );
  await run(`
    insert into inbox_outcome (portal, lane, seq, state, outcome, done_at)
    select portal, lane, seq, 'done', 'forwarded', received_at from inbox`);
  const action = (type: string): string =>
    `json_build_object('type', '${type}', 'messageId', '529712', 'text', 'добрый день, где мой заказ?', 'files', json_build_array())`;
  await run(`
    insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action, created_at, done_at, state, outcome)
    select ${member}, ${lane} || '>' || q.target, 1, gen_random_uuid(), q.target, '${botCode}', ${dialog}, md5('t' || n || ' ' || d),
      q.action, ${age}, ${age}, 'done', 'sent'
    from ${series}, (values ('brain', ${action('message')}), ('portal', ${action('send')})) q(target, action)`);
  await run(`
    insert into rate_limit (portal, bucket, level, granted, updated_at)
    select ${member}, 'bitrix24.rest', 0, 0, now() - interval '25 hours' from generate_series(1, ${portals}) n`);
}

/** Portals, their bots and their tokens. */
async function fillTenants(
  { appSecret, portals, farPort }: ManyPortals,
  run: (statement: string, values?: readonly unknown[]) => Promise<unknown>,
): Promise<void> {
  const { botCode, botId } = readSender(readEventBody());
  const numbers = Array.from({ length: portals }, (_, index) => index + 1);
  await run(
    `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash, scope, license, language, has_imbot_v2,
       event_api, installed_at, set_up_at)
     select ${member}, h.host, 'http://' || h.host || ':' || ${farPort} || '/p' || n || '/rest/', 'http://127.0.0.1:${farPort}/rest/',
       sha256(convert_to(md5('application ' || n), 'UTF8')), 'imbot,im,imopenlines', 'ru_pro100', 'ru', true, 'v1-webhook',
       now() - interval '1 day', now() - interval '1 day'
     from unnest($1::int[], $2::text[]) as h(n, host)`,
    [numbers, numbers.map(hostOf)],
  );
  await run(
    `insert into bot (portal, code, bot_id, type, name, brain, state, greeting)
     select ${member}, b.code, b.id, b.type, b.code, 'echo', 'registered', '{"off": true}'
     from generate_series(1, ${portals}) n,
       (values ('${botCode}', '${botId}', 'O'), ('bench_supervisor', '900001', 'S'), ('bench_assistant', '900002', 'B')) b(code, id, type)`,
  );
  const sealer = createSealer({ current: appSecret });
  const sealed = numbers.map((portal) => {
    const id = memberIdOf(portal);
    const { access, refresh } = firstTokensOf(portal);
    return {
      id,
      access: sealer.seal(access, tokenContext.access(id)),
      refresh: sealer.seal(refresh, tokenContext.refresh(id)),
    };
  });
  await run(
    `insert into portal_token (portal, access_sealed, refresh_sealed, expires_at, user_id, is_admin, refreshed_at)
     select t.portal, t.access, t.refresh, now() - interval '23 hours', '1', true, now() - interval '1 day'
     from unnest($1::text[], $2::bytea[], $3::bytea[]) as t(portal, access, refresh)`,
    [sealed.map(({ id }) => id), sealed.map(({ access }) => access), sealed.map(({ refresh }) => refresh)],
  );
}

/** Fills a database with the conversations of a large portal, made inside the server in one statement per table. */
import type { Bench } from './bench.ts';

export const bigPortal = 'bench';

/** The conversation with far more messages than the others. */
export const longDialog = 'chat100';

/** Every conversation has a question and an answer, one has `longMessages` of each; the first `stuck` questions are dead letters. */
export async function fillConversations(
  bench: Bench,
  database: string,
  { conversations, longMessages, stuck }: { conversations: number; longMessages: number; stuck: number },
): Promise<void> {
  const run = (statement: string): Promise<unknown> => bench.server.rows(database, statement);
  await run(`
    insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash)
    values ('${bigPortal}', 'bench.invalid', 'https://bench.invalid/rest/', 'https://bench.invalid/rest/', '')`);
  const dialogs = `generate_series(1, ${conversations}) n`;
  const bot = `'bench_' || (n % 3)`;
  const at = `now() - n * interval '7 seconds'`;
  await run(`
    insert into conversation (portal, bot_code, dialog_id, ref, owner, kind, is_greeted, language, title, person, line_id, found_by,
      active_at, updated_at, taken_at)
    select '${bigPortal}', ${bot}, 'chat' || n, 'ref' || n, case when n % 10 = 0 then 'person' else 'brain' end, 'line', true, 'ru',
      'Покупатель ' || n || ' - Открытая линия', 'Покупатель ' || md5(n::text), (n % 20)::text,
      lower('покупатель ' || md5(n::text) || E'\\n' || 'покупатель ' || n || ' - открытая линия' || E'\\n' || 'chat' || n),
      date_trunc('minute', ${at}), ${at}, case when n % 20 = 0 then ${at} end
    from ${dialogs}`);
  const action = (type: string, fields: string): string =>
    `json_build_object('type', '${type}', 'messageId', n::text, 'text',
       'Здравствуйте! Заказ номер ' || n || ' ещё не пришёл, что с ним? ' || repeat('Подробности. ', 20), ${fields})`;
  const question = action(
    'message',
    `'author', json_build_object('name', 'Покупатель', 'kind', 'client'), 'files', json_build_array()`,
  );
  const answer = action('send', `'internal', false, 'buttons', json_build_array()`);
  const outbox = (target: string, json: string, dialog: string, seq: string, series: string): string => `
    insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action, created_at, done_at, state, outcome)
    select '${bigPortal}', ${bot} || '/' || ${dialog} || '>${target}', ${seq}, gen_random_uuid(), '${target}', ${bot}, ${dialog}, 'trace' || n,
      ${json}, ${at}, ${at}, case when n <= ${stuck} and '${target}' = 'brain' then 'dead_letter' else 'done' end,
      case when n % 3 = 0 then 'http.timeout' else 'http.connect' end
    from ${series}`;
  const event = (dialog: string, seq: string, series: string): string => `
    insert into inbox (portal, lane, seq, source, trace, subject, body, received_at)
    select '${bigPortal}', ${bot} || '/' || ${dialog}, ${seq}, 'bridge', 'trace' || n, n::text,
      convert_to('[{"type":"linked","remoteConversationId":"' || repeat('x', 1400) || '"}]', 'UTF8'), ${at}
    from ${series}`;
  const usual = `'chat' || n`;
  await run(outbox('brain', question, usual, '1', dialogs));
  await run(outbox('portal', answer, usual, '1', dialogs));
  await run(event(usual, '1', dialogs));
  const long = `(select s, 100 as n from generate_series(2, ${longMessages}) s) many`;
  await run(outbox('brain', question, `'${longDialog}'`, 's', long));
  await run(outbox('portal', answer, `'${longDialog}'`, 's', long));
  await run(event(`'${longDialog}'`, 's', long));
  await run(`
    insert into inbox_outcome (portal, lane, seq, state, outcome) select portal, lane, seq, 'done', 'noted' from inbox`);
  await bench.server.settle(database);
}

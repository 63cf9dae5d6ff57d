/** What a connection tells the server of itself, and how sessions of the app are told apart where several installations share a database. */

/**
 * Options of a session whose locks show that its process lives. With them, the server notices after about 11 s, instead of two hours, that
 * the machine is gone, and frees the locks.
 */
export const keepalives = '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3';

/** Finds the name of a schema that can be told to the server as it is: in lower case and without quotes. */
const plainName = /\bsearch_path\s*=\s*([a-z_][a-z0-9_]{0,40})(?![\w"$])/;

/**
 * What a connection to this address tells the server of itself: its name, with the schema if the address names one, and our options joined to
 * those of the address. The driver would use the address's options in place of ours.
 */
export function sessionTo(
  url: string,
  name: string,
  options = '',
): { readonly connectionString: string; readonly application_name: string; readonly options?: string } {
  const address = URL.canParse(url) ? new URL(url) : null;
  const given = address?.searchParams.get('options') ?? '';
  const schema = plainName.exec(given)?.[1];
  const application_name = schema === undefined ? name : `${name} ${schema}`;
  if (options === '') return { connectionString: url, application_name };
  if (address === null || given === '') return { connectionString: url, application_name, options };
  address.searchParams.set('options', `${given} ${options}`);
  return { connectionString: address.href, application_name };
}

/** SQL: the schema as the address of the connection names it; it need not exist yet. */
const ownSchema = `split_part(current_setting('search_path'), ',', 1)`;

/** SQL: true for sessions with one of these names on this schema, and for those that do not say on which one they are. */
export const isSessionHere = (names: readonly string[]): string =>
  `application_name in (${names.flatMap((name) => [`'${name}'`, `'${name} ' || ${ownSchema}`]).join(', ')})`;

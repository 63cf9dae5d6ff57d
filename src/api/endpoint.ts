/**
 * An endpoint of the pages' API: who may call it, what it takes and answers, and the use case it calls. `mount-api.ts` does the rest:
 * session, roles, limits, errors.
 */
import { z } from 'zod';
import { BadInput } from '../core/errors.ts';
import type { Language } from '../core/language.ts';
import type { PageSession } from '../http/page-session.ts';
import { localeError } from '../lib/zod-locales.ts';
import type { NoteChange } from '../portals/audit.ts';
import type { Portal } from '../store/tenants/portals.ts';
import type { Access, Role } from './roles.ts';
import type { ApiServices } from './services.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Who calls. The portal exists and has the app. */
export interface Caller {
  readonly services: ApiServices;
  readonly session: PageSession;
  readonly portal: Portal;
  readonly role: Role;
  readonly language: Language;
  readonly now: Date;
  /** Puts a change into the audit list, with the caller's name. Every endpoint that changes something calls it, or its use case does. */
  readonly note: NoteChange;
}

export interface ApiRequest<Params, Query, Body> extends Caller {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

interface Schemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  /** Parameters of the path. */
  readonly params?: P;
  readonly query?: Q;
  /** Absent: a body is not read. */
  readonly body?: B;
  /** Keys that this schema does not name never leave the app. */
  readonly answer: A;
}

interface Description {
  readonly method: Method;
  /** `/api/bots/:code` */
  readonly path: string;
  /** One sentence for the API document. */
  readonly summary: string;
  readonly access: Access;
  /** The longest body; 64 KiB unless given. */
  readonly bodyBytes?: number;
  /** How many calls of one person may fail within a minute; 60 unless given. */
  readonly failuresPerMinute?: number;
  /**
   * How many calls one person may make per minute, if each asks the portal or a service; all people of a portal together, six times as many. Absent:
   * no limit.
   */
  readonly callsPerMinute?: number;
}

/** As `mount-api.ts` and the API document see an endpoint. */
export interface Endpoint extends Description {
  readonly schemas: Partial<Record<'params' | 'query' | 'body', z.ZodType | undefined>> & {
    readonly answer: z.ZodType;
  };
  /** Reads what was sent, calls the use case, and checks the answer. Throws BadInput `api.invalid` (422) with the problems. */
  run(caller: Caller, sent: Sent): Promise<unknown>;
  /** The answer is a `FileAnswer`. */
  readonly isFile?: boolean;
}

/** An answer that is saved as a file; its text is made while it is sent. */
export interface FileAnswer {
  /** Letters, digits, dots and hyphens. */
  readonly name: string;
  readonly text: AsyncIterable<string>;
  /** Called once when the file will not be read any more, even if nothing of it was read. */
  readonly release: () => void;
}

/** An endpoint that answers with a JSON file. The use case alone decides what the file holds: no schema filters it. */
export function fileEndpoint<Q extends z.ZodType = z.ZodUndefined>(
  definition: Description & {
    readonly query?: Q;
    /** Throws AppErrors before the file begins. */
    readonly handle: (request: ApiRequest<undefined, z.output<Q>, undefined>) => Promise<FileAnswer>;
  },
): Endpoint {
  const { query, handle, ...description } = definition;
  return {
    ...description,
    isFile: true,
    schemas: { query, answer: z.unknown() },
    async run(caller, sent) {
      return await handle(readRequest<z.ZodUndefined, Q, z.ZodUndefined>(caller, sent, { query }));
    },
  };
}

/** The request as it arrived. `body` is undefined for endpoints without one. */
export type Sent = Readonly<Record<'params' | 'query' | 'body', unknown>>;

export function endpoint<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodNever,
>(
  definition: Description &
    Schemas<P, Q, B, A> & {
      /** Throws AppErrors; their codes and messages reach the page. */
      readonly handle: (request: ApiRequest<z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<A>>;
    },
): Endpoint {
  const { params, query, body, answer, handle, ...description } = definition;
  return {
    ...description,
    schemas: { params, query, body, answer },
    async run(caller, sent) {
      return await answer.parseAsync(await handle(readRequest<P, Q, B>(caller, sent, { params, query, body })));
    },
  };
}

export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** The request does not fit the schema. */
export class InvalidRequest extends BadInput {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super({ code: 'api.invalid', status: 422, message: 'some values do not fit' });
    this.problems = problems;
  }
}

/** At most so many problems of one schema are told; more would help nobody. */
const maxProblems = 50;

/** Throws InvalidRequest with all problems. */
function readRequest<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  caller: Caller,
  sent: Sent,
  schemas: { readonly params?: P | undefined; readonly query: Q | undefined; readonly body?: B | undefined },
): ApiRequest<z.output<P>, z.output<Q>, z.output<B>> {
  const problems: Problem[] = [];
  const read = readerOf(caller.language, problems);
  const params = read(schemas.params, sent.params);
  const query = read(schemas.query, sent.query);
  const body = read(schemas.body, sent.body);
  if (problems.length > 0) throw new InvalidRequest(problems);
  return { ...caller, params, query, body };
}

function readerOf(language: Language, problems: Problem[]) {
  return <S extends z.ZodType>(schema: S | undefined, value: unknown): z.output<S> => {
    // Without a schema S is ZodUndefined.
    if (schema === undefined) return undefined as z.output<S>;
    const parsed = schema.safeParse(value, { error: localeError(language) });
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues.slice(0, maxProblems)) {
      problems.push({ path: path.map(String).join('.').slice(0, 200), message: message.slice(0, 500) });
    }
    // Never used: the problems are thrown.
    return undefined as z.output<S>;
  };
}

/** Asks a brain's remote the questions of its probe and compares the answers with what the brain assumes. Keeps only shapes, words and facts. */
import type { BrainProbe, ProbeFact, ProbeQuestion } from '../../core/brain-probe.ts';
import { AppError } from '../../core/errors.ts';
import { jsonOrUndefined } from '../../lib/bounded-json.ts';
import type { HttpResponse } from '../../lib/http-client.ts';
import type { Probed } from './ask-portal.ts';
import { type Compared, compareObjects, valuesAt } from './compare-objects.ts';
import type { Difference } from './expectations.ts';
import { fieldName } from './field-name.ts';
import { mergedShape } from './merged-shape.ts';
import type { WatchedCalls } from './watched-calls.ts';

export interface ProbeResult {
  readonly probed: readonly Probed[];
  readonly differences: readonly Difference[];
}

/** @param signal ends the question that is being asked and all that follow */
export async function askBrain(probe: BrainProbe, watch: WatchedCalls, signal: AbortSignal): Promise<ProbeResult> {
  const results: ProbeResult[] = [];
  for (const question of probe.questions) {
    watch.expect(question.call);
    const outcome = await outcomeOf(question, signal);
    results.push(judge(question, outcome, watch.heard()));
  }
  const differences = results.flatMap((one) => one.differences);
  return {
    probed: results.flatMap(({ probed }) => probed),
    differences: [...differences, ...headerDifferences(results, probe.headersFollow)],
  };
}

/** The call as it may be shown. */
export function shownCall({ call, shownCall: shown }: ProbeQuestion): string {
  return shown ?? call;
}

async function outcomeOf(question: ProbeQuestion, signal: AbortSignal): Promise<string> {
  try {
    await question.ask(signal);
    return 'ok';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

function judge(asked: ProbeQuestion, outcome: string, heard: HttpResponse | null): ProbeResult {
  const { question } = asked;
  const method = shownCall(asked);
  const body = heard === null ? undefined : jsonOf(heard.body);
  const isAnswered = outcome === 'ok' && body !== undefined;
  const objects = isAnswered ? objectsOf(body, asked.at) : [];
  const compared = asked.objects === undefined ? nothing : compareObjects(objects, asked.objects);
  const facts = isAnswered ? (asked.facts?.(body) ?? []) : [];
  const answer =
    heard === null
      ? null
      : { status: heard.status, headers: toldHeaders(heard), shape: shapeOf(body), ...shownOf(compared, facts) };
  const refused = {
    question,
    found: heard === null ? outcome : `${outcome} (${heard.status})`,
    assumed: 'an answer',
    follows: asked.refusedFollows,
  };
  return {
    probed: [{ question, method, outcome, answer }],
    differences: outcome === 'ok' ? named(question, compared, facts) : [refused],
  };
}

const nothing: Compared = { differences: [], neverSeen: [], words: {} };

function shapeOf(body: unknown): unknown {
  return body === undefined ? 'no JSON' : mergedShape([body]);
}

/** What is kept of a comparison. */
export function shownOf({ neverSeen, words }: Compared, facts: readonly ProbeFact[]): object {
  return { neverSeen, words, facts: Object.fromEntries(facts.map(({ fact, value }) => [fact, value])) };
}

/** The differences of one question. */
export function named(question: string, { differences }: Compared, facts: readonly ProbeFact[]): Difference[] {
  const wrong = facts.filter(({ value, assumed }) => value !== null && assumed !== null && value !== assumed);
  const said = (isSo: boolean | null, fact: string): string => `${isSo === true ? 'yes' : 'no'}: ${fact}`;
  return [
    ...differences.map((one) => ({ question, ...one })),
    ...wrong.map(({ fact, value, assumed, follows }) => ({
      question,
      found: said(value, fact),
      assumed: said(assumed, fact),
      follows,
    })),
  ];
}

function objectsOf(body: unknown, at: string | undefined): readonly unknown[] {
  if (at !== undefined) return valuesAt([body], at);
  return Array.isArray(body) ? body : [body];
}

/** Undefined if the body is not JSON; an empty body counts as an empty object, as in the brains' own clients. */
function jsonOf(body: Buffer): unknown {
  return body.toString('utf8', 0, 100).trim() === '' ? {} : jsonOrUndefined(body);
}

const tellingHeader = /rate-?limit|quota|retry-after|version/;

/** Headers about limits and versions: small numbers as they are, anything else by its name. */
function toldHeaders({ headers }: HttpResponse): Readonly<Record<string, string>> {
  const told = Object.entries(headers).filter(([name]) => tellingHeader.test(name.toLowerCase()));
  return Object.fromEntries(
    told.map(([name, value]) => [fieldName(name), /^[\d.]{1,8}$/.test(value) ? value : '<text>']),
  );
}

function headerDifferences(results: readonly ProbeResult[], follows: string): Difference[] {
  const found = results.flatMap(({ probed }) =>
    probed.flatMap(({ answer }) => (hasHeaders(answer) ? Object.entries(answer.headers) : [])),
  );
  const question = 'Do answers tell of limits and versions?';
  return [...new Map(found)].map(([name, value]) => ({
    question,
    found: `${name}: ${value}`,
    assumed: 'no such header',
    follows,
  }));
}

function hasHeaders(answer: unknown): answer is { readonly headers: Readonly<Record<string, string>> } {
  return typeof answer === 'object' && answer !== null && 'headers' in answer;
}

/** Compares recorded traffic between the app and the sandbox MessageGateway with the published OpenAPI documents. */
import type { ApiCallRecord } from '../../sandbox/messagegateway/call-log.ts';
import { OpenApiCheck, referenceDocument } from './openapi-check.ts';

const documents = { bot: referenceDocument('bot'), transport: referenceDocument('transport') };

const hasDocuments = documents.bot !== null && documents.transport !== null;

const checks = {
  bot: new OpenApiCheck(documents.bot ?? {}),
  transport: new OpenApiCheck(documents.transport ?? {}),
};

/**
 * Where recorded traffic contradicts the documents: they demand a system action of every message, text messages
 * included, and type template parts as objects with numbers where the wire has strings and `{"var":"name"}`.
 * The tag actions came with the edition after these documents.
 */
export const documentFlaw =
  /\.action is missing$|^GET \/templates\[\d+\]\.template\[|"dialog_tag_(added|removed)" not in enum$/;

/**
 * Requests in which the documents are narrower than MessageGateway: they came before `self`, which the vendor's present client has; they
 * demand of a new channel the id it is about to get, and of every message both a text and items, though a message has one of the two.
 */
const requestFlaw =
  /^GET \/bots \?self is not in the document$|^POST \/channels body\.id is missing$|body\.message\.(text|items) is missing$/;

/** What is wrong with the calls, each problem once; nothing where the documents are absent. Only the app's own calls are to be given. */
export function trafficProblems(
  calls: readonly ApiCallRecord[],
  {
    areAnswersChanged = false,
  }: { /** By a test: only the requests are checked. */ readonly areAnswersChanged?: boolean } = {},
): string[] {
  if (!hasDocuments) return [];
  const shown = areAnswersChanged ? calls.map((call) => ({ ...call, answer: null })) : calls;
  const found = new Set(shown.flatMap(problemsOf));
  return [...found].filter((problem) => !documentFlaw.test(problem) && !requestFlaw.test(problem));
}

function problemsOf(call: ApiCallRecord): string[] {
  if (call.api === 'crm') return [];
  const [path = '', search = ''] = call.path.split('?');
  const check = checks[call.api === 'transport' ? 'transport' : 'bot'];
  const operation = check.operationOf(call.method, path);
  if (operation === null) return [`${call.api} ${call.method} ${path} is not in the document`];
  // For uploads only the size is recorded.
  const isBytes = typeof call.body === 'string';
  const request = { query: new URLSearchParams(search), body: isBytes ? {} : call.body };
  const asked = isBytes ? [] : check.requestProblems(operation, request);
  // An answer that was replaced by a fault is not checked.
  const isAnswer = typeof call.answer === 'object' && call.answer !== null;
  return [...asked, ...(isAnswer ? check.answerProblems(operation, call.status, call.answer) : [])];
}

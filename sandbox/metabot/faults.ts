/** Faults that can be ordered for message calls and jobs. Checks of the account never meet them. */
import type { ServerResponse } from 'node:http';
import { actOut, type FaultAnswers } from '../kit/faults.ts';
import { answerHtml, answerJson } from '../kit/http.ts';

export type FaultKind = 401 | 429 | 500 | 502 | 504 | 'slow' | 'hang' | 'reset-before' | 'reset-after' | 'html';

/** `reset-after`: the script runs, then the connection breaks instead of an answer. */
export interface Fault {
  readonly kind: FaultKind;
  readonly times: number;
  readonly ms?: number;
}

const ANSWERS: FaultAnswers<Fault> = {
  401: (answer) => answerJson(answer, 401, { message: 'Unauthenticated.' }),
  429: (answer) => answerJson(answer, 429, { message: 'Too Many Attempts.' }, { 'retry-after': '1' }),
  500: (answer) => answerJson(answer, 500, { message: 'Server Error' }),
  502: (answer) => answerHtml(answer, 502, '<html><body><h1>502 Bad Gateway</h1></body></html>'),
  504: (answer) => answerHtml(answer, 504, '<html><body><h1>504 Gateway Time-out</h1></body></html>'),
  html: (answer) => answerHtml(answer, 200, '<html><body>maintenance</body></html>'),
};

/** Simulates a fault that comes before the script runs; true: that ended the call. */
export async function breaksBefore(fault: Fault | null, answer: ServerResponse): Promise<boolean> {
  return await actOut(fault, answer, ANSWERS, 2_000);
}

/** Faults that can be ordered for API calls. */
import type { ServerResponse } from 'node:http';
import { actOut, type FaultAnswers } from '../kit/faults.ts';
import { answerHtml, answerJson } from '../kit/http.ts';

/** `storage` serves files: only its faults can be `cut`, `drip` or `stall`. */
export type Api = 'crm' | 'bot' | 'transport' | 'ws' | 'storage';

export interface Fault {
  readonly api: Api;
  /** Only calls whose path contains this; absent = any. */
  readonly path?: string;
  /** Only this HTTP method; absent = any. */
  readonly method?: string;
  readonly times: number;
  readonly kind: 500 | 503 | 429 | 'slow' | 'hang' | 'reset-before' | 'reset-after' | 'html' | 'cut' | 'drip' | 'stall';
  /** Delay of `slow`, 3 000 when absent; for `drip`, the delay between two pieces. */
  readonly ms?: number;
}

/** Whether the fault applies to this call. */
export function hits(fault: Fault, api: Api, method: string, path: string): boolean {
  return (
    fault.api === api &&
    (fault.path === undefined || path.includes(fault.path)) &&
    (fault.method === undefined || fault.method === method)
  );
}

const ANSWERS: FaultAnswers<Fault> = {
  html: (answer) => answerHtml(answer, 502, '<html><body><h1>502 Bad Gateway</h1></body></html>'),
  500: (answer) => answer.writeHead(500).end(),
  503: (answer) => answerJson(answer, 503, { errors: ['Service temporarily unavailable'] }),
  429: (answer) => answerJson(answer, 429, { errors: ['Too many requests'] }),
};

/** Simulates a fault that comes before the work; true = that ended the request. */
export async function breaksBefore(fault: Fault | null, answer: ServerResponse): Promise<boolean> {
  return await actOut(fault, answer, ANSWERS, 3_000);
}

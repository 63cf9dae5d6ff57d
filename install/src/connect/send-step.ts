/** Sends what a person did on the connection page; the answer is the next view, also where the step was refused. */
import type { ConnectStep, ConnectView } from '../../../src/core/connect-view.ts';
import { ApiProblem, longAnswerMs, noAnswer, problemOf } from '../api/client.ts';

/** Throws ApiProblem. */
export async function sendStep(action: string, step: ConnectStep): Promise<ConnectView> {
  let response: Response;
  try {
    response = await fetch(action, {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(step),
      signal: AbortSignal.timeout(longAnswerMs),
    });
  } catch {
    throw noAnswer();
  }
  if (response.status !== 200 && response.status !== 422) throw await problemOf(response);
  return (await response.json()) as ConnectView;
}

/** Why a step was refused, in the form in which the API's refusals are shown. */
export function refusalOf({ problem }: ConnectView): ApiProblem | undefined {
  return problem === null ? undefined : new ApiProblem({ status: 422, ...problem });
}

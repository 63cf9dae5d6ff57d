/** Faults that a test or a person orders for the next calls, and the simulation of those that all fake servers have in common. */
import type { ServerResponse } from 'node:http';
import { wait } from './wait.ts';

/** Faults in the order they were ordered; each is used up by the calls it hits. */
export class OrderedFaults<Fault extends { readonly times: number }> {
  #ordered: { readonly fault: Fault; left: number }[] = [];

  order(fault: Fault): void {
    this.#ordered.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#ordered = [];
  }

  /** The first fault that hits this call, if any; counts it as used. */
  take(hits: (fault: Fault) => boolean = () => true): Fault | null {
    if (this.#ordered.length === 0) return null;
    const found = this.#ordered.find(({ fault, left }) => left > 0 && hits(fault));
    if (found === undefined) return null;
    found.left -= 1;
    this.#ordered = this.#ordered.filter(({ left }) => left > 0);
    return found.fault;
  }
}

interface AnyFault {
  readonly kind: string | number;
  readonly ms?: number;
}

/** Sends an answer instead of the fake server's own. */
export type FaultAnswer<Fault> = (answer: ServerResponse, fault: Fault) => void;

/** Such answers by kind of fault. */
export type FaultAnswers<Fault extends AnyFault> = { readonly [Kind in Fault['kind']]?: FaultAnswer<Fault> };

/**
 * Simulates a fault that comes before the work: `slow` (waits `fault.ms` or `slowMs`, then the work continues), `reset-before`, `hang`, or
 * one of these answers. True when that ends the call. Other kinds are left to the caller.
 */
export async function actOut<Fault extends AnyFault>(
  fault: Fault | null,
  answer: ServerResponse,
  answers: FaultAnswers<Fault>,
  slowMs = 1_000,
): Promise<boolean> {
  if (fault === null) return false;
  const kind: Fault['kind'] = fault.kind;
  if (kind === 'slow') {
    await wait(fault.ms ?? slowMs);
    return false;
  }
  const answerInstead = answers[kind];
  if (kind === 'reset-before') answer.destroy();
  else if (answerInstead !== undefined) answerInstead(answer, fault);
  else return kind === 'hang';
  return true;
}

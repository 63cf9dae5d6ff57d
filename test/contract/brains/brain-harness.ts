/** What a brain brings along to be tried by the contract suite. */
import type { Brain } from '../../../src/core/brain.ts';
import type { FakeServer } from '../../support/fake-brains/fake-server.ts';

/** What the contract suite has to know of a brain to try it. */
export interface BrainHarness {
  readonly brain: Brain;
  /** Null for a brain that runs inside the app: tests of the remote are then left out. */
  readonly fakeServer: (() => Promise<FakeServer>) | null;
  /** The connection's config for that server; secrets in it must never be seen in a log. */
  readonly config: (fakeServer: FakeServer) => Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
  /** What the brain answers to a text. */
  readonly answerTo: (text: string) => string;
  /** It speaks of its own accord (not only when asked). */
  readonly speaks: boolean;
  /** One of the brain's requests and what the chat shows after it. Absent: none is tried. */
  readonly request?: {
    readonly name: string;
    readonly params: Readonly<Record<string, unknown>>;
    readonly shows: string;
  };
}

/** What `harnesses.ts` says of a registered brain. */
export type Harness = Omit<BrainHarness, 'brain'>;

/** What the sandbox has to know of a brain to run it: how its fake server starts, and how the app is connected to it. */
import type { KeyAndCertificate } from './kit/self-signed.ts';

export interface SandboxBrain {
  /** For `--help`: what happens when the bots use it. */
  readonly summary: string;
  /** What a person does first when the bots use it. */
  readonly firstSteps: readonly string[];
  /** Starts its fake server. Null for a brain that runs inside the app and needs no account. */
  readonly start: ((options: StartOptions) => Promise<RunningServer>) | null;
}

export interface StartOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The first wished port that is free, or else any free one. */
  readonly freePort: (...wished: readonly number[]) => Promise<number>;
  /** With it the server speaks https, if it can; for `--tls`. */
  readonly tls: KeyAndCertificate | null;
}

export interface RunningServer {
  /** Every `host:port` that the app calls. */
  readonly hosts: readonly string[];
  /** For `connections add --config`. */
  readonly config: unknown;
  readonly places: readonly Place[];
  /** Takes the webhook address of the connection, where a person would paste it into the service's own pages. */
  readonly takeWebhookAddress?: (address: string) => void;
  /** Whether the app is connected, once the bots use it. */
  isConnected(): boolean;
  close(): Promise<void>;
}

/** An address, a token or a key that people and clients need. */
export interface Place {
  /** Its name in the JSON of `--json`. */
  readonly key: string;
  /** Its name in the table. Two spaces at the start put it under the line above. */
  readonly title: string;
  readonly value: string;
  /** A page for people: it stands at the top of the table. */
  readonly isPage?: true;
}

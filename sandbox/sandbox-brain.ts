/** What the sandbox needs to know about a brain: how its fake server starts, and how the app is connected to it. */
import type { KeyAndCertificate } from './kit/self-signed.ts';

export interface SandboxBrain {
  /** For `--help`: what happens when the bots use it. */
  readonly summary: string;
  /** What a person does first when the bots use it. */
  readonly firstSteps: readonly string[];
  /** The guide that `npm run demo` prints, with a line break at its end; only for a brain that suits newcomers. */
  readonly guide?: (language: GuideLanguage, places: GuidePlaces) => string;
  /** Starts its fake server. Null for a brain that runs inside the app and needs no account. */
  readonly start: ((options: StartOptions) => Promise<RunningServer>) | null;
}

export type GuideLanguage = 'en' | 'ru';

export interface GuidePlaces {
  /** The page of the sandbox portal; null: the app is installed into a real Bitrix24. */
  readonly chat: string | null;
  /** The fake server that the bots are to use. */
  readonly server: Pick<RunningServer, 'config' | 'places'>;
}

export interface StartOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The first of the wished ports that is free, otherwise any free port. */
  readonly freePort: (...wished: readonly number[]) => Promise<number>;
  /** Given for `--tls`: the server then uses https if it can. */
  readonly tls: KeyAndCertificate | null;
}

export interface RunningServer {
  /** Every `host:port` that the app calls. */
  readonly hosts: readonly string[];
  /** The value for `connections add --config`. */
  readonly config: unknown;
  readonly places: readonly Place[];
  /** Takes the webhook address of the connection, where a person would paste it into the service's own pages. */
  readonly takeWebhookAddress?: (address: string) => void;
  /** Whether the app has connected, after bots were set to use this brain. */
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
  /** Marks a page for people: it is printed at the top of the table. */
  readonly isPage?: true;
}

/** Answers as another version of the service might give them: a new word, a field less, a method that is refused. For tests that look for it. */

export interface AnsweredCall {
  readonly api: 'bot' | 'transport';
  readonly method: string;
  /** After the prefix of the API, without the query. */
  readonly path: string;
}

export interface ShownAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ChangeAnswer = (call: AnsweredCall, answer: ShownAnswer) => ShownAnswer;

/** A refusal of the API, or no answer at all (`status` 0). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong with single fields, in the reader's language. */
  readonly problems: readonly { readonly path: string; readonly message: string }[];

  constructor(of: { status: number; code: string; message: string; problems?: ApiProblem['problems'] }) {
    super(of.message);
    this.name = 'ApiProblem';
    this.status = of.status;
    this.code = of.code;
    this.problems = of.problems ?? [];
  }
}

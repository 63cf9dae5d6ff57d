/** A refusal with the status and the words the far side shows; each API wraps them in its own envelope. */

export class ApiError extends Error {
  readonly status: number;
  /** CRM only: messages by field. */
  readonly fields: Readonly<Record<string, string>> | null;

  constructor(status: number, message: string, fields: Readonly<Record<string, string>> | null = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.fields = fields;
  }
}

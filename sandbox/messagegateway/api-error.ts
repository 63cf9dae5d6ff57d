/** A refusal with the status and text that the service answers; each API wraps them in its own envelope. */

export class ApiError extends Error {
  readonly status: number;
  readonly messages: readonly string[];
  /** CRM only: messages by field. */
  readonly fields: Readonly<Record<string, string>> | null;

  constructor(
    status: number,
    message: string | readonly string[],
    fields: Readonly<Record<string, string>> | null = null,
  ) {
    const messages = typeof message === 'string' ? [message] : message;
    super(messages.join(', '));
    this.name = 'ApiError';
    this.status = status;
    this.messages = messages;
    this.fields = fields;
  }
}

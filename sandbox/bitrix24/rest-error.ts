/** The errors a REST call can answer with, and the HTTP status each one carries. */

/** An answer `{error, error_description}`; thrown by methods, turned into HTTP by the gateway and into result_error by batch. */
export class RestError extends Error {
  readonly error: string;
  readonly status: number;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.name = 'RestError';
    this.error = error;
    this.status = status;
  }
}

const SYSTEM_ERRORS = {
  NO_AUTH_FOUND: [401, 'Wrong authorization data'],
  expired_token: [401, 'The access token provided has expired'],
  invalid_token: [401, 'Unable to get application by token'],
  APPLICATION_NOT_FOUND: [401, 'Application not found'],
  authorization_error: [401, 'Unable to authorize user'],
  insufficient_scope: [403, 'The request requires higher privileges than provided by the access token'],
  user_access_error: [403, 'The user does not have access to the application.'],
  INVALID_CREDENTIALS: [403, 'Invalid request credentials'],
  QUERY_LIMIT_EXCEEDED: [503, 'Too many requests'],
  OPERATION_TIME_LIMIT: [429, 'Method is blocked due to operation time limit.'],
  ERROR_METHOD_NOT_FOUND: [404, 'Method not found!'],
  ERROR_BATCH_LENGTH_EXCEEDED: [400, 'Max batch length exceeded'],
  ERROR_BATCH_METHOD_NOT_ALLOWED: [405, 'Method is not allowed for batch usage'],
  INTERNAL_SERVER_ERROR: [500, 'Internal server error'],
  PORTAL_DELETED: [500, 'Portal was deleted'],
  WRONG_AUTH_TYPE: [403, 'Access for this method not allowed by session authorization.'],
} as const satisfies Record<string, readonly [number, string]>;

export type SystemErrorCode = keyof typeof SYSTEM_ERRORS;

/** One of the errors that any call can be answered with, with its documented status and text. */
export function systemError(code: SystemErrorCode): RestError {
  const [status, description] = SYSTEM_ERRORS[code];
  return new RestError(code, description, status);
}

/**
 * Spans of time that the caller of `startApp` may override. A test that waits for one of them sets it short; production sets none, and
 * each part then has the span it is documented with.
 */
export interface Timings {
  /** How long what was read of portals, bots and connections is believed; 0: it is read each time. */
  readonly believedMs?: number;
  /** How long the workers of both queues sleep at most: due retries are found by then. */
  readonly queuePollMs?: number;
  /** How often dead workers are looked for. */
  readonly deadWorkersPollMs?: number;
  /** How often connections are looked for that nobody listens to. */
  readonly listenersPollMs?: number;
  /** The first wait before a listener that ended is started again. */
  readonly firstRestartMs?: number;
  /** How often accounts are looked for whose health check is due. */
  readonly healthChecksPollMs?: number;
  /** How often follow-ups are looked for that are due. */
  readonly followUpsPollMs?: number;
  /** The first wait before a delivery that failed is tried again. */
  readonly firstRetryMs?: number;
  /** For how long a method is left alone whose execution time a portal calls used up. */
  readonly operatingHoldMs?: number;
  /** After which a REST call into a portal is given up. */
  readonly restTimeoutMs?: number;
  /** How long posted events are on their way at most; a portal that changes to polling is polled after this time. */
  readonly eventsUnderwayMs?: number;
  /** How often it is looked for trouble that people want to be told of. */
  readonly troublePollMs?: number;
  /** How long after its start an app begins with maintenance. */
  readonly maintenanceAfterMs?: number;
  /** How often the figures of the charts and the log of REST calls are written. */
  readonly figuresMs?: number;
  /** After which a call to an OAuth host is given up. */
  readonly oauthTimeoutMs?: number;
  /** How long an ended span waits for others. */
  readonly gatherSpansMs?: number;
}

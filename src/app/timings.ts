/**
 * Durations that the caller of `startApp` may override. A test shortens those it waits for; production sets none, and each part then uses
 * its documented duration.
 */
export interface Timings {
  /** How long cached portals, bots and connections are trusted; 0: they are read each time. */
  readonly believedMs?: number;
  /** How long the workers of both queues sleep at most: due retries are found by then. */
  readonly queuePollMs?: number;
  /** How often dead workers are looked for. */
  readonly deadWorkersPollMs?: number;
  /** How often connections without a listener are looked for. */
  readonly listenersPollMs?: number;
  /** The first wait before a listener that ended is started again. */
  readonly firstRestartMs?: number;
  /** How often connections whose health check is due are looked for. */
  readonly healthChecksPollMs?: number;
  /** How often due follow-ups are looked for. */
  readonly followUpsPollMs?: number;
  /** The first wait before a delivery that failed is tried again. */
  readonly firstRetryMs?: number;
  /** How long a method is not called after a portal reports its execution time used up. */
  readonly operatingHoldMs?: number;
  /** Time after which a REST call to a portal is given up. */
  readonly restTimeoutMs?: number;
  /** The longest a posted event is on its way; a portal that changes to polling is first polled after this time. */
  readonly eventsUnderwayMs?: number;
  /** How often the app looks for trouble that people want to be told of. */
  readonly troublePollMs?: number;
  /** How long after its start an app begins with maintenance. */
  readonly maintenanceAfterMs?: number;
  /** How often the figures of the charts and the log of REST calls are written. */
  readonly figuresMs?: number;
  /** Time after which a call to an OAuth host is given up. */
  readonly oauthTimeoutMs?: number;
  /** How long an ended span waits to be sent together with others. */
  readonly gatherSpansMs?: number;
}

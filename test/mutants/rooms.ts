/** Which folders are tried with planted faults, and which tests are to find them. */

export interface Room {
  readonly name: string;
  /** Folder whose files are changed. */
  readonly folder: string;
  /** Tests asked first: they need nothing and take seconds. May be empty. */
  readonly quick: readonly string[];
  /** Asked where the quick ones did not notice. */
  readonly slow: readonly string[];
}

export const rooms: readonly Room[] = [
  { name: 'core', folder: 'src/core', quick: ['test/unit/core'], slow: ['test/integration/flow'] },
  {
    name: 'queue',
    folder: 'src/queue',
    quick: ['test/unit/queue'],
    slow: [
      'test/integration/flow',
      'test/integration/resilience/duplicates.test.ts',
      'test/integration/queue',
      'test/integration/resilience/poison.test.ts',
      'test/integration/resilience/unwritable.test.ts',
      'test/integration/resilience/rest-faults.test.ts',
      'test/integration/resilience/inbox-round.test.ts',
      'test/integration/resilience/crowded-claims.test.ts',
      'test/integration/resilience/dead-workers.test.ts',
      'test/integration/event-apis',
      'test/integration/cli/dead-letters.test.ts',
      'test/integration/api/undelivered.test.ts',
      'test/integration/api/conversations.test.ts',
      'test/integration/install/uninstall.test.ts',
      'test/integration/messagegateway/synchronous-replies.test.ts',
      'test/integration/messagegateway/reported-failures.test.ts',
      'test/integration/messagegateway/refused-changes.test.ts',
    ],
  },
  {
    name: 'store',
    folder: 'src/store',
    quick: ['test/integration/store', 'test/integration/connections', 'test/integration/runtime'],
    slow: [
      'test/integration/flow',
      'test/integration/cli',
      'test/integration/install',
      'test/integration/http',
      'test/integration/resilience/poison.test.ts',
      'test/integration/resilience/dead-workers.test.ts',
      'test/integration/resilience/duplicates.test.ts',
      'test/integration/resilience/listeners.test.ts',
      'test/integration/messagegateway/reported-failures.test.ts',
      'test/integration/messagegateway/one-step.test.ts',
    ],
  },
  {
    name: 'portals',
    folder: 'src/portals',
    quick: ['test/unit/portals', 'test/unit/runtime'],
    slow: [
      'test/integration/portals',
      'test/integration/install',
      'test/integration/resilience/token-refresh.test.ts',
      'test/integration/resilience/oauth-host-hangs.test.ts',
      'test/integration/resilience/portal-account.test.ts',
      'test/integration/resilience/rest-faults.test.ts',
      'test/integration/cli/bots.test.ts',
      'test/integration/cli/webhook-portal.test.ts',
      'test/integration/api/bots.test.ts',
      'test/integration/api/lines.test.ts',
      'test/integration/api/settings.test.ts',
      'test/integration/api/setup.test.ts',
    ],
  },
];

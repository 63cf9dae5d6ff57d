/** The state of a connection in words, and what to do about it. */
import type { ConnectionAnswer } from '../../../../src/api/schemas/connections.ts';
import type { Texts } from '../../texts/shape.ts';

export interface ConnectionState {
  readonly color: 'air-primary-success' | 'air-primary-alert' | 'air-secondary';
  readonly label: string;
  /** Null where nothing has to be done. */
  readonly remedy: string | null;
}

export function stateOf(
  { connections, states }: Texts,
  connection: Pick<ConnectionAnswer, 'disabledReason' | 'disabledHelp' | 'isReadable' | 'bots'>,
): ConnectionState {
  const { disabledReason: reason, disabledHelp: help } = connection;
  if (!connection.isReadable) {
    return { color: 'air-primary-alert', label: connections.unreadable, remedy: connections.unreadableRemedy };
  }
  if (reason === 'paused') {
    return { color: 'air-secondary', label: connections.paused, remedy: connections.pausedRemedy };
  }
  if (reason !== null) {
    const words: Readonly<Record<string, string>> = states.stopped;
    const remedies: Readonly<Record<string, string>> = connections.remedies;
    const label = words[reason] ?? words['other'] ?? reason;
    return { color: 'air-primary-alert', label, remedy: remedies[reason] ?? help ?? connections.remedies.other };
  }
  if (connection.bots.length === 0) {
    return { color: 'air-secondary', label: connections.unused, remedy: connections.unusedRemedy };
  }
  return { color: 'air-primary-success', label: connections.works, remedy: null };
}

/** The list of operator commands. A new one costs its entry in its noun's file. */
import { botCommands } from './bots.ts';
import type { Command } from './command.ts';
import { connectionCommands } from './connections.ts';
import { deadLetterCommands } from './dead-letters.ts';
import { doctorCommand } from './doctor.ts';
import { portalCommands } from './portals.ts';
import { probeCommand } from './probe.ts';
import { receiveCommand } from './receive.ts';
import { traceCommand } from './trace.ts';

export const commands: readonly Command[] = [
  ...portalCommands,
  ...botCommands,
  ...connectionCommands,
  traceCommand,
  ...deadLetterCommands,
  receiveCommand,
  doctorCommand,
  probeCommand,
];

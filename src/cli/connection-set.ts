/** `connections set`: changes the settings of a connection that is in use. */
import type { Brain } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import { BadInput } from '../core/errors.ts';
import { checkAtOnce, storeConfig } from '../store/tenants/connection-health.ts';
import { openBrainTools } from './brain-tools.ts';
import { needConnection, unknownBrain } from './choose-brain.ts';
import { choosePortal } from './choose-portal.ts';
import { type Answer, type CommandContext, type CommandLine, usageError } from './command.ts';
import { changedBy, checkConfig, differences, readJson } from './connection-config.ts';
import { configContext, webhookSecretContext } from './doctor/check-connection.ts';
import { wrap } from './layout.ts';

/** Names what was changed, never its value. */
export async function setConnection(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const { portal } = await choosePortal(db, line.text('portal'));
  const row = await needConnection(db, portal, line.need('connection'));
  const brain = context.brains.find(({ name }) => name === row.brain);
  if (brain === undefined) throw unknownBrain(context, row.brain);
  const patch = await readJson(line.need('config'));
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    throw usageError('--config takes the keys to change, as a JSON object: --config \'{"key": "value"}\'');
  }
  const sealer = await context.sealer();
  const before: unknown = JSON.parse(sealer.open(row.config_sealed, configContext(row.id)));
  const config = checkConfig(brain, changedBy(before, patch));
  const webhookSecret = sealer.open(row.webhook_secret_sealed, webhookSecretContext(row.id));
  const connection = { id: row.id, portal: row.portal, config, webhookSecret };
  const changed = differences(before, config);
  if (changed.length > 0) {
    const after = await inForce(context, brain, connection, before);
    const configSealed = sealer.seal(JSON.stringify(after), configContext(row.id));
    if (!(await storeConfig(db, row, configSealed))) throw changedMeanwhile();
    await checkAtOnce(db, row);
  }
  const words =
    changed.length === 0
      ? `${row.title} is set so already.`
      : `${row.title} is changed: ${changed.join(', ')}. The app follows within seconds.`;
  return { data: { connection: { portal, id: row.id, brain: row.brain }, changed }, text: wrap(words, '') };
}

/** What is to be stored: as given, or as the far side has added to it. */
async function inForce(
  context: CommandContext,
  brain: Brain,
  connection: Connection,
  before: unknown,
): Promise<unknown> {
  if (brain.reconfigure === undefined) return connection.config;
  const opened = await openBrainTools(context, connection);
  try {
    const hookUrl = opened.hookUrl(brain.name, connection.webhookSecret);
    return await brain.reconfigure(connection, before, hookUrl, opened.tools);
  } finally {
    await opened.close();
  }
}

function changedMeanwhile(): BadInput {
  return new BadInput({
    code: 'connection.changed',
    status: 409,
    message: 'the connection was changed by somebody else meanwhile; try again',
  });
}

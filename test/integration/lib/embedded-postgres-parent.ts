/** An application that starts the embedded database, tells its port, and then waits to be killed. */

import { startEmbeddedPostgres } from '../../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../../src/lib/logger.ts';

const [dataDir = '', password = ''] = process.argv.slice(2);
const database = await startEmbeddedPostgres({
  dataDir,
  password,
  flags: { fsync: 'off' },
  log: createLogger({ level: 'silent', name: 'parent' }),
});
process.stdout.write(`${database.port}\n`);
setInterval(() => undefined, 1_000);

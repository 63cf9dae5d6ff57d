/**
 * `node scripts/write-schema.ts`: migrates an empty temporary database and writes its schema to `schema.sql`. Needs no installed server.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../src/lib/embedded-postgres.ts';
import { createLogger } from '../src/lib/logger.ts';
import { migrateToLatest } from '../src/store/migrate.ts';
import { describeSchema } from './describe-schema.ts';

const target = fileURLToPath(new URL('../schema.sql', import.meta.url));
const dataDir = await mkdtemp(join(tmpdir(), 'bridge-schema-'));
try {
  // When started as root, the server runs as another user, who needs access to the folder.
  await chmod(dataDir, 0o755);
  const log = createLogger({ level: 'warn', name: 'schema', destination: process.stderr });
  const database = await startEmbeddedPostgres({ dataDir, password: 'schema', flags: { fsync: 'off' }, log });
  try {
    await migrateToLatest(database.url('bridge'));
    const client = new Client({ connectionString: database.url('bridge') });
    await client.connect();
    try {
      await writeFile(target, await describeSchema(client));
    } finally {
      await client.end();
    }
  } finally {
    await database.stop();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
process.stdout.write('schema.sql written\n');

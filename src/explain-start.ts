/** Says in plain words why the app cannot start, and which command mends that. */
import { Misconfigured } from './core/errors.ts';
import { translateDatabaseError } from './store/database-errors.ts';

/** What to do, by the code of the error. */
const mends: readonly (readonly [pattern: RegExp, mend: string])[] = [
  [
    /^config\.invalid$/,
    'Set them in the environment, or answer a few questions and have them written to .env: npm run setup',
  ],
  [
    /^database\.away$/,
    'Start PostgreSQL, or correct DATABASE_URL (npm run setup). Without DATABASE_URL the app brings a database of its own.',
  ],
  [
    /^database\.refused$/,
    'Make the user and the database: createuser --pwprompt bridge && createdb --owner bridge bridge; then correct DATABASE_URL (npm run setup).',
  ],
];

/** Null: a fault of the program, which has to be logged in full. */
export function explainStart(thrown: unknown): string | null {
  const refused = explainListen(thrown);
  if (refused !== null) return refused;
  const error = translateDatabaseError(thrown);
  if (!(error instanceof Misconfigured)) return null;
  const mend = mends.find(([pattern]) => pattern.test(error.code))?.[1];
  return mend === undefined ? error.message : `${error.message}\n${mend}`;
}

function explainListen(thrown: unknown): string | null {
  if (!(thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'listen' && 'code' in thrown)) return null;
  const port = 'port' in thrown ? String(thrown.port) : '';
  switch (thrown.code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken, perhaps by another process of this app.\nStop that one, or choose another port: PORT=3001 npm start`;
    case 'EACCES':
      return `This user may not listen on port ${port}.\nChoose one above 1023 (PORT=3000 npm start) and let a proxy listen on ${port}.`;
    case 'EADDRNOTAVAIL':
      return 'HOST is no address of this machine.\nLeave it out, or set it to an address that "ip address" shows.';
    default:
      return null;
  }
}

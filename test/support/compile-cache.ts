/** Makes programs that tests start use Node's compile cache: their TypeScript is stripped once instead of at every start. */
import { fileURLToPath } from 'node:url';

/** Environment variables for a child process. The folder is the one that `src/launch.js` uses. */
export const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)),
} as const;

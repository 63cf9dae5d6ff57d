/** A process that only logs: as many lines at once as its argument says, then one line every 10 ms. It ends on SIGTERM as the app does. */
import { createLogger, openStandardLog } from '../../src/lib/logger.ts';

const [atOnce = '0'] = process.argv.slice(2);
const log = createLogger({ level: 'info', name: 'logging' });
let turns = 0;

setInterval(() => {
  turns += 1;
  log.info({ turns }, 'another turn');
}, 10);

process.on('SIGTERM', () => {
  log.info('stopping');
  process.exit(0);
});

process.on('SIGUSR2', () => {
  for (let line = 0; line < Number(atOnce); line += 1) log.info({ line, filling: 'x'.repeat(200) }, 'one of many');
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(
    `${JSON.stringify({ turns, bytes: heapUsed + external, dropped: openStandardLog('').droppedLines() })}\n`,
  );
});

process.stderr.write('ready\n');

/** Starts what every process writes down in the background: the figures of the charts and the log of REST calls. */
import { startHourlyFigures } from '../runtime/hourly-figures.ts';
import { startRestLog } from '../runtime/rest-log.ts';
import type { WorkLoop } from '../runtime/work-loop.ts';
import type { Base } from './base.ts';

export function startFigures({ figures, restLog, timings, log }: Base): WorkLoop {
  const pace = { log, writeMs: timings.figuresMs };
  const loops = [startHourlyFigures(figures, pace), startRestLog(restLog, pace)];
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

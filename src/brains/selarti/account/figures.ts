/** The figures an administrator sees about a connection: what it has used. */
import type { BrainFigure } from '../../../core/brain-parts.ts';
import type { Connection } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { systemClock } from '../../../lib/clock.ts';
import type { SelartiConfig } from '../config.ts';
import { readMonthlyUse } from '../monthly-use.ts';

export async function readFigures(
  { config }: Connection<SelartiConfig>,
  { state }: ConnectorTools,
): Promise<readonly BrainFigure[]> {
  const { sent, received } = await readMonthlyUse(state, systemClock.now());
  const limit = config.maxMessagesPerMonth;
  return [
    { title: { en: 'Messages sent this month', ru: 'Отправлено в этом месяце' }, value: String(sent) },
    { title: { en: 'Messages received this month', ru: 'Получено в этом месяце' }, value: String(received) },
    {
      title: { en: 'Left of the monthly limit', ru: 'Осталось до ограничения на месяц' },
      value: limit === 0 ? '–' : String(Math.max(0, limit - sent - received)),
    },
  ];
}

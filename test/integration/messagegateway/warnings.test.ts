/** What the service warns of beside a success is logged, and shown where the message is looked up. */
import { expect, it } from 'vitest';
import { captureLog } from '../../support/captured-log.ts';
import { openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';

const warning = 'customer.phone has an unknown format';

it('warnings of the service are logged, and stand in the record of the message', async () => {
  const captured = captureLog();
  const stage = await startMgStage({ gateway: { sendWarnings: [warning] }, log: captured.log });
  try {
    await openLineTalk(stage, 'Есть кто?');
    const rows = await stage.probe.rows(
      `select outcome from outbox where target = 'brain' and outcome like 'delivered%'`,
    );
    expect(rows).toEqual([{ outcome: `delivered, with warnings: ${warning}` }]);
    expect(captured.text()).toContain('MessageGateway took a message with warnings');
    expect(captured.text()).toContain(warning);
  } finally {
    await stage.close();
  }
});

/** What the account shows of bot and channel is true at any time, not only after a joining. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

const captured = captureLog();

const channel = () => stage.gateway.channels().find(({ id }) => id === stage.config.joined.channelId);
const puts = (): number =>
  stage.gateway
    .calls()
    .filter(({ method, path }) => (method === 'PUT' && path.startsWith('/channels/')) || method === 'PATCH').length;

/** A new listener has begun to listen. */
async function reconnect(): Promise<void> {
  const looks = (): number => stage.gateway.calls().filter(({ path }) => path.startsWith('/my/commands')).length;
  const before = looks();
  stage.gateway.cutSockets();
  await until(() => looks() > before && stage.gateway.sockets().open === 1);
  await stage.done();
}

const stage = useMgStage({ log: captured.log });

describe('what the channel is said to be able to do', () => {
  it('is put once, and not again while nothing changes', async () => {
    const before = puts();
    await reconnect();
    expect(puts()).toBe(before);
    expect(channel()?.settings).toMatchObject({
      image: { creating: 'both', quoting: 'send' },
      text: { quoting: 'both' },
      status: { read: 'receive' },
    });
  });

  it('could not be compared: the log says why, and the bot listens all the same', async () => {
    stage.gateway.fail({ api: 'bot', path: '/my/commands', times: 1, kind: 500 });
    await reconnect();
    expect(captured.text()).toContain('"reason":"messagegateway.server_error"');
  });

  it('follows the portal: without imbot.v2 there are no files, no quotes and no marks', async () => {
    await stage.probe.rows('update portal set has_imbot_v2 = false');
    await reconnect();
    expect(channel()?.settings).toMatchObject({
      image: { creating: 'none', quoting: 'none' },
      file: { creating: 'none' },
      audio: { creating: 'none' },
      text: { creating: 'both', quoting: 'send' },
      status: { delivered: 'send', read: 'none' },
    });
    expect(channel()).toMatchObject({ name: 'Bitrix24', isActive: true });
    const before = puts();
    await reconnect();
    expect(puts()).toBe(before);
  });
});

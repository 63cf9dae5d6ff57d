/** Gives the recorded bot a brain: a connection to MessageGateway as joining would have left it. */
import { openDatabase } from '../../src/store/database.ts';
import { updateBot } from '../../src/store/tenants/bots.ts';
import { readEventBody, readSender } from './fixture.ts';
import { storeConnections } from './joined-connections.ts';

const clientId = 'bench-client';
/** The channel of the connection. */
export const channelId = 1;
/** Headers of MessageGateway's webhooks. */
export const webhookHeaders = { 'content-type': 'application/json', clientid: clientId };

/** Gives the recorded bot a joined connection; returns the path of its webhook. */
export async function connectBot(databaseUrl: string, appSecret: Buffer, port: number): Promise<string> {
  const endpointUrl = `http://127.0.0.1:${port}`;
  const access = { endpointUrl, token: 'bench-token' };
  const config = {
    crmUrl: 'https://demo.simla.com',
    apiKey: 'bench-key',
    joined: { clientId, moduleCode: 'bench', bot: { ...access, botId: 1 }, transport: access, channelId },
  };
  const { memberId: portal, botCode } = readSender(readEventBody());
  const brain = 'messagegateway';
  const [stored] = await storeConnections({ databaseUrl, appSecret, portal, brain, configs: [config] });
  if (stored === undefined) throw new Error('the connection was not stored');
  const db = openDatabase({ url: databaseUrl, poolSize: 1 });
  try {
    await updateBot(db, portal, botCode, { brain, connection_id: stored.id });
  } finally {
    await db.destroy();
  }
  return `/brains/${brain}/${stored.webhookSecret}`;
}

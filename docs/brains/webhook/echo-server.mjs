// Answers every message in the response of the call. Run: KEY=whsec_… PORT=8080 node echo-server.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const key = Buffer.from(process.env.KEY.replace('whsec_', ''), 'base64');
const answered = new Map(); // A repeated event gets the same answers: keep these in a database if a restart must not matter.

function isOurs(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(time)) < 300)) return false;
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`);
  return given.split(' ').some((one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected));
}

async function serve(request, response) {
  const body = Buffer.concat(await request.toArray()).toString('utf8');
  if (!isOurs(request.headers, body)) return response.writeHead(401).end();
  const id = request.headers['webhook-id'];
  if (!answered.has(id)) answered.set(id, answersTo(JSON.parse(body)));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ answers: answered.get(id) }));
}

createServer((request, response) => void serve(request, response).catch(() => response.destroy())).listen(
  Number(process.env.PORT ?? 8080),
);

function answersTo({ type, data }) {
  if (type !== 'message.created') return []; // Kinds of events you do not know are to be ignored.
  const { text, author, files } = data.message;
  if (text === 'human') return [{ type: 'handover', note: `${author.name} asks for a person` }];
  return [{ type: 'message', text: `You said: ${text || files.map(({ name }) => name).join(', ')}` }];
}

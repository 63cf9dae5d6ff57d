// Streams a slow answer, as a language model gives it: "typing…" until the first words come, then the message grows by edits.
// Run: KEY=whsec_… PORT=8080 node streaming-server.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const key = Buffer.from(process.env.KEY.replace('whsec_', ''), 'base64');
const sign = (id, time, body) => `v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`;
const wordMs = Number(process.env.WORD_MS ?? 400);
const seen = new Set(); // A repeated event is taken once.

/** Posts answers into the conversation of the event; repeats under the same id until the app has taken them. */
async function answer({ conversation, answerUrl }, answers, id = crypto.randomUUID()) {
  const body = JSON.stringify({ conversation, answers });
  const time = Math.floor(Date.now() / 1000);
  const headers = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': sign(id, time, body) };
  const response = await fetch(answerUrl, { method: 'POST', headers, body }).catch(() => null);
  if (response !== null && response.status < 500) return;
  await sleep(1_000);
  await answer({ conversation, answerUrl }, answers, id);
}

/** Put your model here. */
async function* wordsFor(text) {
  await sleep(wordMs * 3);
  for (const word of `You said: ${text}`.split(' ')) {
    await sleep(wordMs);
    yield word;
  }
}

async function stream(id, data) {
  const typing = setInterval(() => void answer(data, [{ type: 'typing' }]), 4_000); // Bitrix24 shows it for some seconds.
  await answer(data, [{ type: 'typing' }]);
  let text = '';
  let shownAt = 0;
  for await (const word of wordsFor(data.message.text)) {
    const type = text === '' ? 'message' : 'message.edit';
    text = `${text} ${word}`.trim();
    clearInterval(typing);
    if (type === 'message.edit' && Date.now() - shownAt < 1_000) continue; // A portal allows two requests a second.
    shownAt = Date.now();
    await answer(data, [{ type, id, text }]);
  }
  await answer(data, [{ type: 'message.edit', id, text }]);
}

async function serve(request, response) {
  const body = Buffer.concat(await request.toArray()).toString('utf8');
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given = '' } = request.headers;
  const expected = Buffer.from(sign(id, time, body));
  const isOurs = given
    .split(' ')
    .some((one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected));
  if (!isOurs || !(Math.abs(Date.now() / 1000 - Number(time)) < 300)) return response.writeHead(401).end();
  response.writeHead(202).end(); // Taken; the answer comes later.
  const { type, data } = JSON.parse(body);
  if (type === 'message.created' && !seen.has(id)) stream(id, data).catch(console.error);
  seen.add(id);
}

createServer((request, response) => void serve(request, response).catch(() => response.destroy())).listen(
  Number(process.env.PORT ?? 8080),
);

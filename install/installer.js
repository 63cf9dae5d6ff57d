/** Polls the set-up and finishes the installation in Bitrix24 when it is done. */
import { element, readPage } from './texts.js';

const { data, words } = readPage();
const by = (id) => document.getElementById(id);
const pollMs = 700;

function showProblem(text) {
  by('problem').textContent = text;
  by('problem').hidden = text === null;
}

function showBots(bots) {
  by('bots').replaceChildren(
    ...bots.map((bot) => {
      const tone = bot.state === 'registered' ? 'good' : bot.state === 'refused' ? 'bad' : '';
      const state = element('span', { text: words.botStates[bot.state], className: `tag ${tone}` });
      const item = element('li', {}, element('div', { className: 'name' }, element('span', { text: bot.name }), state));
      item.append(element('div', { text: bot.problem ?? words.types[bot.type], className: 'muted' }));
      return item;
    }),
  );
}

function finish() {
  by('title').textContent = words.done;
  document.querySelector('.mark').classList.add('still');
  if (window.BX24 === undefined || window.parent === window) {
    by('lead').textContent = words.doneAlone;
    return;
  }
  by('lead').textContent = words.doneLead;
  window.BX24.init(() => window.BX24.installFinish());
}

async function watch() {
  try {
    const response = await fetch('/bitrix24/install/status', { headers: { Authorization: `Bearer ${data.session}` } });
    if (response.status === 401) return showProblem(words.sessionOver);
    if (!response.ok) throw new Error(String(response.status));
    const status = await response.json();
    showBots(status.bots);
    showProblem(status.state === 'failing' ? `${words.failing} ${status.problem ?? ''}` : null);
    if (status.state === 'done') return finish();
  } catch {
    showProblem(words.lost);
  }
  setTimeout(() => void watch(), pollMs);
}

by('again').textContent = words.again;
by('again').addEventListener('click', () => window.location.reload());

if (data.problem === null) {
  by('title').textContent = words.installing;
  by('lead').textContent = words.installingLead;
  void watch();
} else {
  by('title').textContent = words.refusedTitle;
  document.querySelector('.mark').classList.add('still');
  showProblem(words.problems[data.problem] ?? words.problems.other);
  by('again').hidden = false;
}

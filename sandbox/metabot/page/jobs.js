/** The bot's jobs and leads. */
import { button, clock, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

export class JobsView {
  constructor() {
    this.element = node('section', 'tools-view');
    this.problem = node('p', 'error');
    this.problem.setAttribute('role', 'alert');
  }

  #act(key, name, fields) {
    return button(text(key), 'quiet', async () => {
      this.problem.textContent = '';
      try {
        await act(name, fields);
      } catch (failure) {
        this.problem.textContent = failure.message;
      }
    });
  }

  #job({ id, kind, target, leadId, dueAt, state, body }) {
    const badge = node('span', `badge ${state === 'done' ? 'badge-good' : ''}`, text(`job_${state}`));
    const box = node('div', 'module', node('h3', '', `${kind} ${target} `, badge));
    const lead = leadId === null ? '' : ` · ${text('lead')} ${leadId}`;
    box.append(node('p', 'hint', `#${id} · ${clock(dueAt, true)}${lead}`));
    const more = node(
      'details',
      '',
      node('summary', 'hint', text('body')),
      node('pre', '', JSON.stringify(body, null, 1)),
    );
    box.append(more);
    if (state === 'waiting') {
      box.append(node('div', 'tools', this.#act('runNow', 'runJob', { id }), this.#act('cancel', 'cancelJob', { id })));
    }
    return box;
  }

  draw() {
    const { jobs, leads } = model.state;
    const wanted = JSON.stringify([document.documentElement.lang, jobs, leads]);
    if (wanted === this.shown) return;
    this.shown = wanted;
    const leadRows = leads.map(({ id, name, tags }) =>
      node('p', '', `${id} · ${name || '—'} `, ...tags.map((tag) => node('span', 'tag', tag))),
    );
    this.element.replaceChildren(
      node('h2', '', text('jobs')),
      this.problem,
      ...(jobs.length === 0 ? [node('p', 'notice', text('noJobs'))] : [...jobs].reverse().map((job) => this.#job(job))),
      node('h2', '', text('leads')),
      ...(leads.length === 0 ? [node('p', 'notice', text('noLeads'))] : leadRows),
    );
  }
}

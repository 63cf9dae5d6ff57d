/** The bot's jobs and leads. */
import { clock, node } from '../../kit/page/dom.js';
import { model } from '../../kit/page/live.js';
import { ToolsView } from '../../kit/page/tools-view.js';
import { text } from './texts.js';

export class JobsView extends ToolsView {
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
      const press = (key, name) => this.actButton(text(key), name, () => ({ id }));
      box.append(node('div', 'tools', press('runNow', 'runJob'), press('cancel', 'cancelJob')));
    }
    return box;
  }

  draw() {
    const { jobs, leads } = model.state;
    this.drawChanged([jobs, leads], () => {
      const leadRows = leads.map(({ id, name, tags }) =>
        node('p', '', `${id} · ${name || '—'} `, ...tags.map((tag) => node('span', 'tag', tag))),
      );
      const jobRows = [...jobs].reverse().map((job) => this.#job(job));
      return [
        node('h2', '', text('jobs')),
        this.result,
        ...(jobRows.length === 0 ? [node('p', 'notice', text('noJobs'))] : jobRows),
        node('h2', '', text('leads')),
        ...(leadRows.length === 0 ? [node('p', 'notice', text('noLeads'))] : leadRows),
      ];
    });
  }
}

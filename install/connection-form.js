/** The form of a connection: its fields as the brain describes them, and what was typed into them. */
import { element } from './texts.js';

/**
 * The form; nothing is sent before `onSave(values, botCode, title)`, which gives back the problems by key, or null where there are none.
 * A stored secret is never known here: an empty field keeps it.
 */
export function connectionForm({ words, language, form, connection, bots, onSave, onCancel }) {
  const fields = form.form.map((field) => makeField(field, shownValue(field, connection), { words, language }));
  const isNew = connection === null;
  const bot = isNew ? botField(bots, words) : null;
  const title = isNew ? plainField('connection-title', words.title, words.titleHelp) : null;
  const problem = element('p', { className: 'problem' });
  problem.role = 'alert';
  problem.hidden = true;
  const save = element('button', { text: isNew ? words.connectNow : words.save });
  const cancel = element('button', { text: words.cancel, className: 'quiet' });
  cancel.type = 'button';
  cancel.addEventListener('click', onCancel);
  const main = fields.filter(({ field }) => field.group === 'main').map(({ node }) => node);
  const more = fields.filter(({ field }) => field.group !== 'main').map(({ node }) => node);
  const made = element(
    'form',
    { className: 'connection' },
    element('h2', { text: isNew ? words.connecting(form.title) : words.changing(connection.title) }),
    problem,
    ...(isNew ? [bot.node] : []),
    ...main,
    ...(isNew ? [title.node] : []),
    ...(more.length === 0 ? [] : [element('details', {}, element('summary', { text: words.more }), ...more)]),
    element('div', { className: 'actions' }, save, cancel),
  );
  made.noValidate = true;
  made.addEventListener('submit', async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const missing = fields.filter(({ field, input }) => isMissing(field, input, connection));
    mark(
      fields,
      missing.map(({ field }) => ({ key: field.key, message: words.required })),
      problem,
      words,
    );
    if (missing.length > 0) return;
    save.disabled = true;
    save.textContent = words.busy;
    // Only what was changed: nothing that the page shows otherwise, or as it was a while ago, is written back.
    const changed = fields.filter(({ input, before }) => input.value !== before);
    const values = Object.fromEntries(changed.map(({ field, input }) => [field.key, input.value]));
    const answer = await onSave(values, bot?.input.value ?? null, title?.input.value ?? '');
    save.disabled = false;
    save.textContent = isNew ? words.connectNow : words.save;
    if (answer !== null) mark(fields, answer.problems, problem, words, answer.message);
  });
  return made;
}

function shownValue({ key, default: usual }, connection) {
  const shown = connection?.fields?.find((field) => field.key === key);
  if (shown !== undefined) return shown;
  const value = Array.isArray(usual) ? usual.join(', ') : String(usual ?? '');
  return { key, value };
}

function isMissing({ kind, key, required }, input, connection) {
  const isStored = kind === 'secret' && connection?.fields?.find((field) => field.key === key)?.isSet === true;
  return required && input.value.trim() === '' && !isStored;
}

function makeField(field, shown, { words, language }) {
  const input = inputFor(field, shown, words, language);
  const id = `field-${field.key}`;
  input.id = id;
  input.name = field.key;
  input.autocomplete = field.kind === 'secret' ? 'new-password' : 'off';
  const label = element('label', { text: field.title[language] + (field.required ? ' *' : '') });
  label.htmlFor = id;
  const kept = field.kind === 'secret' && shown.isSet === true ? words.secretKept : '';
  const several = field.kind === 'list' ? words.listHelp : '';
  const hint = element('p', {
    text: [kept, field.help[language], several].filter((part) => part !== '').join(' '),
    className: 'hint',
  });
  hint.id = `${id}-hint`;
  const problem = element('p', { className: 'field-problem' });
  problem.id = `${id}-problem`;
  problem.hidden = true;
  input.setAttribute('aria-describedby', `${hint.id} ${problem.id}`);
  return {
    field,
    input,
    before: input.value,
    problem,
    node: element('div', { className: 'field' }, label, input, problem, hint),
  };
}

function inputFor(field, shown, words, language) {
  if (field.kind === 'choice') {
    return choices(
      field.choices.map(({ value, title }) => [value, title[language]]),
      field,
      shown.value,
      words,
    );
  }
  if (field.kind === 'yesno')
    return choices(
      [
        ['true', words.yes],
        ['false', words.no],
      ],
      field,
      shown.value,
      words,
    );
  // A line of text would lose the line breaks of a script.
  if (field.kind === 'text' && shown.value.includes('\n')) {
    const area = element('textarea');
    area.rows = 6;
    area.value = shown.value;
    return area;
  }
  const input = element('input');
  input.type = field.kind === 'secret' ? 'password' : 'text';
  if (field.kind === 'number') input.inputMode = 'decimal';
  if (field.kind !== 'secret') input.value = shown.value;
  return input;
}

function choices(options, field, value, words) {
  const select = element('select');
  // A key that may be absent can be left absent.
  if (field.default === null) select.append(option('', words.usual));
  select.append(...options.map(([one, title]) => option(one, title)));
  select.value = value;
  return select;
}

function option(value, text) {
  const made = element('option', { text });
  made.value = value;
  return made;
}

function botField(bots, words) {
  const select = element('select');
  select.id = 'connection-bot';
  select.append(...bots.map(({ code, name }) => option(code, name)));
  const label = element('label', { text: words.bot });
  label.htmlFor = select.id;
  return { input: select, node: element('div', { className: 'field' }, label, select) };
}

function plainField(id, title, help) {
  const input = element('input');
  input.id = id;
  input.autocomplete = 'off';
  const label = element('label', { text: title });
  label.htmlFor = id;
  return {
    input,
    node: element('div', { className: 'field' }, label, input, element('p', { text: help, className: 'hint' })),
  };
}

/** Marks the fields with problems; what belongs to no field is shown above the form. */
function mark(fields, problems, above, words, message = null) {
  const rest = [];
  for (const { field, input, problem } of fields) {
    const own = problems.filter(({ key }) => key === field.key || key.startsWith(`${field.key}.`));
    problem.textContent = own.map((one) => one.message).join(' ');
    problem.hidden = own.length === 0;
    if (own.length > 0) {
      input.setAttribute('aria-invalid', 'true');
      input.closest('details')?.setAttribute('open', '');
    } else input.removeAttribute('aria-invalid');
  }
  for (const { key, message: text } of problems) {
    if (!fields.some(({ field }) => key === field.key || key.startsWith(`${field.key}.`))) rest.push(`${key}: ${text}`);
  }
  const words_ = [message, ...rest].filter((part) => part !== null);
  above.textContent = words_.length > 0 ? words_.join('\n') : words.check;
  above.hidden = problems.length === 0 && message === null;
  if (!above.hidden) above.scrollIntoView({ block: 'nearest' });
}

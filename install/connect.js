/** Progressive enhancement of a brain's connection form: fills in the code from the link, and shows that the form is being sent. */
const form = document.querySelector('form');
const code = document.querySelector('input[name="code"]');
const given = new URLSearchParams(location.hash.slice(1)).get('code');

if (given !== null) {
  if (code !== null) code.value = given;
  // The code works once; remove it from the history.
  history.replaceState(null, '', location.pathname + location.search);
}

if (form !== null) {
  const button = form.querySelector('button[type="submit"]');
  const text = button.textContent;
  const show = (isBusy) => {
    button.disabled = isBusy;
    button.textContent = isBusy ? form.dataset.busy : text;
    form.setAttribute('aria-busy', String(isBusy));
  };
  form.addEventListener('submit', () => show(true));
  // When the user navigates back, the browser shows this page as it was left.
  window.addEventListener('pageshow', () => show(false));
  document.querySelector('[role="alert"]')?.scrollIntoView({ block: 'nearest' });
}

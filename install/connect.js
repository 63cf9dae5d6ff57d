/** Makes a plain connection form friendlier: takes over the code its link carried, and says that it is at work. */
const form = document.querySelector('form');
const code = document.querySelector('input[name="code"]');
const given = new URLSearchParams(location.hash.slice(1)).get('code');

if (given !== null) {
  if (code !== null) code.value = given;
  // The code is used once; it need not stay in the history.
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
  // Back from the next page, the browser shows this one as it was left.
  window.addEventListener('pageshow', () => show(false));
  document.querySelector('[role="alert"]')?.scrollIntoView({ block: 'nearest' });
}

/** The BX24 object for pages inside the portal: sends messages to the portal page and calls REST directly. */
(() => {
  const [domain = '', protocol = '0', sid = ''] = window.name.split('|');
  const portal = `${protocol === '1' ? 'https' : 'http'}://${domain}`;
  const waiting = new Map();
  const onInit = [];
  let next = 1;
  let data = null;
  let asked = false;

  function ask(command, params, callback) {
    const id = `bx${next++}`;
    if (callback) waiting.set(id, callback);
    const parts = [params === undefined ? '' : JSON.stringify(params), id, sid].filter(Boolean);
    window.parent.postMessage(`${command}:${parts.join(':')}`, portal);
  }

  window.addEventListener('message', (event) => {
    if (event.origin !== portal || typeof event.data !== 'string') return;
    const cut = event.data.indexOf(':');
    const callback = waiting.get(event.data.slice(0, cut));
    if (callback === undefined) return;
    waiting.delete(event.data.slice(0, cut));
    const answer = event.data.slice(cut + 1);
    callback(answer === '' ? null : JSON.parse(answer));
  });

  function ready(callback) {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => callback());
    else callback();
  }

  function auth() {
    return {
      access_token: data.AUTH_ID,
      refresh_token: data.REFRESH_ID,
      expires_in: Number(data.AUTH_EXPIRES),
      domain: data.DOMAIN,
      member_id: data.MEMBER_ID,
    };
  }

  function resultOf(body, status) {
    const failure =
      body.error === undefined
        ? null
        : { ex: body, status, toString: () => `${body.error}: ${body.error_description}` };
    return {
      answer: body,
      status,
      data: () => body.result,
      error: () => failure,
      error_description: () => body.error_description,
      more: () => body.next !== undefined,
      total: () => body.total ?? 0,
      time: () => body.time,
    };
  }

  async function call(method, params) {
    const answer = await fetch(`${portal}/rest/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...params, auth: data.AUTH_ID }),
    });
    return resultOf(await answer.json(), answer.status);
  }

  async function callAndTell(method, params, callback) {
    let result;
    try {
      result = await call(method, params);
    } catch (failure) {
      result = resultOf({ error: 'NETWORK_ERROR', error_description: failure.message }, 0);
    }
    callback?.(result);
  }

  function pageSize() {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return { scrollWidth, scrollHeight };
  }

  window.BX24 = {
    ready,
    init(callback) {
      if (data !== null) {
        callback();
        return;
      }
      onInit.push(callback);
      if (asked) return;
      asked = true;
      ready(() =>
        ask('getInitData', undefined, (answer) => {
          data = answer;
          for (const waitingCallback of onInit.splice(0)) waitingCallback();
        }),
      );
    },
    install(callback) {
      window.BX24.init(() => {
        if (data.INSTALL) callback();
      });
    },
    installFinish: () => ask('setInstallFinish', {}),
    getAuth: () => (data === null ? false : auth()),
    refreshAuth: (callback) =>
      ask('refreshAuth', {}, (answer) => {
        data = { ...data, ...answer };
        callback?.(auth());
      }),
    callMethod: (method, params, callback) => void callAndTell(method, params, callback),
    isAdmin: () => data?.IS_ADMIN === true,
    getLang: () => data?.LANG ?? 'en',
    getDomain: () => domain,
    getScrollSize: pageSize,
    fitWindow(callback) {
      const { scrollHeight } = pageSize();
      ask('resizeWindow', { width: '100%', height: scrollHeight }, callback);
    },
    resizeWindow: (width, height, callback) => ask('resizeWindow', { width, height }, callback),
    reloadWindow: (callback) => ask('reloadWindow', {}, callback),
    setTitle: (title, callback) => ask('setTitle', { title }, callback),
    openApplication: (params, callback) => ask('openApplication', params ?? {}, callback),
    closeApplication: (callback) => ask('closeApplication', {}, callback),
    placement: {
      info: () => ({ placement: data?.PLACEMENT ?? 'DEFAULT', options: data?.PLACEMENT_OPTIONS ?? null }),
    },
    bind: (element, event, callback) => element.addEventListener(event, callback),
  };
})();

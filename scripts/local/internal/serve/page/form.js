'use strict';

// The form: what it offers, and sending as any caller. For all but Logto serve makes and signs the
// request, and tells what becomes of the answer in that caller.

const usageTypes = [
  'SignIn',
  'Register',
  'ForgotPassword',
  'Generic',
  'MfaVerification',
  'BindMfa',
  'BindNewIdentifier',
  'UserPermissionValidation',
  'OrganizationInvitation',
];
const locales = [
  'zh-CN',
  'zh-HK',
  'zh-TW',
  'en',
  'ja',
  'ko',
  'fr',
  'de',
  'es',
  'it',
  'pt-BR',
  'pt-PT',
  'ru',
  'ar',
  'cs',
  'fa-IR',
  'pl-PL',
  'th',
  'tr-TR',
  'uk-UA',
];
let authEdited = false,
  codeEdited = false,
  proofEdited = false;

const caller = () => state && state.Callers.find(c => c.Name === $('as').value);

function randomCode() {
  const digits = crypto.getRandomValues(new Uint32Array(6));
  return Array.from(digits, n => n % 10).join('');
}

function renderFormTexts() {
  $('random').title = t('random');
  const chosen = $('locale').value;
  $('locale').replaceChildren(
    el('option', {value: ''}, t('noLocale')),
    ...locales.map(tag => el('option', {value: tag}, tag)),
  );
  $('locale').value = chosen;
}

// renderForm shows of the form what the chosen caller can tell.
function renderForm() {
  if (!authEdited) $('auth').value = state.Authorization;
  const types = [...new Set([...usageTypes, ...state.Templates.map(x => x.UsageType)])];
  if ($('type').options.length !== types.length) {
    const before = $('type').value;
    $('type').replaceChildren(...types.map(name => el('option', {value: name}, name)));
    $('type').value = before || 'SignIn';
  }
  const c = caller();
  if (!c) return;
  const logto = c.Name === 'logto';
  for (const option of $('type').options)
    option.disabled = !!c.Types && !c.Types.includes(option.value);
  if ($('type').selectedOptions[0]?.disabled) $('type').value = c.Types[0];
  $('locale').disabled = c.Name === 'zitadel';
  for (const id of ['auth', 'ui', 'problem']) $(id).closest('.field, .check').hidden = !logto;
  $('proof').closest('.field').hidden = logto;
  $('proofOf').textContent = c.Name === 'flat' ? 'Authorization' : t('proof');
  if (!proofEdited) $('proof').value = c.Proof;
}

// filled is what stands in the form.
const filled = () => ({
  as: $('as').value,
  to: $('to').value.trim(),
  type: $('type').value,
  code: $('code').value,
  locale: $('locale').disabled ? '' : $('locale').value,
  ui: $('ui').value.trim(),
});

// logtoRequest is what Logto posts.
function logtoRequest({to, type, code, locale, ui}) {
  const headers = {'Content-Type': 'application/json'};
  if ($('auth').value) headers.Authorization = $('auth').value;
  if ($('problem').checked) headers.Accept = 'application/problem+json';
  const payload = {code, ...(locale && {locale}), ...(ui && {uiLocales: ui})};
  return {headers, body: JSON.stringify({to, type, payload})};
}

const post = (path, body) =>
  fetch(api + path, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
  });

const order = ({as, to, type, code, locale}) => ({
  caller: as,
  proof: $('proof').value,
  to,
  type,
  code,
  locale,
});

// sendAs sends a message as a caller does, and returns what the page shows of it.
async function sendAs(message) {
  const {as, to, locale} = message;
  const shown = {as, to, locale};
  if (as === 'logto') {
    const r = await fetch('/', {method: 'POST', ...logtoRequest(message)});
    return {...shown, ok: r.ok, status: r.status, text: await r.text()};
  }
  const r = await post('send', order(message));
  if (!r.ok) return {...shown, ok: false, status: r.status, refused: await r.text()};
  const {Status, Body, Told} = await r.json();
  return {...shown, ok: Told.Sent, status: Status, text: Body, told: Told};
}

async function send() {
  const go = $('go');
  if (go.getAttribute('aria-busy') === 'true') return;
  go.setAttribute('aria-busy', 'true');
  go.textContent = t('sending');
  underWay(true);
  const message = filled();
  try {
    result = await sendAs(message);
  } catch {
    result = {...message, ok: false, status: 0, text: ''};
  }
  go.removeAttribute('aria-busy');
  go.textContent = t('go');
  underWay(false);
  // The same text within 30 seconds would be refused. A second click is not for seeing that.
  if (result.ok && !codeEdited) $('code').value = randomCode();
  showLast();
  renderSeen();
  showToast();
}

// underWay dims what is shown of the request before, while the next one is under way.
function underWay(is) {
  for (const id of ['seen', 'result', 'counters']) {
    $(id).classList.toggle('stale', is);
    $(id).setAttribute('aria-busy', is);
  }
}

// copyCurl copies the form as a command of curl. Signatures are those of now: the function takes
// them for five minutes.
async function copyCurl() {
  const message = filled();
  let request;
  if (message.as === 'logto') request = logtoRequest(message);
  else {
    const r = await post('sign', order(message)).catch(() => null);
    if (!r || !r.ok) {
      const why = r ? await r.text() : t('gone');
      $('said').textContent = $('faulty').textContent = $('faulty').title = why;
      return;
    }
    const {Headers, Body} = await r.json();
    request = {headers: Headers, body: Body};
  }
  const quoted = text => "'" + text.replaceAll("'", "'\\''") + "'";
  const headers = Object.entries(request.headers).map(([k, v]) => '-H ' + quoted(k + ': ' + v));
  const parts = ['curl -sS ' + quoted(state.URL), ...headers, '--data-raw ' + quoted(request.body)];
  await copy(parts.join(' \\\n  '), $('curl'));
}

function listenToForm() {
  $('code').value = randomCode();
  document.querySelector('form').addEventListener('submit', e => {
    e.preventDefault();
    send();
  });
  $('curl').addEventListener('click', copyCurl);
  $('random').addEventListener('click', () => {
    $('code').value = randomCode();
    codeEdited = false;
  });
  $('code').addEventListener('input', () => {
    codeEdited = true;
  });
  $('auth').addEventListener('input', () => {
    authEdited = state && $('auth').value !== state.Authorization;
  });
  $('proof').addEventListener('input', () => {
    proofEdited = true;
  });
  $('as').addEventListener('change', () => {
    proofEdited = false;
    if (state) renderForm();
  });
  for (const b of document.querySelectorAll('[data-to]'))
    b.addEventListener('click', () => {
      $('to').value = b.dataset.to;
    });
}

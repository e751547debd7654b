'use strict';

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
const api = '/_workbench/';

const $ = id => document.getElementById(id);
const stored = {
  get: key => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set: (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      /* then it isn't kept */
    }
  },
};
let lang =
  stored.get('lang') || ((navigator.language || '').toLowerCase().startsWith('zh') ? 'zh' : 'en');
let state = null; // what serve last told
let connected = null; // null: not yet known
let result = null; // of the form's last send
const actions = ['SendSms', 'GetSecretValue', 'Redis']; // whose faults can be switched on
const tabs = ['event', 'answer', 'log'];
let tab = 'answer';
let shown = new Set(); // serial numbers on the phone
let authEdited = false,
  codeEdited = false;

const t = (key, ...fill) =>
  fill.reduce((text, value) => text.replace('{}', value), texts[lang][key]);
const named = (key, values) => texts[lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

// el makes an element; texts never become markup.
function el(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

function randomCode() {
  const digits = crypto.getRandomValues(new Uint32Array(6));
  return Array.from(digits, n => n % 10).join('');
}

function renderTexts() {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  document.title = t('title');
  for (const e of document.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll('[data-aria]'))
    e.setAttribute('aria-label', t(e.dataset.aria));
  $('random').title = t('random');
  for (const b of document.querySelectorAll('[data-lang]'))
    b.setAttribute('aria-pressed', b.dataset.lang === lang);
  const chosen = $('locale').value;
  $('locale').replaceChildren(
    el('option', {value: ''}, t('noLocale')),
    ...locales.map(tag => el('option', {value: tag}, tag)),
  );
  $('locale').value = chosen;
  $('done').textContent = '';
  renderSeen();
}

function renderSeen() {
  $('seen').hidden = !result;
  if (!result) return;
  const {ok, status, text, to, locale} = result;
  $('unreachable').hidden = !!status;
  $('logto').hidden = !status || result.as !== 'logto';
  if (result.as !== 'logto') return renderTold();
  $('told').hidden = true;
  $('codes').hidden = !ok; // also for 202: to Logto it is a success like any other
  $('maybe').hidden = status !== 202;
  for (const id of ['form', 'toast', 'again']) $(id).hidden = ok;
  $('sentTo').textContent = t('sentTo', spaced(to));
  $('typed').textContent = to;
  const words = logtoError[locale] || logtoError[locale.split('-')[0]] || logtoError.en;
  $('toast').textContent = words + JSON.stringify({message: text});
}

// showToast shows it as long as Logto does: for 3 s, and then it fades for 0.3 s (the duration and
// closeTimeoutMS of github.com/logto-io/logto, packages/experience/src/shared/components/Toast).
let toastEnds;
function showToast() {
  clearTimeout(toastEnds);
  $('toast').classList.add('shown');
  toastEnds = setTimeout(() => $('toast').classList.remove('shown'), 3000);
}

function renderState() {
  const chip = $('instance');
  const is =
    connected === null ? 'waiting' : !connected ? 'gone' : state && state.Warm ? 'warm' : 'cold';
  if (chip.dataset.is !== is || chip.textContent !== t(is)) {
    chip.dataset.is = is;
    chip.textContent = t(is);
  }
  if (!state) return;
  showNotice('broken', state.Broken);
  showNotice('problems', (state.Problems || []).join('\n'));
  $('where').textContent = state.URL + ' · ' + t('url');
  if (!authEdited) $('auth').value = state.Authorization;
  $('keyId').textContent = state.KeyID;
  $('thirtySeconds').checked = state.Limits.ThirtySeconds;
  $('perDay').checked = state.Limits.PerDay;
  $('guard').checked = state.Guard;
  const on = state.Faults.filter(f => f.Name === state.Chosen[f.Action]);
  for (const action of actions) {
    const options = state.Faults
      .filter(f => f.Action === action)
      .map(f => el('option', {value: f.Name, title: codeOf(f)}, faultText(f)));
    // Not under somebody's hands: an open list would close.
    if (document.activeElement !== $(action)) {
      $(action).replaceChildren(el('option', {value: ''}, t('behave')), ...options);
      $(action).value = state.Chosen[action] || '';
    }
    const fault = on.find(f => f.Action === action);
    $(action + '-code').textContent = fault ? codeOf(fault) : '';
  }
  const names = on.map(faultText).join(lang === 'zh' ? '、' : ', ');
  const faulty = names && t('faulty', names);
  if ($('faulty').textContent !== faulty) $('faulty').textContent = faulty;
  const types = [...new Set([...usageTypes, ...state.Templates.map(x => x.UsageType)])];
  if ($('type').options.length !== types.length) {
    const before = $('type').value;
    $('type').replaceChildren(...types.map(name => el('option', {value: name}, name)));
    $('type').value = before || 'SignIn';
  }
  renderCaller();
  renderPhone();
  renderLast();
  renderCounters();
  renderTemplates();
}

async function send() {
  const go = $('go');
  if (go.getAttribute('aria-busy') === 'true') return;
  go.setAttribute('aria-busy', 'true');
  $('seen').classList.add('stale');
  go.textContent = t('sending');
  const as = $('as').value,
    to = $('to').value.trim(),
    locale = $('locale').value,
    ui = $('ui').value.trim();
  try {
    result = await sendAs(as, {to, type: $('type').value, locale, ui, code: $('code').value});
  } catch {
    result = {as, ok: false, status: 0, text: '', to, locale};
  }
  go.removeAttribute('aria-busy');
  $('seen').classList.remove('stale');
  // The same text within 30 seconds would be refused. A second click is not for seeing that.
  if (result.ok && !codeEdited) $('code').value = randomCode();
  go.textContent = t('go');
  renderSeen();
  showToast();
}

let doneUntil;

async function tell(path, body = {}) {
  try {
    const r = await fetch(api + path, {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify(body),
    });
    $('done').textContent = r.ok ? t('done') : await r.text();
    clearTimeout(doneUntil);
    if (r.ok)
      doneUntil = setTimeout(() => {
        $('done').textContent = '';
      }, 4000);
  } catch {
    $('done').textContent = t('unreachable');
  }
}

function listen() {
  const stream = new EventSource(api + 'stream');
  stream.onmessage = m => {
    connected = true;
    state = JSON.parse(m.data);
    renderState();
  };
  stream.onerror = () => {
    connected = false;
    renderState();
  };
}

document.querySelector('form').addEventListener('submit', e => {
  e.preventDefault();
  send();
});
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
$('again').addEventListener('click', showToast);
listenToCaller();
$('clear').addEventListener('click', () => tell('clear'));
for (const b of document.querySelectorAll('[data-to]'))
  b.addEventListener('click', () => {
    $('to').value = b.dataset.to;
    $('to').focus();
  });
for (const b of document.querySelectorAll('[data-do]'))
  b.addEventListener('click', () => tell(b.dataset.do));
for (const action of actions)
  $(action).addEventListener('change', () => tell('fault', {action, name: $(action).value}));
for (const id of ['thirtySeconds', 'perDay'])
  $(id).addEventListener('change', () =>
    tell('limits', {thirtySeconds: $('thirtySeconds').checked, perDay: $('perDay').checked}),
  );
$('guard').addEventListener('change', () => tell('guard', {on: $('guard').checked}));
for (const b of document.querySelectorAll('[data-lang]'))
  b.addEventListener('click', () => {
    lang = b.dataset.lang;
    stored.set('lang', lang);
    renderTexts();
    renderState();
  });
for (const b of document.querySelectorAll('[role=tab]')) {
  b.addEventListener('click', () => {
    tab = b.id.slice(4);
    renderTab();
  });
  b.addEventListener('keydown', e => {
    const at = tabs.indexOf(tab);
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1}[e.key];
    if (to === undefined) return;
    e.preventDefault();
    tab = tabs.at(to % tabs.length);
    renderTab();
    $('tab-' + tab).focus();
  });
}
$('code').value = randomCode();
renderTexts();
$('locale').value = lang === 'zh' ? 'zh-CN' : 'en';
renderState();
listen();

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
  $('logto').hidden = !status;
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
  const on = state.Faults.filter(f => f.Name === state.Chosen[f.Action]);
  for (const action of ['SendSms', 'GetSecretValue']) {
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
  renderPhone();
  renderLast();
  renderTemplates();
}

const codeOf = fault => fault.Code || fault.Kind;
const faultText = fault => texts[lang].faults[fault.Action + '.' + fault.Name] || codeOf(fault);

function showNotice(id, text) {
  $(id).hidden = !text;
  $(id).querySelector('pre').textContent = text;
}

const clock = time =>
  new Date(time).toLocaleTimeString(lang === 'zh' ? 'zh-CN' : 'en-GB', {hour12: false});
const spaced = number =>
  number
    .replace(/^\d/, '+$&')
    .replace(/^\+86(\d{3})(\d{4})(\d{4})$/, '+86 $1 $2 $3')
    .replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')
    .replace(/^\+852(\d{4})(\d{4})$/, '+852 $1 $2');

function renderPhone() {
  const inbox = $('inbox');
  const last = state.Messages.at(-1);
  const sign = last && /^【(.*?)】/.exec(last.Text);
  $('clock').textContent = last ? clock(last.Time).slice(0, 5) : clock(Date.now()).slice(0, 5);
  $('from').textContent = last ? (sign ? sign[1] : t('noSign')) : t('phone');
  $('avatar').textContent = sign ? sign[1][0] : '✉';
  if (!last) {
    shown.clear();
    inbox.replaceChildren(el('li', {class: 'none'}, t('empty')));
    return;
  }
  for (const e of inbox.querySelectorAll('.none')) e.remove();
  // Only what is new is added, so that a screen reader reads only that.
  const serials = new Set(state.Messages.map(m => m.SerialNo + m.Time));
  for (const e of [...inbox.children]) if (!serials.has(e.dataset.serial)) e.remove();
  let fresh = null;
  for (const m of state.Messages) {
    const serial = m.SerialNo + m.Time;
    let item = [...inbox.children].find(e => e.dataset.serial === serial);
    if (!item) {
      item = fresh = el(
        'li',
        {'data-serial': serial, class: shown.has(serial) ? '' : 'fresh'},
        el('div', {class: 'bubble'}, ...marked(m.Text)),
        el('small'),
      );
      if (!m.Answered) item.append(el('small', {class: 'odd'}));
      inbox.append(item);
      shown.add(serial);
    }
    item.querySelector('small').textContent =
      clock(m.Time).slice(0, 5) +
      ' · ' +
      spaced(m.PhoneNumber) +
      ' · ' +
      t('template') +
      '\u00a0' +
      m.TemplateID;
    if (!m.Answered) item.querySelector('.odd').textContent = t('lost');
  }
  if (fresh) inbox.scrollTop = inbox.scrollHeight;
}

// marked underlines the code, as phones do.
function marked(text) {
  return text.split(/(\d{4,6})/).map((part, i) => (i % 2 ? el('b', {}, part) : part));
}

function renderLast() {
  const last = state.Last;
  $('nothing').hidden = !!last;
  $('result').hidden = !last;
  if (!last) return;
  $('status').textContent = last.Status;
  $('status').className =
    'pill ' + (last.Status === 200 ? 'good' : last.Status < 500 ? 'warn' : 'bad');
  $('outcome').textContent = last.Error || last.Outcome;
  $('timing').textContent = [
    last.MS + ' ms',
    last.Cold ? t('started', last.InitMS) : t('again'),
    clock(last.Time),
  ].join(' · ');
  const line = last.Log || {};
  const asked = posted(last.Event);
  $('why').textContent = line.template ? why(line, asked) : t('whyNone');
  $('bare').hidden = last.Outcome !== 'invalid_phone_number' || !/^1[3-9]\d{9}$/.test(asked.to);
  const first = line.firstRefusal;
  $('retried').hidden = !first;
  $('retried').textContent = !first
    ? ''
    : t(/^AuthFailure/i.test(first) && last.Status === 200 ? 'newKey' : 'secondTry', first);
  const said = [line.tencentCode, line.hint].filter(Boolean);
  $('hint').hidden = last.Status === 200 || !said.length;
  $('hint').replaceChildren(
    el('b', {}, t('hint')),
    ...said.map((text, i) => el('span', i || !line.tencentCode ? {} : {class: 'mono'}, text)),
  );
  renderTab();
}

function renderTab() {
  for (const name of tabs) {
    $('tab-' + name).setAttribute('aria-selected', name === tab);
    $('tab-' + name).tabIndex = name === tab ? 0 : -1;
  }
  $('json').setAttribute('aria-labelledby', 'tab-' + tab);
  const last = state && state.Last;
  const value = last && {event: last.Event, answer: last.Answer, log: last.Log}[tab];
  $('json').replaceChildren(...(value ? colored(value) : [el('span', {class: 'quiet'}, '—')]));
  if (tab === 'answer' && value && /^[{]/.test(value.body || '')) {
    try {
      $('json').append(
        el('span', {class: 'quiet'}, '\n\n' + t('decoded') + '\n'),
        ...colored(JSON.parse(value.body)),
      );
    } catch {
      /* then it is no JSON */
    }
  }
  if (tab === 'log' && last && last.Printed) $('json').append('\n\n' + last.Printed.join('\n'));
}

function colored(value) {
  const parts = [];
  const text = JSON.stringify(value, null, 2);
  let end = 0;
  for (const m of text.matchAll(
    /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
  )) {
    parts.push(
      text.slice(end, m.index),
      el('span', {class: m[2] ? 'k' : m[1] ? 's' : 'n'}, m[1] || m[0]),
      m[2] || '',
    );
    end = m.index + m[0].length;
  }
  return [...parts, text.slice(end)];
}

// posted returns what the event asked for: the number, the usage type, the languages in one text.
function posted(event) {
  try {
    const {to, type, payload} = JSON.parse(event.isBase64Encoded ? atob(event.body) : event.body);
    const {locale, uiLocales} = payload || {};
    return {to, type, wanted: (locale || uiLocales || '').trim().split(/\s+/).join(', ')};
  } catch {
    return {to: '', type: '', wanted: ''};
  }
}

// why says which entry of TEMPLATES the function chose, from its log line.
function why(line, {type, wanted}) {
  const locale = line.templateLocale || '';
  return named('why', {
    id: line.template,
    usage: line.templateType === type ? t('whyUsage', type) : t('whyGeneric', type),
    destination: line.callingCode === 86 ? t('whyChina') : t('whyOverseas'),
    locale:
      locale && locale.toLowerCase() === wanted.toLowerCase()
        ? t('whyExact', locale)
        : locale
          ? named('whyLocale', {locale, wanted})
          : wanted
            ? t('whyAnyOf', wanted)
            : t('whyAny'),
  });
}

function renderTemplates() {
  const line = state.Last && state.Last.Log;
  $('rows').replaceChildren(
    ...state.Templates.map(x => {
      const chosen =
        line &&
        x.ID === line.template &&
        x.UsageType === line.templateType &&
        x.Locale === (line.templateLocale || '') &&
        x.Overseas === (line.callingCode !== 86);
      return el(
        'tr',
        chosen ? {class: 'chosen', 'aria-current': 'true'} : {},
        el('td', {}, x.UsageType),
        el('td', {}, t(x.Overseas ? 'overseas' : 'china')),
        el('td', {}, x.Locale || t('everybody')),
        el('td', {class: 'mono'}, x.ID),
        el('td', {class: 'text'}, x.Text),
      );
    }),
  );
}

async function send() {
  const go = $('go');
  if (go.getAttribute('aria-busy') === 'true') return;
  go.setAttribute('aria-busy', 'true');
  $('seen').classList.add('stale');
  go.textContent = t('sending');
  const locale = $('locale').value,
    ui = $('ui').value.trim();
  const payload = {code: $('code').value, ...(locale && {locale}), ...(ui && {uiLocales: ui})};
  const to = $('to').value.trim();
  const headers = {'Content-Type': 'application/json'};
  if ($('auth').value) headers.Authorization = $('auth').value;
  if ($('problem').checked) headers.Accept = 'application/problem+json';
  try {
    const body = JSON.stringify({to, type: $('type').value, payload});
    const r = await fetch('/', {method: 'POST', headers, body});
    result = {ok: r.ok, status: r.status, text: await r.text(), to, locale};
  } catch {
    result = {ok: false, status: 0, text: '', to, locale};
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
$('clear').addEventListener('click', () => tell('clear'));
for (const b of document.querySelectorAll('[data-to]'))
  b.addEventListener('click', () => {
    $('to').value = b.dataset.to;
    $('to').focus();
  });
for (const b of document.querySelectorAll('[data-do]'))
  b.addEventListener('click', () => tell(b.dataset.do));
for (const action of ['SendSms', 'GetSecretValue'])
  $(action).addEventListener('change', () => tell('fault', {action, name: $(action).value}));
for (const id of ['thirtySeconds', 'perDay'])
  $(id).addEventListener('change', () =>
    tell('limits', {thirtySeconds: $('thirtySeconds').checked, perDay: $('perDay').checked}),
  );
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

'use strict';

// The list of the last requests, and one of them with what the function made of it.

const tabs = ['event', 'answer', 'log'];
let tab = 'answer';
let chosen = null; // an older request that was clicked, as serve tells it; null: the last one

const viewed = () => chosen || state;

function renderRequests() {
  const list = state.Requests;
  $('nothing').hidden = !!list.length;
  $('requests').hidden = !list.length;
  const current = viewed().Last?.ID;
  // What is there stays, so that the focus does.
  const items = new Map([...$('requests').children].map(e => [+e.dataset.id, e]));
  const ids = new Set(list.map(r => r.ID));
  for (const [id, e] of items) if (!ids.has(id)) e.remove();
  list.forEach((r, i) => {
    let item = items.get(r.ID);
    if (!item) {
      const button = el('button', {type: 'button'});
      button.addEventListener('click', () => choose(r.ID));
      item = el('li', {'data-id': r.ID}, button);
      $('requests').insertBefore(item, $('requests').children[i] || null);
    }
    const button = item.firstChild;
    if (r.ID === current) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    const said = r.Count ? [t('reported', r.Count)] : [r.Caller, r.Number];
    button.replaceChildren(
      el('span', {class: tone(r.Status, r.Logged)}, String(r.Status)),
      el('span', {class: 'what'}, r.Outcome),
      el('span', {class: 'who'}, said.filter(text => text && text !== '—').join(' · ')),
      el('span', {class: 'when'}, clock(r.Time)),
    );
  });
}

async function choose(id) {
  if (id === state.Last?.ID) return showLast();
  const r = await fetch(api + 'request/' + id).catch(() => null);
  if (!r || !r.ok) return;
  chosen = await r.json();
  renderChoice();
}

// showLast goes back from an older request to the last one.
function showLast() {
  chosen = null;
  if (state) renderChoice();
}

function renderChoice() {
  renderRequests();
  renderRequest();
  renderTemplates();
}

function renderRequest() {
  const last = viewed().Last;
  $('last-h').textContent = t(chosen ? 'older' : 'last');
  $('last-h').hidden = !last;
  $('result').hidden = !last;
  renderCounters();
  if (!last) return;
  const line = last.Log || {};
  $('status').textContent = last.Status;
  $('status').className = tone(last.Status, line.status);
  $('outcome').textContent = last.Error || last.Outcome;
  $('timing').textContent = [
    last.MS + ' ms',
    last.Cold ? t('started', last.InitMS) : t('warm'),
    clock(last.Time),
  ].join(' · ');
  const asked = posted(last.Event);
  const bare = last.Outcome === 'invalid_phone_number' && /^1[3-9]\d{9}$/.test(asked.to);
  const hint = hintText(line.hint || '');
  $('why').textContent = line.template ? why(line, asked) : whyNone(last, hint);
  $('bare').hidden = !bare;
  renderLimited(line);
  const first = line.firstRefusal;
  $('retried').hidden = !first;
  $('retried').textContent = !first
    ? ''
    : t(/^AuthFailure/i.test(first) && last.Status === 200 ? 'newKey' : 'secondTry', first);
  // What is wrong stands above already, unless there is also something to do.
  const status = line.status || last.Status;
  const more = hint && (line.template || hint !== reasonOf(hint)) ? hint : '';
  const said = [line.tencentCode, more].filter(Boolean);
  const fine = status === 200 && !line.limits;
  $('hint').hidden = fine || bare || !!line.limit || !said.length;
  $('hint').replaceChildren(
    el('b', {}, t('hint')),
    ...said.map(text => el('span', text === line.tencentCode ? {class: 'mono'} : {}, text)),
  );
  renderTab();
}

// reasonOf is a hint without what the operator can do about it.
const reasonOf = hint => hint.split(/: |：/)[0];

// whyNone says why a request was answered before a template was chosen.
function whyNone(last, hint) {
  const {before} = texts[lang];
  if (last.Outcome === 'reports') return t('whyReports', last.Log.count);
  const reason = hint ? reasonOf(hint) : before[last.Outcome] || last.Error || before.other;
  return t('whyNone', reason.replace(/[.。]$/, ''));
}

// renderLimited says what limits made of a request: the function's own, or Tencent's on one number.
function renderLimited(line) {
  const text = limitedBy(line);
  $('refused').hidden = !text;
  $('refusedBy').textContent = text;
  $('anew').hidden = !line.limit && !ofNumber(line);
}

const ofNumber = line => /^LimitExceeded\.PhoneNumber.*Limit$/.test(line.tencentCode || '');

function limitedBy(line) {
  if (line.duplicate) return t('duplicate');
  if (line.limits) return t(line.attempts ? 'away' : 'awayClosed');
  if (line.wouldLimit) return t('wouldRefuse', line.wouldLimit);
  if (ofNumber(line)) return t('refusedByTencent', line.tencentCode);
  if (!line.limit) return '';
  const s = Math.ceil(line.limitWaitMs / 1000);
  const [unit, n] = s < 120 ? ['second', s] : s < 7200 ? ['minute', s / 60] : ['hour', s / 3600];
  const wait = Math.ceil(n).toLocaleString(document.documentElement.lang, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  });
  return named('refused', {limit: line.limit, wait});
}

function renderCounters() {
  const {Counters: all, CountersOf: number, Last: last} = viewed();
  const counters = all || [];
  const line = (last && last.Log) || {};
  $('counters').hidden = !counters.length;
  if (!counters.length) return;
  $('counters-h').textContent = t('counters', spaced(number));
  $('counts').replaceChildren(
    ...counters.map(c => {
      const name = c.Scope + ' ' + c.N + '/' + c.W;
      const full = name === line.limit || name === line.wouldLimit;
      return el(
        'tr',
        full ? {class: 'chosen', 'aria-current': 'true'} : {},
        el('td', {class: 'mono'}, name),
        el('td', {}, c.Used + ' / ' + c.N),
        el('td', {}, texts[lang].counts[c.Scope]),
      );
    }),
  );
}

// panel is the value that the chosen tab shows.
function panel() {
  const last = state && viewed().Last;
  return last && {event: last.Event, answer: last.Answer, log: last.Log}[tab];
}

const panelText = () => JSON.stringify(panel(), null, 2);

function renderTab() {
  for (const name of tabs) {
    $('tab-' + name).setAttribute('aria-selected', name === tab);
    $('tab-' + name).tabIndex = name === tab ? 0 : -1;
  }
  $('json').setAttribute('aria-labelledby', 'tab-' + tab);
  const value = panel();
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
  const last = state && viewed().Last;
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

// posted returns what the event asked for, as any of the callers does: the number, and the
// languages in one text.
function posted(event) {
  try {
    const body = JSON.parse(event.isBase64Encoded ? atob(event.body) : event.body);
    const {locale, uiLocales} = body.payload || body.user?.user_metadata || body;
    const wanted = String(locale || uiLocales || event.queryString?.locale || '');
    return {to: body.to || '', wanted: wanted.trim().split(/\s+/).join(', ')};
  } catch {
    return {to: '', wanted: ''};
  }
}

// why says which entry of TEMPLATES the function chose, from its log line.
function why(line, {wanted}) {
  const {type, templateLocale: locale = ''} = line;
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
  const line = viewed().Last && viewed().Last.Log;
  $('rows').replaceChildren(
    ...state.Templates.map(x => {
      const used =
        line &&
        x.ID === line.template &&
        x.UsageType === line.templateType &&
        x.Locale === (line.templateLocale || '') &&
        x.Overseas === (line.callingCode !== 86);
      return el(
        'tr',
        used ? {class: 'chosen', 'aria-current': 'true'} : {},
        el('td', {}, x.UsageType),
        el('td', {}, t(x.Overseas ? 'overseas' : 'china')),
        el('td', {}, x.Locale || t('everybody')),
        el('td', {class: 'mono'}, x.ID),
        el('td', {class: 'text'}, x.Text),
      );
    }),
  );
}

function listenToRequests() {
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
}

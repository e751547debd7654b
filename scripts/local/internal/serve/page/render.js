'use strict';

// What the page shows of the state that serve tells: the phone, the last request, the templates.

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
  const line = last.Log || {};
  $('status').textContent = last.Status;
  const status = line.status || last.Status; // Supabase is told refusals by a 200
  $('status').className = 'pill ' + (status === 200 ? 'good' : status < 500 ? 'warn' : 'bad');
  $('outcome').textContent = last.Error || last.Outcome;
  $('timing').textContent = [
    last.MS + ' ms',
    last.Cold ? t('started', last.InitMS) : t('again'),
    clock(last.Time),
  ].join(' · ');
  const asked = posted(last.Event);
  $('why').textContent = line.template ? why(line, asked) : t('whyNone');
  $('bare').hidden = last.Outcome !== 'invalid_phone_number' || !/^1[3-9]\d{9}$/.test(asked.to);
  const limited = limitedBy(line);
  $('refused').hidden = !limited;
  $('refused').textContent = limited;
  const first = line.firstRefusal;
  $('retried').hidden = !first;
  $('retried').textContent = !first
    ? ''
    : t(/^AuthFailure/i.test(first) && last.Status === 200 ? 'newKey' : 'secondTry', first);
  const said = [line.tencentCode, line.hint].filter(Boolean);
  $('hint').hidden = status === 200 || !said.length;
  $('hint').replaceChildren(
    el('b', {}, t('hint')),
    ...said.map((text, i) => el('span', i || !line.tencentCode ? {} : {class: 'mono'}, text)),
  );
  renderTab();
}

// limitedBy says what the function's own limits made of a request, '' if nothing.
function limitedBy(line) {
  if (line.duplicate) return t('duplicate');
  if (line.limits) return t(line.attempts ? 'away' : 'awayClosed');
  if (line.wouldLimit) return t('wouldRefuse', line.wouldLimit);
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
  const counters = state.Counters || [];
  const line = (state.Last && state.Last.Log) || {};
  $('counters').hidden = !counters.length;
  if (!counters.length) return;
  $('counters-h').textContent = t('counters', spaced(state.CountersOf));
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

'use strict';

const texts = {
  en: {
    title: 'scf-sms workbench',
    tagline: 'The real function in front of a simulated Tencent Cloud. No SMS leaves this machine.',
    url: 'function URL',
    warm: 'warm',
    cold: 'cold: the next request starts it',
    waiting: 'connecting…',
    gone: 'serve has stopped',
    broken: 'The sources changed but can’t be used; the function as it was goes on.',
    problems: 'The function’s settings are wrong, and every request is answered with 500:',
    send: 'Send a code',
    to: 'Phone number with calling code',
    picks: 'Sample numbers',
    pickChina: 'Mainland China',
    pickHongKong: 'Hong Kong',
    pickUS: 'US',
    pickFrance: 'France',
    pickWrong: 'Not valid',
    type: 'Usage type',
    locale: 'Language',
    noLocale: 'not given',
    code: 'Code',
    random: 'New random code',
    more: 'More',
    problem: 'Ask for problem details (JSON)',
    go: 'Send',
    sending: 'Sending…',
    faulty: 'A fault is on: {}',
    seen: 'Logto shows the person who is signing in:',
    next: 'The next page: “Enter the verification code”.',
    unreachable: 'Nobody answers: has serve stopped?',
    phone: 'Phone',
    empty: 'No messages yet. Send a code and it shows up here.',
    clear: 'Empty the phone, count limits anew',
    noSign: 'no signature',
    template: 'template',
    lost: 'The caller was never told that this was sent.',
    last: 'Last request',
    nothing: 'Nothing yet. Use the form, curl or Logto itself: all take the same way.',
    started: 'cold, started in {} ms',
    again: 'warm',
    newKey:
      'The first attempt was refused ({}): the secret was fetched anew, ' +
      'and it was sent with the new key.',
    secondTry: 'The first attempt sent nothing ({}): a second one was made.',
    decoded: 'The body, decoded:',
    event: 'Event',
    answer: 'Answer',
    log: 'Log line',
    hint: 'For the operator, from the log',
    templates: 'Templates',
    colType: 'Type',
    colFor: 'For',
    colLocale: 'Language',
    colText: 'Text',
    everybody: 'any',
    china: '+86',
    overseas: 'others',
    why: 'Template {id}: {usage}, {destination}, {locale}.',
    whyUsage: 'the template of {}',
    whyGeneric: 'Generic’s, because {} has none that fits',
    whyChina: 'for mainland numbers',
    whyOverseas: 'for numbers outside the mainland',
    whyExact: 'in {}',
    whyLocale: 'in {locale}, which serves {wanted}',
    whyAny: 'for every language',
    whyAnyOf: 'for every language, as there is none for {}',
    whyNone: 'No template was chosen: the request was answered before.',
    cloud: 'Simulated Tencent Cloud',
    faultSMS: 'Fault in SMS (SendSms)',
    faultSSM: 'Fault in SSM (GetSecretValue)',
    behave: 'None',
    held: 'The secret is held for minutes: end the instance to see this at once.',
    limits: 'Limits on one number',
    limit30: 'The same text once in 30 seconds',
    limitDay: 'Ten messages a day',
    rotateKey: 'Rotate the AccessKey',
    rotateToken: 'Rotate the callers’ token',
    rotateTokenMore: 'The one before still works',
    restart: 'End the instance',
    restartMore: 'The next request is a cold start',
    done: 'Done.',
    faults: {
      'SendSms.blacklist': 'Number is on the blacklist',
      'SendSms.thirtySeconds': 'Number’s 30-second limit',
      'SendSms.daily': 'Number’s daily limit',
      'SendSms.rate': 'Too many API requests',
      'SendSms.balance': 'Package is used up',
      'SendSms.sign': 'Signature not approved',
      'SendSms.params': 'Template variables don’t match',
      'SendSms.permission': 'Key may not send',
      'SendSms.key': 'Key is unknown',
      'SendSms.appDaily': 'Application’s daily limit',
      'SendSms.internal': 'Internal error',
      'SendSms.lost': 'Sent, but connection reset',
      'SendSms.silent': 'Sent, but no answer',
      'SendSms.html': 'A proxy’s 502 page',
      'GetSecretValue.notFound': 'No such secret',
      'GetSecretValue.permission': 'Role may not read it',
      'GetSecretValue.role': 'Role’s token is refused',
      'GetSecretValue.rate': 'Too many API requests',
      'GetSecretValue.internal': 'Internal error',
      'GetSecretValue.silent': 'No answer',
    },
  },
  zh: {
    title: 'scf-sms 工作台',
    tagline: '真实的函数，模拟的腾讯云：不会真的发出短信。',
    url: '函数 URL',
    warm: '实例运行中',
    cold: '无实例：下次请求将冷启动',
    waiting: '正在连接…',
    gone: 'serve 已停止',
    broken: '源码有改动，但无法使用；原来的函数继续运行。',
    problems: '函数的配置有误，所有请求都会得到 500：',
    send: '发送验证码',
    to: '手机号（含国际区号）',
    picks: '示例号码',
    pickChina: '中国大陆',
    pickHongKong: '香港',
    pickUS: '美国',
    pickFrance: '法国',
    pickWrong: '无效号码',
    type: '用途',
    locale: '语言',
    noLocale: '未提供',
    code: '验证码',
    random: '换一个随机验证码',
    more: '更多',
    problem: '要求返回 JSON（problem details）',
    go: '发送',
    sending: '正在发送…',
    faulty: '已启用故障：{}',
    seen: 'Logto 会让正在登录的人看到：',
    next: '下一页：“输入验证码”。',
    unreachable: '没有响应：serve 是否已停止？',
    phone: '手机',
    empty: '还没有短信。发送验证码后会显示在这里。',
    clear: '清空手机并重新计数',
    noSign: '无签名',
    template: '模板',
    lost: '短信已发出，但调用方没有得到结果。',
    last: '最近一次请求',
    nothing: '还没有请求。用表单、curl 或 Logto 都可以，走的是同一条路。',
    started: '冷启动 {} 毫秒',
    again: '热实例',
    newKey: '第一次尝试被拒绝（{}）：已重新读取凭据，并用新密钥发送。',
    secondTry: '第一次尝试没有发出短信（{}）：已再试一次。',
    decoded: '解码后的正文：',
    event: '事件',
    answer: '响应',
    log: '日志',
    hint: '日志中给运维的提示',
    templates: '模板',
    colType: '用途',
    colFor: '号码',
    colLocale: '语言',
    colText: '正文',
    everybody: '不限',
    china: '+86',
    overseas: '其他',
    why: '模板 {id}：{usage}，{destination}，{locale}。',
    whyUsage: '{} 的模板',
    whyGeneric: '{} 没有合适的模板，使用 Generic 的模板',
    whyChina: '用于中国大陆号码',
    whyOverseas: '用于中国大陆以外的号码',
    whyExact: '语言为 {}',
    whyLocale: '语言为 {locale}，适用于 {wanted}',
    whyAny: '不限语言',
    whyAnyOf: '没有 {} 的模板，因此使用不限语言的模板',
    whyNone: '没有选择模板：请求在此之前已得到响应。',
    cloud: '模拟的腾讯云',
    faultSMS: '短信服务故障（SendSms）',
    faultSSM: 'SSM 故障（GetSecretValue）',
    behave: '无',
    held: '凭据会缓存几分钟；结束实例后立即生效。',
    limits: '单个号码的频率限制',
    limit30: '相同内容 30 秒内一条',
    limitDay: '每天十条',
    rotateKey: '轮换 AccessKey',
    rotateToken: '轮换调用方令牌',
    rotateTokenMore: '上一个令牌仍然有效',
    restart: '结束实例',
    restartMore: '下次请求将冷启动',
    done: '已完成。',
    faults: {
      'SendSms.blacklist': '号码在黑名单中',
      'SendSms.thirtySeconds': '号码 30 秒频率限制',
      'SendSms.daily': '号码每日上限',
      'SendSms.rate': 'API 请求过多',
      'SendSms.balance': '套餐包余量不足',
      'SendSms.sign': '签名未审批',
      'SendSms.params': '模板变量不匹配',
      'SendSms.permission': '密钥无发送权限',
      'SendSms.key': '密钥不存在',
      'SendSms.appDaily': '应用每日上限',
      'SendSms.internal': '内部错误',
      'SendSms.lost': '已发出，但连接被重置',
      'SendSms.silent': '已发出，但没有响应',
      'SendSms.html': '代理返回的 502 页面',
      'GetSecretValue.notFound': '凭据不存在',
      'GetSecretValue.permission': '角色无权读取',
      'GetSecretValue.role': '角色的临时密钥被拒绝',
      'GetSecretValue.rate': 'API 请求过多',
      'GetSecretValue.internal': '内部错误',
      'GetSecretValue.silent': '没有响应',
    },
  },
};
// What Logto's sign-in page puts around a connector's answer, where its words are known.
const logtoToast = {en: 'Error occurred in connector: ', zh: '连接器发生错误：'};
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
  $('toast').className = 'toast ' + (result.ok ? 'good' : 'bad');
  const words = logtoToast[/^zh-CN$/i.test(result.locale) ? 'zh' : 'en'];
  $('toast').textContent = result.ok
    ? t('next')
    : result.status
      ? words + JSON.stringify({message: result.text})
      : t('unreachable');
}

function renderState() {
  const chip = $('instance');
  const is =
    connected === null ? 'waiting' : !connected ? 'gone' : state && state.warm ? 'warm' : 'cold';
  if (chip.dataset.is !== is || chip.textContent !== t(is)) {
    chip.dataset.is = is;
    chip.textContent = t(is);
  }
  if (!state) return;
  showNotice('broken', state.broken);
  showNotice('problems', (state.problems || []).join('\n'));
  $('where').textContent = state.url + ' · ' + t('url');
  if (!authEdited) $('auth').value = state.authorization;
  $('keyId').textContent = state.keyId;
  $('thirtySeconds').checked = state.limits.thirtySeconds;
  $('perDay').checked = state.limits.perDay;
  for (const action of ['SendSms', 'GetSecretValue']) {
    const options = state.faults
      .filter(f => f.action === action)
      .map(f =>
        el(
          'option',
          {value: f.name, title: f.code},
          texts[lang].faults[action + '.' + f.name] || f.code,
        ),
      );
    // Not under somebody's hands: an open list would close.
    if (document.activeElement !== $(action)) {
      $(action).replaceChildren(el('option', {value: ''}, t('behave')), ...options);
      $(action).value = state.chosen[action] || '';
    }
    const fault = state.faults.find(f => f.action === action && f.name === state.chosen[action]);
    $(action + '-code').textContent = fault ? fault.code : '';
  }
  const on = state.faults
    .filter(f => f.name === state.chosen[f.action])
    .map(f => texts[lang].faults[f.action + '.' + f.name] || f.code);
  const faulty = on.length ? t('faulty', on.join(lang === 'zh' ? '、' : ', ')) : '';
  if ($('faulty').textContent !== faulty) $('faulty').textContent = faulty;
  const types = [...new Set([...usageTypes, ...state.templates.map(x => x.usageType)])];
  if ($('type').options.length !== types.length) {
    const before = $('type').value;
    $('type').replaceChildren(...types.map(name => el('option', {value: name}, name)));
    $('type').value = before || 'SignIn';
  }
  renderPhone();
  renderLast();
  renderTemplates();
}

function showNotice(id, text) {
  $(id).hidden = !text;
  $(id).querySelector('pre').textContent = text;
}

const clock = time =>
  new Date(time).toLocaleTimeString(lang === 'zh' ? 'zh-CN' : 'en-GB', {hour12: false});
const spaced = number =>
  number
    .replace(/^\+86(\d{3})(\d{4})(\d{4})$/, '+86 $1 $2 $3')
    .replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')
    .replace(/^\+852(\d{4})(\d{4})$/, '+852 $1 $2');

function renderPhone() {
  const inbox = $('inbox');
  const last = state.messages.at(-1);
  const sign = last && /^【(.*?)】/.exec(last.text);
  $('clock').textContent = last ? clock(last.time).slice(0, 5) : clock(Date.now()).slice(0, 5);
  $('from').textContent = last ? (sign ? sign[1] : t('noSign')) : t('phone');
  $('avatar').textContent = sign ? sign[1][0] : '✉';
  if (!last) {
    shown.clear();
    inbox.replaceChildren(el('li', {class: 'none'}, t('empty')));
    return;
  }
  for (const e of inbox.querySelectorAll('.none')) e.remove();
  // Only what is new is added, so that a screen reader reads only that.
  const serials = new Set(state.messages.map(m => m.serialNo + m.time));
  for (const e of [...inbox.children]) if (!serials.has(e.dataset.serial)) e.remove();
  let fresh = null;
  for (const m of state.messages) {
    const serial = m.serialNo + m.time;
    let item = [...inbox.children].find(e => e.dataset.serial === serial);
    if (!item) {
      item = fresh = el(
        'li',
        {'data-serial': serial, class: shown.has(serial) ? '' : 'fresh'},
        el('div', {class: 'bubble'}, ...marked(m.text)),
        el('small'),
      );
      if (!m.answered) item.append(el('small', {class: 'odd'}));
      inbox.append(item);
      shown.add(serial);
    }
    item.querySelector('small').textContent =
      clock(m.time).slice(0, 5) +
      ' · ' +
      spaced(m.to) +
      ' · ' +
      t('template') +
      '\u00a0' +
      m.template;
    if (!m.answered) item.querySelector('.odd').textContent = t('lost');
  }
  if (fresh) inbox.scrollTop = inbox.scrollHeight;
}

// marked underlines the code, as phones do.
function marked(text) {
  return text.split(/(\d{4,6})/).map((part, i) => (i % 2 ? el('b', {}, part) : part));
}

function renderLast() {
  const last = state.last;
  $('nothing').hidden = !!last;
  $('result').hidden = !last;
  if (!last) return;
  $('status').textContent = last.status;
  $('status').className =
    'pill ' + (last.status < 300 ? 'good' : last.status < 500 ? 'warn' : 'bad');
  $('outcome').textContent = last.error || last.outcome;
  $('timing').textContent = [
    last.ms + ' ms',
    last.cold ? t('started', last.initMs) : t('again'),
    clock(last.time),
  ].join(' · ');
  const line = last.log || {};
  $('why').textContent = line.template ? why(line, posted(last.event)) : t('whyNone');
  const first = line.firstRefusal;
  $('again').hidden = !first;
  $('again').textContent = !first
    ? ''
    : t(/^AuthFailure/i.test(first) && last.status === 200 ? 'newKey' : 'secondTry', first);
  const said = [line.tencentCode, line.hint].filter(Boolean);
  $('hint').hidden = last.status < 400 || !said.length;
  $('hint').replaceChildren(
    el('b', {}, t('hint')),
    ...said.map((text, i) => el('span', i || !line.tencentCode ? {} : {class: 'mono'}, text)),
  );
  renderTab();
}

function renderTab() {
  for (const name of ['event', 'answer', 'log']) {
    $('tab-' + name).setAttribute('aria-selected', name === tab);
    $('tab-' + name).tabIndex = name === tab ? 0 : -1;
  }
  $('json').setAttribute('aria-labelledby', 'tab-' + tab);
  const value = state && state.last && state.last[tab];
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
  if (tab === 'log' && state && state.last && state.last.printed)
    $('json').append('\n\n' + state.last.printed.join('\n'));
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

// posted returns what the event asked for: the usage type, and the languages in one text.
function posted(event) {
  try {
    const {type, payload} = JSON.parse(event.isBase64Encoded ? atob(event.body) : event.body);
    const {locale, uiLocales} = payload || {};
    return {type, wanted: (locale || uiLocales || '').trim().split(/\s+/).join(', ')};
  } catch {
    return {type: '', wanted: ''};
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
  const line = state.last && state.last.log;
  $('rows').replaceChildren(
    ...state.templates.map(x => {
      const chosen =
        line &&
        x.id === line.template &&
        x.usageType === line.templateType &&
        x.locale === (line.templateLocale || '') &&
        (x.destination === 'china') === (line.callingCode === 86);
      return el(
        'tr',
        chosen ? {class: 'chosen', 'aria-current': 'true'} : {},
        el('td', {}, x.usageType),
        el('td', {}, t(x.destination)),
        el('td', {}, x.locale || t('everybody')),
        el('td', {class: 'mono'}, x.id),
        el('td', {class: 'text'}, x.text),
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
  const headers = {'Content-Type': 'application/json'};
  if ($('auth').value) headers.Authorization = $('auth').value;
  if ($('problem').checked) headers.Accept = 'application/problem+json';
  try {
    const body = JSON.stringify({to: $('to').value.trim(), type: $('type').value, payload});
    const r = await fetch('/', {method: 'POST', headers, body});
    result = {ok: r.ok, status: r.status, text: await r.text(), locale};
  } catch {
    result = {ok: false, status: 0, locale};
  }
  go.removeAttribute('aria-busy');
  $('seen').classList.remove('stale');
  // The same text within 30 seconds would be refused. A second click is not for seeing that.
  if (result.ok && !codeEdited) $('code').value = randomCode();
  go.textContent = t('go');
  renderSeen();
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
  authEdited = state && $('auth').value !== state.authorization;
});
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
    const names = ['event', 'answer', 'log'],
      at = names.indexOf(tab);
    const to = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1 + names.length,
      Home: 0,
      End: names.length - 1,
    }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    tab = names[to % names.length];
    renderTab();
    $('tab-' + tab).focus();
  });
}
$('code').value = randomCode();
renderTexts();
$('locale').value = lang === 'zh' ? 'zh-CN' : 'en';
renderState();
listen();

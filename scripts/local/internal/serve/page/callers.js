'use strict';

// Sending as any caller. For all but Logto serve makes and signs the request, and tells what
// becomes of the answer in that caller.

Object.assign(texts.en, {
  as: 'Send as',
  flat: 'Flat JSON (Casdoor, your own program)',
  proof: 'Secret to sign with',
  notSigned: 'This was not posted:',
  'told.flat': 'The program gets this, and shows what it wants:',
  'told.supabase': 'Your app gets this from Supabase:',
  'told.zitadel': 'The person sees this, whatever becomes of the SMS:',
  zitadelPage: 'Check your phone for the code.',
  toldSent: 'The code is valid, and the person can enter it.',
  'toldFailed.flat': 'Whether the code stays valid is up to the program.',
  'toldFailed.supabase': 'Supabase has not kept the code: it is void, even if an SMS comes.',
  'toldFailed.zitadel': 'ZITADEL logs an error, and the function’s log line says why.',
  toldTries: 'If every answer is like this one, it posts {} times.',
});
Object.assign(texts.zh, {
  as: '调用方',
  flat: '扁平 JSON（Casdoor、自己的程序）',
  proof: '签名用的密钥',
  notSigned: '请求没有发出：',
  'told.flat': '调用程序得到的是下面的内容，怎样显示由它决定：',
  'told.supabase': '你的应用从 Supabase 得到：',
  'told.zitadel': '无论短信结果如何，用户看到的都是：',
  zitadelPage: '请查看手机短信中的验证码。',
  toldSent: '验证码有效，用户可以输入。',
  'toldFailed.flat': '验证码是否继续有效，由调用程序决定。',
  'toldFailed.supabase': 'Supabase 没有保存验证码：即使之后收到短信，验证码也无效。',
  'toldFailed.zitadel': 'ZITADEL 记录错误，原因见本函数的日志。',
  toldTries: '如果每次都得到这样的回答，它共请求 {} 次。',
});

let proofEdited = false;

const caller = () => state && state.Callers.find(c => c.Name === $('as').value);

// renderCaller shows of the form what the chosen caller can tell.
function renderCaller() {
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

// sendAs sends a message as a caller does, and returns what the page shows of it.
async function sendAs(as, {to, type, locale, ui, code}) {
  const shown = {as, to, locale};
  if (as === 'logto') {
    const headers = {'Content-Type': 'application/json'};
    if ($('auth').value) headers.Authorization = $('auth').value;
    if ($('problem').checked) headers.Accept = 'application/problem+json';
    const payload = {code, ...(locale && {locale}), ...(ui && {uiLocales: ui})};
    const body = JSON.stringify({to, type, payload});
    const r = await fetch('/', {method: 'POST', headers, body});
    return {...shown, ok: r.ok, status: r.status, text: await r.text()};
  }
  const r = await fetch(api + 'send', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({
      caller: as,
      proof: $('proof').value,
      to,
      type,
      code,
      locale: $('locale').disabled ? '' : locale,
    }),
  });
  if (!r.ok) return {...shown, ok: false, status: r.status, refused: await r.text()};
  const {Status, Body, Told} = await r.json();
  return {...shown, ok: Told.Sent, status: Status, text: Body, told: Told};
}

// renderTold shows what becomes of the answer in the caller, and what its user sees.
function renderTold() {
  const {as, told, refused, status, text} = result;
  $('told').hidden = !status;
  if (refused) {
    $('toldLead').textContent = t('notSigned');
    $('toldText').textContent = refused.trim();
    $('toldMore').textContent = '';
    return;
  }
  $('toldLead').textContent = t('told.' + as);
  const msg = told.Message && JSON.stringify({code: told.Status, msg: told.Message});
  $('toldText').textContent = {
    flat: status + '\n' + text,
    supabase: told.Status + '\n' + msg,
    zitadel: t('zitadelPage'),
  }[as];
  const more = told.Sent ? t('toldSent') : t('toldFailed.' + as);
  $('toldMore').textContent = more + (told.Tries > 1 ? ' ' + t('toldTries', told.Tries) : '');
}

function listenToCaller() {
  $('as').addEventListener('change', () => {
    proofEdited = false;
    renderCaller();
  });
  $('proof').addEventListener('input', () => {
    proofEdited = true;
  });
}

'use strict';

// What the caller's user sees of the form's last send.

// What Logto's page puts before a connector's answer, by the page's language: connector.general in
// github.com/logto-io/logto, packages/phrases/src/locales/*/errors/connector.ts. The words of its
// code page, in texts.*.js, are verify_phone, enter_passcode and resend_after_seconds in
// packages/phrases-experience/src/locales/*/description.ts.
const logtoError = {
  en: 'Error occurred in connector: ',
  'zh-CN': '连接器发生错误：',
  'zh-HK': '連接器發生錯誤：',
  'zh-TW': '連接器發生錯誤：',
  ja: 'コネクタでエラーが発生しました：',
  ko: '커넥터에서 오류가 발생했습니다: ',
  de: 'Fehler aufgetreten im Connector: ',
  fr: "Une erreur s'est produite dans le connecteur : ",
  es: 'Se produjo un error en el conector: ',
  pt: 'Ocorreu um erro no conector: ',
  ru: 'Ошибка произошла в коннекторе: ',
};

let result = null; // of the form's last send

function renderSeen() {
  const as = result ? result.as : $('as').value;
  $('seen-h').textContent = t('seen.' + as);
  $('unseen').hidden = !!result;
  $('unreachable').hidden = !result || !!result.status;
  const answered = !!result && !!result.status;
  $('seenStatus').hidden = !answered;
  $('logto').hidden = !answered || as !== 'logto';
  $('told').hidden = !answered || as === 'logto';
  if (!answered) return;
  const {ok, status, text, to, locale} = result;
  $('seenStatus').textContent = status;
  $('seenStatus').className = tone(status, result.told && !ok ? 500 : status);
  if (as !== 'logto') return renderTold();
  $('codes').hidden = !ok; // also for 202: to Logto it is a success like any other
  $('maybe').hidden = status !== 202;
  for (const id of ['form', 'toast', 'again']) $(id).hidden = ok;
  $('sentTo').textContent = t('sentTo', spaced(to));
  $('typed').textContent = to;
  const words = logtoError[locale] || logtoError[locale.split('-')[0]] || logtoError.en;
  $('toast').textContent = words + JSON.stringify({message: text});
}

// renderTold shows what becomes of the answer in the caller.
function renderTold() {
  const {as, told, refused, status, text} = result;
  $('toldLead').textContent = t(refused ? 'notSigned' : 'told.' + as);
  if (refused) {
    $('toldText').textContent = refused.trim();
    $('toldMore').textContent = '';
    return;
  }
  const msg = told.Message && JSON.stringify({code: told.Status, msg: told.Message});
  $('toldText').textContent = {
    flat: status + '\n' + text,
    supabase: told.Status + '\n' + msg,
    zitadel: t('zitadelPage'),
  }[as];
  const more = told.Sent ? t('toldSent') : t('toldFailed.' + as);
  $('toldMore').textContent = more + (told.Tries > 1 ? ' ' + t('toldTries', told.Tries) : '');
}

// showToast shows it as long as Logto does: for 3 s, and then it fades for 0.3 s (the duration and
// closeTimeoutMS of github.com/logto-io/logto, packages/experience/src/shared/components/Toast).
let toastEnds;
function showToast() {
  clearTimeout(toastEnds);
  $('toast').classList.add('shown');
  toastEnds = setTimeout(() => $('toast').classList.remove('shown'), 3000);
}

function listenToSeen() {
  $('again').addEventListener('click', showToast);
  $('as').addEventListener('change', () => {
    if (!result) renderSeen();
  });
}

'use strict';

// Sending as a caller other than Logto: serve makes and signs the request, and tells what becomes
// of the answer in that caller.

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

// sendAs returns what the page shows of a send.
async function sendAs(name, message) {
  const r = await fetch(api + 'send', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({caller: name, proof: $('proof').value, ...message}),
  });
  const shown = {as: name, to: message.to, locale: message.locale};
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

$('as').addEventListener('change', () => {
  proofEdited = false;
  renderCaller();
});
$('proof').addEventListener('input', () => {
  proofEdited = true;
});

'use strict';

// The switches of the simulated cloud.

const actions = ['SendSms', 'Delivery', 'GetSecretValue', 'Redis']; // whose faults can be chosen
const explained = {GetSecretValue: 'held', Redis: 'asked'};

const codeOf = fault => fault.Code || fault.Kind;
const faultText = fault => texts[lang].faults[fault.Action + '.' + fault.Name] || codeOf(fault);

function renderCloud() {
  $('keyId').textContent = $('keyId').title = state.KeyID;
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
      $(action).replaceChildren(el('option', {value: ''}, t('behave.' + action)), ...options);
      $(action).value = state.Chosen[action] || '';
    }
    const fault = on.find(f => f.Action === action);
    setText(action + '-code', fault ? codeOf(fault) : '');
    if (explained[action]) $(explained[action]).hidden = !fault;
  }
  const names = on.map(faultText).join(lang === 'zh' ? '、' : ', ');
  setText('faulty', names && t('faulty', names));
  $('faulty').title = $('faulty').textContent; // there may be no room for all of it
}

let doneUntil;

async function tell(path, body = {}) {
  try {
    const r = await post(path, body);
    $('done').textContent = r.ok ? t('done') : await r.text();
    clearTimeout(doneUntil);
    if (r.ok)
      doneUntil = setTimeout(() => {
        $('done').textContent = '';
      }, 4000);
  } catch {
    $('done').textContent = t('gone');
  }
}

function listenToCloud() {
  for (const b of document.querySelectorAll('[data-do]'))
    b.addEventListener('click', () => tell(b.dataset.do));
  for (const action of actions)
    $(action).addEventListener('change', () => tell('fault', {action, name: $(action).value}));
  for (const id of ['thirtySeconds', 'perDay'])
    $(id).addEventListener('change', () =>
      tell('limits', {thirtySeconds: $('thirtySeconds').checked, perDay: $('perDay').checked}),
    );
  $('guard').addEventListener('change', () => tell('guard', {on: $('guard').checked}));
}

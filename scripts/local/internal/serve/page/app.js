'use strict';

// The page as a whole: its language, its order, and the state that serve tells.

function renderTexts() {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  document.title = t('title');
  for (const e of document.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll('[data-aria]'))
    e.setAttribute('aria-label', t(e.dataset.aria));
  for (const b of document.querySelectorAll('[data-lang]'))
    b.setAttribute('aria-pressed', b.dataset.lang === lang);
  $('done').textContent = '';
  renderFormTexts();
  renderSeen();
}

function showNotice(id, text) {
  $(id).hidden = !text;
  $(id).querySelector('pre').textContent = text;
}

function renderState() {
  const chip = $('instance');
  const is =
    connected === null ? 'waiting' : !connected ? 'gone' : state && state.Warm ? 'warm' : 'cold';
  if (chip.dataset.is !== is || chip.textContent !== t(is)) {
    chip.dataset.is = is;
    chip.textContent = t(is);
  }
  $('stopped').hidden = is !== 'gone';
  if (!state) return;
  showNotice('broken', state.Broken);
  showNotice('problems', (state.Problems || []).map(hintText).join('\n'));
  $('where').textContent = state.URL;
  renderForm();
  renderCloud();
  renderPhone();
  renderRequests();
  renderRequest();
  renderTemplates();
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

// arrange puts the parts into the order in which they are read: on a narrow screen what became of
// the request stands right under the form.
const narrow = matchMedia('(max-width: 699px)');
function arrange() {
  if (narrow.matches) {
    $('main').append($('left'), $('last'), $('phone'), $('cloud'), $('middle'));
  } else {
    $('middle').append($('cloud'), $('phone'));
    $('main').append($('left'), $('middle'), $('last'));
  }
}

for (const b of document.querySelectorAll('[data-lang]'))
  b.addEventListener('click', () => {
    lang = b.dataset.lang;
    stored.set('lang', lang);
    renderTexts();
    renderState();
  });
for (const b of document.querySelectorAll('[data-copy]'))
  b.addEventListener('click', () =>
    copy(b.dataset.copy === 'json' ? panelText() : $(b.dataset.copy).textContent, b),
  );
narrow.addEventListener('change', arrange);
arrange();
listenToForm();
listenToSeen();
listenToCloud();
listenToRequests();
renderTexts();
$('locale').value = lang === 'zh' ? 'zh-CN' : 'en';
renderState();
listen();

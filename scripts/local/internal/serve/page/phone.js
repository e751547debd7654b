'use strict';

// The phone, with what became of each message.

let shown = new Set(); // serial numbers on the phone

function renderPhone() {
  const inbox = $('inbox');
  const last = state.Messages.at(-1);
  const sign = last && /^【(.*?)】/.exec(last.Text);
  $('clock').textContent = clock(last ? last.Time : Date.now()).slice(0, 5);
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
        el('small', {class: 'of'}),
        el('small', {class: 'ticks'}),
      );
      if (!m.Answered) item.append(el('small', {class: 'odd'}));
      inbox.append(item);
      shown.add(serial);
    }
    item.querySelector('.of').textContent = [
      clock(m.Time).slice(0, 5),
      spaced(m.PhoneNumber),
      t('template') + '\u00a0' + m.TemplateID,
    ].join(' · ');
    renderTicks(item.querySelector('.ticks'), m);
    if (!m.Answered) item.querySelector('.odd').textContent = t('lost');
  }
  if (fresh) inbox.scrollTop = inbox.scrollHeight;
}

// renderTicks shows one tick for a message that was accepted, two for one that was delivered, and a
// cross with the carrier's reason for one that wasn't.
function renderTicks(e, {Reported: report}) {
  const code = report && report.description;
  const reason = texts[lang].faults['Delivery.' + code] || code;
  const [is, mark, word] = !report
    ? ['accepted', '✓', t('accepted')]
    : report.failed
      ? ['failed', '✗', t('notDelivered', reason)]
      : ['delivered', '✓✓', t('delivered')];
  if (e.dataset.is === is && e.textContent === mark + ' ' + word) return;
  e.dataset.is = is;
  e.replaceChildren(el('span', {class: 'mark', 'aria-hidden': 'true'}, mark), ' ' + word);
}

// marked underlines the code, as phones do.
function marked(text) {
  return text.split(/(\d{4,6})/).map((part, i) => (i % 2 ? el('b', {}, part) : part));
}

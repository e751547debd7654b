'use strict';

// What every part of the page uses: its words, its elements, its clipboard.

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

const t = (key, ...fill) =>
  fill.reduce((text, value) => text.replace('{}', () => value), texts[lang][key]);
const named = (key, values) => texts[lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

// hintText is a hint of the function's log in the page's language. One that has no translation
// stays as it is.
function hintText(hint) {
  if (lang !== 'zh' || !hint) return hint;
  return hint.split('; ').map(hintInChinese).join('；');
}

function hintInChinese(hint) {
  for (const [pattern, text] of hintsZH.Patterns) {
    const found = hint.match(pattern);
    if (found) return text.replace(/\$(\d)/g, (_, n) => hintInChinese(found[n]));
  }
  const begins = Object.keys(hintsZH.Begins).filter(text => hint.startsWith(text));
  const longest = begins.reduce((a, b) => (a.length > b.length ? a : b), '');
  return hintsZH.Begins[longest] || hint;
}

// el makes an element; texts never become markup.
function el(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

// setText leaves an element alone that has the text already: a screen reader would read it again.
function setText(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

const clock = time =>
  new Date(time).toLocaleTimeString(lang === 'zh' ? 'zh-CN' : 'en-GB', {hour12: false});
const spaced = number =>
  number
    .replace(/^\d/, '+$&')
    .replace(/^\+86(\d{3})(\d{4})(\d{4})$/, '+86 $1 $2 $3')
    .replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')
    .replace(/^\+852(\d{4})(\d{4})$/, '+852 $1 $2');

// tone is the colour of a status: of the one that was logged, as Supabase is told refusals by 200.
function tone(status, logged) {
  const s = logged || status;
  return 'pill ' + (s === 200 ? 'good' : s < 500 ? 'warn' : 'bad');
}

// copy puts a text into the clipboard, and says so in the button that was clicked.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers give it to pages of https and of this machine's own names alone.
    const area = el('textarea', {class: 'sr', 'aria-hidden': 'true'});
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    button.focus();
  }
  $('said').textContent = t('copied');
  button.textContent = t('copied');
  setTimeout(() => {
    button.textContent = t(button.dataset.t);
    $('said').textContent = '';
  }, 2000);
}

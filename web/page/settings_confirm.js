// The token, asked for once and kept as long as the tab is open; and the question before a change.
import { el } from './words.js';

const KEY = 'token';
let kept = '';
try { kept = sessionStorage.getItem(KEY) ?? ''; } catch { /* then it lasts as long as the page */ }

export const hasToken = () => kept !== '';
export const token = () => kept;

export function forgetToken() {
  kept = '';
  try { sessionStorage.removeItem(KEY); } catch { /* likewise */ }
}

function keepToken(word) {
  kept = word;
  try { sessionStorage.setItem(KEY, word); } catch { /* likewise */ }
}

// A window in front of all others; true when its strong button was chosen.
function open(title, inside, yes, isReady) {
  const field = hasToken() ? null : el('input', { type: 'password', autocomplete: 'off', required: true });
  const strong = el('button.strong', { type: 'submit' }, yes);
  const form = el('form', { method: 'dialog' }, el('h2', {}, title), inside,
    field ? el('label.token', {}, 'Token ', field, el('small.soft', {}, 'of the file that token_file names')) : null,
    el('div.tools.act', {}, strong, el('button', { type: 'button', onclick: () => dialog.close('no') }, 'Cancel')));
  const dialog = el('dialog', { 'aria-label': title }, form);
  const check = () => { strong.disabled = !isReady() || (field !== null && !field.value.trim()); };

  return new Promise((done) => {
    form.addEventListener('submit', (event) => { event.preventDefault(); dialog.close('yes'); });
    form.addEventListener('input', check);
    dialog.addEventListener('close', () => {
      if (dialog.returnValue === 'yes' && field) keepToken(field.value.trim());
      dialog.remove();
      done(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    check();
    dialog.showModal();
  });
}

export async function needToken() {
  return hasToken() || open('Who are you?', el('p', {}, 'Trying it dry asks the device, and changes nothing.'), 'Try it dry', () => true);
}

// Device, names, old and new values; what may cut the power needs a tick of its own.
export function confirmChange(device, wishes, cutsPower) {
  const tick = el('input', { type: 'checkbox' });
  const inside = [
    el('table.change', {},
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Setting'), el('th', { scope: 'col' }, 'Now'), el('th', { scope: 'col' }, 'New'))),
      el('tbody', {}, wishes.map((row) => el('tr', {}, el('th', { scope: 'row' }, row.title), el('td', {}, row.now()), el('td', {}, el('b', {}, row.wantedText())))))),
    cutsPower ? el('label.tick', {}, tick, 'I know that everything it feeds may lose its power.') : '',
  ];
  return open(`Change ${device}?`, inside, `Change ${device}`, () => !cutsPower || tick.checked);
}

// Settings that can be told: chosen, tried dry, confirmed, sent once, and what was read back.
import { ask, tell } from './api.js';
import { confirmChange, forgetToken, hasToken, needToken, token } from './settings_confirm.js';
import { el, label, put } from './words.js';

const LOOK_EVERY_MS = 5000;
let ids = 0;

function present(said, command) {
  if (said.value === null || said.value === undefined) return 'not known'; // some are read only when they are told
  return said.said ?? (command.input === 'switch' ? (said.value ? 'on' : 'off') : sayExactly(said.value, command.unit));
}

const exact = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3, useGrouping: false });

// As it is sent: a rounded one would be another one.
const sayExactly = (value, unit) => `${exact.format(value)}${unit ? '\u00a0' + unit : ''}`;

function choices(words) {
  return el('select', {}, el('option', { value: '' }, 'as it is'), words.map((word) => el('option', { value: word }, word)));
}

function inputFor(command) {
  if (command.input === 'switch') return choices(['on', 'off']);
  if (command.input === 'words') return choices(Object.values(command.words));
  if (command.input === 'text') return el('input', { type: 'text', maxlength: 60, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' });
  return el('input', { type: 'number', step: 'any', inputmode: 'decimal', autocomplete: 'off' });
}

function hintFor(command, about) {
  if (command.input === 'text') return about;
  if (command.input !== 'number' || command.least === undefined) return '';
  return `${exact.format(command.least)} to ${exact.format(command.most)}`;
}

// A setting: what it is, what it is now, and what it shall be.
function makeRow(command, changed) {
  const [title, ...about] = command.input === 'text' ? command.help.split(': ') : [label(command)];
  const input = inputFor(command);
  const hint = command.input === 'text' || command.input === 'number' ? el('small.soft') : null;
  const now = el('span.number');
  input.id = `set-${++ids}`;
  if (hint) {
    hint.id = `${input.id}-hint`;
    input.setAttribute('aria-describedby', hint.id);
  }
  input.addEventListener('input', changed);
  let said = command; // with its present value
  let told = null; // until its turn to be read comes
  const row = el('div.setting', {},
    el('label', { for: input.id }, title, command.input === 'text' ? null : el('span.soft', {}, 'now ', now)),
    el('div.wanted', {}, el('span.field', {}, input, command.input === 'number' && command.unit ? el('span.soft', { 'aria-hidden': 'true' }, command.unit) : ''),
      hint));
  // The range is known once the device has said of which voltage its system is.
  function showRange() {
    if (hint) put(hint, hintFor(said, about.join(': ')));
    if (command.input !== 'number' || said.least === undefined) return;
    input.min = said.least;
    input.max = said.most;
  }
  showRange();

  return {
    row, title, command, input,
    show(offer) {
      if (offer) {
        said = offer;
        showRange();
      }
      if (told && present(said, command) !== told.before) told = null; // the device has said it itself
      put(now, told ? told.text : present(said, command));
    },
    isTold() { told = { text: this.wantedText(), before: present(said, command) }; },
    isChanged: () => input.value !== '' || !input.validity.valid,
    wanted: () => (command.input === 'number' ? input.valueAsNumber : input.value),
    wantedText: () => (command.input === 'number' ? sayExactly(input.valueAsNumber, command.unit) : input.value),
    now: () => (command.input === 'text' ? '' : now.textContent),
    find: (words) => { row.hidden = !`${title} ${command.command}`.toLowerCase().includes(words.toLowerCase()) && input.value === ''; },
    clear: () => { input.value = ''; },
  };
}

function makeDevice(offer, isAlone) {
  const result = el('p.result', { role: 'status', 'aria-live': 'polite' });
  const count = el('span.soft');
  const rows = offer.commands.map((command) => makeRow(command, () => changed()));
  const dry = el('button', { type: 'button', onclick: () => send(true) }, 'Try it dry');
  const go = el('button.strong', { type: 'submit' }, 'Change…');
  const undo = el('button', { type: 'button', onclick: () => { rows.forEach((row) => row.clear()); changed(); } }, 'Leave it');
  const act = el('div.tools.act', {}, go, dry, undo, count);
  const search = el('input', { type: 'search', placeholder: 'Find a setting', 'aria-label': `Find a setting of ${offer.device}`, oninput: () => rows.forEach((row) => row.find(search.value)) });
  const form = el('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); send(false); } },
    rows.length > 8 ? search : null,
    el('div.settings', {}, rows.map((row) => row.row)),
    act, result);
  const card = el('details.card', isAlone ? { open: true } : {},
    el('summary', {}, el('h3', {}, offer.device), el('span.soft', {}, offer.allowed ? `${rows.length} settings` : 'only to be tried dry')),
    offer.allowed ? null : el('p.soft', {}, `${offer.why}.`), form);
  let isBusy = false;

  function chosen() { return rows.filter((row) => row.isChanged()); }
  function changed() {
    const n = chosen().length;
    go.disabled = isBusy || !n || !offer.allowed;
    dry.disabled = undo.disabled = isBusy || !n;
    act.classList.toggle('is-open', n > 0);
    put(count, n ? `${n} ${n === 1 ? 'change' : 'changes'}` : '');
  }
  function say(text, kind) {
    result.className = `result ${kind}`;
    put(result, text);
  }
  function firstWrong() {
    const wrong = chosen().find((row) => !row.input.validity.valid);
    if (!wrong) return false;
    say(`${wrong.title}: ${wrong.input.validationMessage}`, 'is-bad');
    wrong.input.focus();
    return true;
  }
  async function send(isDry) {
    const wishes = chosen();
    if (isBusy || !wishes.length || firstWrong()) return;
    const cutsPower = wishes.some((row) => row.command.may_cut_power);
    const said = { orders: Object.fromEntries(wishes.map((row) => [row.command.command, row.wanted()])), dry_run: isDry };
    if (!(isDry ? await needToken() : await confirmChange(offer.device, wishes, cutsPower))) return;
    if (cutsPower && !isDry) said.cut_power = true;
    isBusy = true;
    changed();
    say(isDry ? 'Asking…' : 'Telling, and reading back…', '');
    const answer = await tell(offer.device, said, token());
    isBusy = false;
    if (answer.isUnauthorised) forgetToken();
    say(`${answer.isGood ? (isDry ? 'Dry run: ' : '') : answer.isUnknown ? '' : 'Not told: '}${answer.text}`, answer.isGood ? 'is-good' : 'is-bad');
    if (answer.isGood && !isDry) {
      wishes.forEach((row) => { row.isTold(); row.show(); });
      rows.forEach((row) => row.clear());
    }
    changed();
  }
  changed();
  return { card, show: (now) => rows.forEach((row, i) => row.show(now.commands[i])) };
}

export function makeSettings(view) {
  const note = el('p', { role: 'status' });
  const list = el('div.stack');
  const forget = el('button', { type: 'button', onclick: () => { forgetToken(); showToken(); } }, 'Forget the token');
  const head = el('section.card', {}, el('div.card-head', {}, el('h2', {}, 'Settings of the devices'), forget), note);
  view.append(el('div.stack', {}, head, list));
  let devices = [];
  let shape = '';

  function showToken() { forget.hidden = !hasToken(); }
  async function look() {
    let offers;
    try {
      offers = await ask('commands');
    } catch (error) {
      put(note, `What may be set cannot be read now: ${error.message}`);
      return;
    }
    put(note, offers.allowed
      ? 'Each change is checked by the device’s rules, sent once, and read back. Settings live in a memory that wears out: they are for people, not for every day.'
      : `${offers.why[0].toUpperCase()}${offers.why.slice(1)}.`);
    const now = JSON.stringify([offers.allowed, offers.devices.map((one) => [one.device, one.allowed, one.commands.map((c) => c.command)])]);
    if (now !== shape) { // else whoever is typing goes on
      shape = now;
      devices = offers.allowed ? offers.devices.map((one) => makeDevice(one, offers.devices.length === 1)) : [];
      list.replaceChildren(...devices.map((one) => one.card));
    }
    devices.forEach((one, i) => one.show(offers.devices[i]));
  }
  let lookedAt = 0;
  return {
    show() {
      showToken();
      if (Date.now() - lookedAt < LOOK_EVERY_MS) return;
      lookedAt = Date.now();
      look();
    },
    leave() { lookedAt = 0; },
  };
}

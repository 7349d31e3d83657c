// Begins: asks what there is, follows what happens, and shows the view that the address names.
import { ask, follow } from './api.js';
import { makeDevices } from './devices.js';
import { bookOf, partsOf, pickHouse, roles, warningsOf, wordsFor } from './house.js';
import { makeNow } from './now.js';
import { el, put, sayAll, sayMoment } from './words.js';
import { isElsewhere, setZone, zoneName } from './zone.js';

const SLOW_EVERY_MS = 30000; // health and sinks change seldom

const state = { book: new Map(), board: [], devices: [], health: null, sinks: [], warnings: [], house: null, wish: '' };
const find = (id) => document.getElementById(id);
const made = {};
let heardAt = 0;
let slowAt = 0;
let spoken = '';

// Views beyond the first two are fetched when somebody goes there.
const makers = {
  now: async (view) => makeNow(view, state, (plot, facts) => lazyChart(plot, facts)),
  devices: async (view) => makeDevices(view, state),
  charts: async (view) => (await import('./charts.js')).makeCharts(view, state),
  energy: async (view) => (await import('./energy.js')).makeEnergy(view, state),
  settings: async (view) => (await import('./settings.js')).makeSettings(view),
  log: async (view) => (await import('./log.js')).makeLog(view),
  kiosk: async (view) => (await import('./kiosk.js')).makeKiosk(view, state),
};

// The first view is there before its chart is.
function lazyChart(plot, facts) {
  let chart = null;
  let wanted = null;
  import('./charts.js').then((charts) => {
    chart = charts.makeDayChart(plot, facts, state);
    if (wanted) chart.show(wanted);
  });
  return { show: (house) => (chart ? chart.show(house) : (wanted = house)) };
}

function viewNamed() {
  const name = location.hash.slice(1);
  return name in makers ? name : 'now';
}

async function showView() {
  const name = viewNamed();
  for (const view of document.querySelectorAll('.view')) view.hidden = view.id !== `view-${name}`;
  for (const link of document.querySelectorAll('.tabs a')) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.body.classList.toggle('is-kiosk', name === 'kiosk');
  for (const other in made) if (other !== name) (await made[other]).leave?.();
  made[name] ??= makers[name](find(`view-${name}`));
  const view = await made[name];
  if (state.house && viewNamed() === name) view.show();
}

function showChoice() {
  const choose = find('choose');
  const select = find('house');
  const names = [...state.board].sort((a, b) => (b.device === state.house.device) - (a.device === state.house.device));
  choose.hidden = state.board.length < 2 || document.body.classList.contains('is-kiosk');
  if (select.options.length !== names.length) {
    select.replaceChildren(...names.map((device) => el('option', {}, device.device)));
  }
  if (document.activeElement !== select) select.value = state.house.device;
}

// Spoken only when something changed that matters, not with every number.
function speak() {
  const now = state.warnings.map((one) => `${one.who}: ${one.text}`).join('. ') || 'All is well.';
  if (now === spoken) return;
  spoken = now;
  const power = Object.values(partsOf(state.book, state.house)).filter((part) => typeof part.power === 'number');
  put(find('live'), `${now} ${power.map((part) => `${roles[part.role].title} ${wordsFor(part)} ${sayAll(Math.abs(part.power), 'W')}`).join(', ')}`);
}

function showFrame() {
  const count = state.warnings.length;
  const well = count === 0 ? 'all is well' : count === 1 ? '1 warning' : `${count} warnings`;
  document.body.classList.remove('is-lost');
  document.body.classList.toggle('is-warned', count > 0);
  find('lost').hidden = true;
  put(find('said'), `${well}, ${sayMoment(heardAt, 'seconds')}${isElsewhere() ? ` at the site (${zoneName()})` : ''}`);
}

async function take(board) {
  const isSlow = Date.now() - slowAt > SLOW_EVERY_MS;
  const [devices, health, sinks] = await Promise.all([
    ask('devices'), isSlow ? ask('health') : state.health, isSlow ? ask('sinks') : state.sinks]);
  if (isSlow) slowAt = Date.now();
  if (health !== state.health) setZone(health.zone, health.offset_s);
  heardAt = Date.now();
  Object.assign(state, { board, devices, health, sinks });
  state.house = pickHouse(state.book, board, devices, state.wish);
  state.warnings = warningsOf(state.book, board, devices, health, sinks);
  put(find('site'), health.site || 'Heliograph');
  put(find('version'), `Heliograph ${health.version}.`);
  document.title = health.site ? `${health.site} – Heliograph` : 'Heliograph';
  if (!state.house) {
    put(find('said'), 'no device is named in the settings yet');
    return;
  }
  showFrame();
  showChoice();
  speak();
  (await made[viewNamed()])?.show();
}

function lose() {
  document.body.classList.add('is-lost');
  put(find('said'), 'no connection');
  const since = heardAt ? ` What is shown is of ${sayMoment(heardAt, 'seconds')} and may be old.` : '';
  put(find('lost'), `Heliograph cannot be reached.${since}`);
  find('lost').hidden = false;
}

find('house').addEventListener('change', (event) => {
  state.wish = event.target.value;
  try { localStorage.setItem('house', state.wish); } catch { /* a private window keeps nothing */ }
  state.house = pickHouse(state.book, state.board, state.devices, state.wish);
  showView();
});
window.addEventListener('hashchange', showView);

async function begin() {
  try { state.wish = localStorage.getItem('house') ?? ''; } catch { /* likewise */ }
  try {
    state.book = bookOf(await ask('catalogue'));
  } catch {
    lose();
    setTimeout(begin, 5000);
    return;
  }
  await follow(take, lose);
}
showView();
begin();

// The first view: what flows, what is wrong, what today brought, the last day as a picture.
import { ask } from './api.js';
import { makeFlow } from './flow.js';
import { partsOf, roles } from './house.js';
import { el, label, put, say, sayAge, sayAll } from './words.js';

const SUMS_EVERY_MS = 60000;

function energyMetrics(book, device) {
  return [...book.values()].filter((metric) => metric.headline === 'energy' && metric.metric in device.values);
}

// Today and the battery's volts: numbers people ask for, in one list.
function sumsOf(book, device, grown) {
  const today = energyMetrics(book, device).map((metric) => ({
    role: metric.role, name: label(metric), value: grown.get(metric.metric) ?? null, unit: metric.unit,
  }));
  const battery = partsOf(book, device).battery;
  if (battery.voltage !== undefined) today.push({ role: 'battery', name: 'Battery voltage', value: battery.voltage, unit: 'V' });
  return today;
}

function showSums(list, sums) {
  list.replaceChildren(...sums.map((sum) => {
    const said = say(sum.value, sum.unit);
    return el(`div.of-${sum.role}`, {}, el('dt', {}, sum.name), el('dd', {}, said.text, ' ', el('small', {}, said.unit)));
  }));
}

// Made once a device, so that a link keeps the focus; only its words change.
function makeRow(name) {
  const cells = { state: el('span.state'), age: el('span.soft'), role: el('span.soft'), power: el('span') };
  const row = el('li', {}, cells.state, el('a', { href: '#devices' }, name), cells.age, el('span.number', {}, cells.role, ' ', cells.power));
  return { row, cells };
}

function showRow({ cells }, device, board, book) {
  const parts = partsOf(book, board.find((one) => one.device === device.device));
  const first = Object.keys(roles).map((role) => parts[role]).find((part) => part.power !== undefined && part.power !== null);
  cells.state.className = `state is-${device.state}`;
  put(cells.state, device.state);
  put(cells.age, sayAge(device.age_s));
  put(cells.role, first ? roles[first.role].title : '');
  put(cells.power, first ? sayAll(first.power, 'W') : '');
}

export function makeNow(view, state, chartOf) {
  const flow = makeFlow();
  const warnings = el('ul.warnings.across', { 'aria-label': 'Warnings' });
  const sums = el('dl.sums');
  const roll = el('ul.roll');
  const flowNote = el('p.soft');
  const plot = el('div.plot.is-small');
  const chart = el('section.card.across', { 'aria-labelledby': 'day-head' },
    el('div.card-head', {}, el('h2', { id: 'day-head' }, 'The last 24 hours'), el('a.soft', { href: '#charts' }, 'Charts')),
    plot, el('div'));
  view.append(el('div.now', {}, warnings,
    el('section.card.flow-card', { 'aria-label': 'Flow of power' }, flow.element, flowNote),
    el('div.stack', {},
      el('section.card', { 'aria-labelledby': 'sums-head' }, el('h2', { id: 'sums-head' }, 'Today'), sums),
      el('section.card', { 'aria-labelledby': 'roll-head' }, el('h2', { id: 'roll-head' }, 'Devices'), roll)),
    chart));

  const rows = new Map();
  let grown = new Map();
  let asked = { device: '', at: 0 };
  let drawing = null;

  async function askSums(house) {
    if (asked.device === house.device && Date.now() - asked.at < SUMS_EVERY_MS) return;
    if (asked.device !== house.device) grown = new Map();
    asked = { device: house.device, at: Date.now() };
    const names = energyMetrics(state.book, house).map((metric) => metric.metric);
    if (!names.length) return;
    try {
      const said = await ask('energy', { device: house.device, metric: names.join(), by: 'day', from: 'today' });
      grown = new Map(said.rows.map((row) => [row.metric, row.grown]));
      showSums(sums, sumsOf(state.book, house, grown));
    } catch {
      asked.at = 0; // asked again with the next board
    }
  }

  return {
    show() {
      const house = state.house;
      if (!house) return;
      flow.show(partsOf(state.book, house));
      put(flowNote, house.state === 'online' ? '' : `${house.device}: ${house.state}, last heard ${sayAge(house.age_s)}`);
      warnings.replaceChildren(...state.warnings.map((one) =>
        el(`li${one.grave ? '.is-grave' : ''}`, {}, el('b', {}, one.who), one.text)));
      warnings.hidden = !state.warnings.length;
      showSums(sums, sumsOf(state.book, house, grown));
      const units = state.devices.filter((device) => !device.is_group);
      for (const unit of units) {
        if (!rows.has(unit.device)) {
          rows.set(unit.device, makeRow(unit.device));
          roll.append(rows.get(unit.device).row);
        }
        showRow(rows.get(unit.device), unit, state.board, state.book);
      }
      for (const [name, one] of rows) one.row.hidden = !units.some((unit) => unit.device === name);
      askSums(house);
      drawing ??= chartOf(plot, chart.lastElementChild);
      drawing.show(house);
    },
  };
}

// What was made and used: by day, month or year, as bars, as a table, as a file for a spreadsheet.
import { ask } from './api.js';
import { drawBars } from './bars.js';
import { el, label, put } from './words.js';

const DAY_MS = 86400000;
const spans = {
  day: { title: 'Days', days: 31, step: 31 },
  month: { title: 'Months', days: 365, step: 365 },
  year: { title: 'Years', days: 3650, step: 0 },
};

// One row a date, a column a counter; null where nothing was said.
function tableOf(rows, metrics) {
  const dates = new Map();
  for (const row of rows) {
    if (!dates.has(row.date)) dates.set(row.date, new Array(metrics.length).fill(null));
    dates.get(row.date)[metrics.findIndex((metric) => metric.metric === row.metric)] = row.grown;
  }
  const all = [...dates].map(([date, values]) => ({ date, values }));
  const first = all.findIndex((row) => row.values.some((value) => value !== null));
  return first < 0 ? [] : all.slice(first);
}

function sumsOf(table, count) {
  return Array.from({ length: count }, (_, i) => {
    const real = table.map((row) => row.values[i]).filter((value) => value !== null);
    return real.length ? real.reduce((sum, value) => sum + value, 0) : null;
  });
}

// RFC 4180, with the numbers as they came: no thousands, no rounding.
export function csvOf(table, metrics) {
  const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = ['date', ...metrics.map((metric) => `${metric.metric} (${metric.unit})`)];
  const lines = table.map((row) => [row.date, ...row.values.map((value) => value ?? '')]);
  return [head, ...lines].map((line) => line.map((one) => cell(String(one))).join(',') + '\r\n').join('');
}

function sayDate(date, by) {
  const [year, month, day] = date.split('-').map(Number);
  const at = new Date(year, (month ?? 1) - 1, day ?? 1);
  if (by === 'day') return at.toLocaleDateString(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
  return by === 'month' ? at.toLocaleDateString(undefined, { month: 'long', year: 'numeric' }) : date;
}

const figures = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function number(value) {
  return value === null ? '–' : figures.format(value);
}

function showTable(box, table, metrics, by) {
  const rows = [...table].reverse().map((row) => el('tr', {}, el('th', { scope: 'row' }, sayDate(row.date, by)),
    row.values.map((value) => el('td', {}, number(value)))));
  const head = metrics.map((metric) => el('th', { scope: 'col' }, `${label(metric)}, ${metric.unit}`));
  box.replaceChildren(el('table', {}, el('caption.unseen', {}, 'Energy'),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Date'), head)), el('tbody', {}, rows),
    el('tfoot', {}, el('tr', {}, el('th', { scope: 'row' }, 'Together'),
      sumsOf(table, metrics.length).map((sum) => el('td', {}, number(sum)))))));
}

function legendOf(table, metrics) {
  return metrics.map((metric, i) => !table.some((row) => row.values[i]) ? '' : el('li', {}, el(`span.key.of-${metric.role}.tone-${toneOf(metrics, i)}`), label(metric)));
}

// Two of one role have its colour in two tones.
export function toneOf(metrics, i) {
  return metrics.slice(0, i).filter((metric) => metric.role === metrics[i].role).length;
}

export function makeEnergy(view, state) {
  const bars = el('div');
  const box = el('div.scroll', { tabindex: 0, role: 'region', 'aria-label': 'Table of energy' });
  const legend = el('ul.legend');
  const said = el('p.soft', { role: 'status' });
  const save = el('button', { type: 'button', onclick: () => download() }, 'CSV');
  const earlier = el('button', { type: 'button', 'aria-label': 'Earlier', onclick: () => turn(-1) }, '←');
  const later = el('button', { type: 'button', 'aria-label': 'Later', onclick: () => turn(1) }, '→');
  const kinds = Object.entries(spans).map(([by, span]) => el('button', { type: 'button', onclick: () => choose(by) }, span.title));
  view.append(el('section.card', {},
    el('div.tools', { role: 'group', 'aria-label': 'Table tools' }, el('span.group', {}, kinds), el('span.group', {}, earlier, later), save),
    said, bars, legend), el('section.card', {}, box));
  view.classList.add('stack');
  const now = { by: 'day', back: 0, device: '' };
  let table = [];
  let metrics = [];

  function choose(by) {
    Object.assign(now, { by, back: 0 });
    load();
  }
  function turn(by) {
    now.back = Math.max(0, now.back - by);
    load();
  }
  function download() {
    const link = el('a', { href: URL.createObjectURL(new Blob([csvOf(table, metrics)], { type: 'text/csv' })), download: `${now.device}-by-${now.by}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  function show() {
    kinds.forEach((one, i) => one.setAttribute('aria-pressed', Object.keys(spans)[i] === now.by));
    later.disabled = now.back === 0;
    earlier.disabled = spans[now.by].step === 0;
    save.disabled = !table.length;
    put(said, table.length ? `${now.device}: ${table.length} ${spans[now.by].title.toLowerCase()}` : 'Nothing is stored of that time.');
    bars.replaceChildren(table.length ? drawBars(table, metrics, toneOf) : '');
    legend.replaceChildren(...legendOf(table, metrics));
    showTable(box, table, metrics, now.by);
  }

  async function load() {
    const house = state.house;
    const span = spans[now.by];
    metrics = [...state.book.values()].filter((metric) => metric.headline === 'energy' && metric.metric in house.values);
    now.device = house.device;
    if (!metrics.length) {
      put(said, `${house.device} counts no energy.`);
      return;
    }
    const to = Date.now() - now.back * span.step * DAY_MS;
    try {
      const answer = await ask('energy', { device: house.device, metric: metrics.map((metric) => metric.metric).join(), by: now.by,
        from: new Date(to - (span.days - 1) * DAY_MS).toISOString(), to: new Date(to).toISOString() });
      table = tableOf(answer.rows, metrics);
      show();
    } catch (error) {
      put(said, `The table cannot be had now: ${error.message}`);
    }
  }

  let loadedAt = 0;
  return {
    show() {
      if (now.device === state.house.device && Date.now() - loadedAt < 60000) return;
      loadedAt = Date.now();
      load();
    },
  };
}

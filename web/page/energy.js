// What was made and used: by day, month or year, as bars, as a table, as a file for a spreadsheet.
import { ask } from './api.js';
import { drawBars, filled } from './bars.js';
import { el, label, put, sayMoment } from './words.js';
import { dateOf } from './zone.js';

const spans = { day: { title: 'Days', turns: true }, month: { title: 'Months', turns: true }, year: { title: 'Years', turns: false } };

// Which dates a table is of: 31 days, 12 months, 10 years; `back` times as many earlier.
function datesOf(by, back) {
  const [y, m, d] = dateOf(Date.now()).split('-').map(Number);
  const [from, to] = {
    day: [[y, m - 1, d - 30 - 31 * back], [y, m - 1, d + 1 - 31 * back]],
    month: [[y, m - 12 - 12 * back, 1], [y, m - 12 * back, 1]],
    year: [[y - 9, 0, 1], [y + 1, 0, 1]],
  }[by];
  const text = (parts) => new Date(Date.UTC(...parts)).toISOString().slice(0, 10);
  return { from: text(from), to: text(to) };
}

// One row a date, a column a counter; null where nothing was said. `unseen`: what of it grew unheard.
function tableOf(rows, metrics) {
  const dates = new Map();
  for (const row of rows) {
    if (!dates.has(row.date)) dates.set(row.date, { date: row.date, values: new Array(metrics.length).fill(null), unseen: [] });
    const k = metrics.findIndex((metric) => metric.metric === row.metric);
    dates.get(row.date).values[k] = row.grown;
    if (row.since) dates.get(row.date).unseen[k] = { grown: row.unseen, since: Date.parse(row.since) };
  }
  const all = [...dates.values()];
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

function showCell(value, unseen) {
  if (!unseen) return el('td', {}, number(value));
  return el('td', {}, number(value), el('small.unheard', {}, `${number(unseen.grown)} of it unheard since ${sayMoment(unseen.since, 'date')}`));
}

function showTable(box, all, allMetrics, by) {
  const { rows: table, own: metrics } = filled(all, allMetrics);
  const rows = [...table].reverse().map((row) => el('tr', {}, el('th', { scope: 'row' }, sayDate(row.date, by)),
    row.values.map((value, k) => showCell(value, row.unseen[k]))));
  const head = metrics.map((metric) => el('th', { scope: 'col' }, `${label(metric)}, ${metric.unit}`));
  box.replaceChildren(el('table', {}, el('caption.unseen', {}, 'Energy'),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Date'), head)), el('tbody', {}, rows),
    el('tfoot', {}, el('tr', {}, el('th', { scope: 'row' }, 'Together'),
      sumsOf(table, metrics.length).map((sum) => el('td', {}, number(sum)))))));
}

function legendOf(table, metrics) {
  return metrics.map((metric, i) => !filled(table, metrics).own.includes(metric) ? '' : el('li', {}, el(`span.key.of-${metric.role}.tone-${toneOf(metrics, i)}`), label(metric)));
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
    earlier.disabled = !spans[now.by].turns;
    save.disabled = !table.length;
    put(said, table.length ? `${now.device}: ${table.length} ${spans[now.by].title.toLowerCase()}` : 'Nothing is stored of that time.');
    bars.replaceChildren(table.length ? drawBars(table, metrics, toneOf) : '');
    legend.replaceChildren(...legendOf(table, metrics));
    showTable(box, table, metrics, now.by);
  }

  const countersOf = (house) => [...state.book.values()].filter((metric) => metric.headline === 'energy' && metric.metric in house.values);

  async function load() {
    const house = state.house;
    metrics = countersOf(house);
    now.device = house.device;
    if (!metrics.length) {
      put(said, `${house.device} counts no energy.`);
      return;
    }
    try {
      const answer = await ask('energy', { device: house.device, metric: metrics.map((metric) => metric.metric).join(), by: now.by, ...datesOf(now.by, now.back) });
      table = tableOf(answer.rows, metrics);
      show();
    } catch (error) {
      put(said, `The table cannot be had now: ${error.message}`);
    }
  }

  let loadedAt = 0;
  return {
    show() {
      const isSame = now.device === state.house.device && countersOf(state.house).length === metrics.length;
      if (isSame && Date.now() - loadedAt < 60000) return;
      loadedAt = Date.now();
      load();
    },
  };
}

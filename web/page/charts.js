// Charts of whatever a device says: choose, zoom, go back and forth, compare.
import { align, choicesOf, coloursOf, factsOf, fetchLines, powersOf } from './chart_data.js';
import { makePlot } from './kits/kit.js';
import { makeTools } from './chart_tools.js';
import { makeExtract } from './extract.js';
import { el, label, put, sayAll, sayMoment } from './words.js';
import { isElsewhere, zoneName } from './zone.js';

const DAY_MS = 86400000;
const LINES_MOST = 4;
const REFRESH_MS = 60000;
const NARROWEST_MS = 60000;

// Lines, their key and their facts in a table; the table is the chart for who cannot see it.
function makePicture(plot, facts, hooks) {
  let data = null;
  let cells = [];
  plot.append(el('p', {}, 'reading…'));
  const drawing = makePlot(plot, { onRange: hooks.onRange, onCursor: (i) => showCursor(i) });

  function showCursor(i) {
    cells.forEach((cell, k) => {
      const value = i === null || i === undefined ? undefined : data.lines[k].mean[i];
      put(cell, value === undefined || value === null ? '' : sayAll(value, data.lines[k].unit));
    });
    hooks.onMoment?.(i === null || i === undefined ? null : data.times[i] * 1000);
  }
  function row(line) {
    const said = factsOf(line);
    const cell = el('td');
    cells.push(cell);
    const name = [el(`span.key.own-${line.own}${line.isBefore ? '.is-dashed' : ''}`), line.label, line.isBefore ? ' (before)' : ''];
    const numbers = said ? [said.low, said.mean, said.high] : [null, null, null];
    return el('tr', {}, el('td', {}, name), cell, ...numbers.map((value) => el('td', {}, sayAll(value, line.unit))));
  }
  return {
    draw(lines, from, to) {
      data = align(lines);
      cells = [];
      const head = ['here', 'lowest', 'mean', 'highest'].map((word) => el('th', { scope: 'col' }, word));
      head.unshift(el('th', { scope: 'col' }, el('span.unseen', {}, 'Line')));
      facts.replaceChildren(el('div.scroll', {}, el('table.facts', {}, el('caption.unseen', {}, 'What the chart shows'),
        el('thead', {}, el('tr', {}, head)), el('tbody', {}, lines.map(row)))));
      drawing.draw({ ...data, from: from / 1000, to: to / 1000 });
      plot.dataset.points = data.times.length;
    },
    width: () => plot.clientWidth,
  };
}

export function makeDayChart(plot, facts, state) {
  const picture = makePicture(plot, facts, { onRange: () => { location.hash = '#charts'; } });
  let drawn = { device: '', at: 0 };
  return {
    async show(house) {
      if (drawn.device === house.device && Date.now() - drawn.at < REFRESH_MS) return;
      drawn = { device: house.device, at: Date.now() };
      const to = Date.now();
      const metrics = powersOf(state.book, house);
      if (!metrics.length) return;
      try {
        const query = { device: house.device, metrics, from: to - DAY_MS, to, points: picture.width() };
        picture.draw(await fetchLines(state.book, query), query.from, to);
      } catch {
        drawn.at = 0;
      }
    },
  };
}

export function makeCharts(view, state) {
  const now = { device: '', metrics: [], from: Date.now() - DAY_MS, to: Date.now(), follows: true, before: null };
  const chips = el('div.chips', { role: 'group', 'aria-label': 'What is drawn' });
  const plot = el('div.plot', { tabindex: 0, role: 'group', 'aria-label': 'Chart: arrows move, plus and minus zoom, 0 shows the last day' });
  const facts = el('div');
  const said = el('p.soft', { role: 'status' });
  const picture = makePicture(plot, facts, { onRange: (from, to) => go(from, to, false), onMoment });
  const tools = makeTools({ span, move, zoom, add, compare: (before) => { now.before = before; load(); } });
  const extract = makeExtract();
  view.append(el('section.card', {}, tools.element, chips, said, plot, facts, extract.element));
  let run = 0;
  let range = '';

  function onMoment(at) {
    put(said, at === null ? range : sayMoment(at));
  }
  function go(from, to, follows) {
    const wide = Math.max(NARROWEST_MS, to - from);
    Object.assign(now, { from, to: from + wide, follows });
    if (now.to > Date.now() + wide) Object.assign(now, { from: Date.now(), to: Date.now() + wide });
    load();
  }
  function span(ms) {
    go(Date.now() - ms, Date.now(), true);
  }
  function move(share) {
    const wide = now.to - now.from;
    go(now.from + wide * share, now.to + wide * share, false);
  }
  function zoom(factor) {
    const middle = (now.from + now.to) / 2;
    const half = ((now.to - now.from) * factor) / 2;
    go(middle - half, middle + half, false);
  }
  function add(name) {
    if (!now.metrics.includes(name)) now.metrics = [...now.metrics, name].slice(-LINES_MOST);
    load();
  }
  function remove(name) {
    now.metrics = now.metrics.filter((one) => one !== name);
    load();
    chips.querySelector('button')?.focus();
  }
  function showChips() {
    const own = coloursOf(state.book, now.metrics);
    chips.replaceChildren(...now.metrics.map((name, i) => el('span.chip', {}, el(`span.key.own-${own[i]}`), label(state.book.get(name)),
      el('button', { type: 'button', 'aria-label': `Without ${label(state.book.get(name))}`, onclick: () => remove(name) }, '×'))));
  }
  function sayRange(lines) {
    const some = lines.some((line) => line.points.length);
    const days = (now.to - now.from) / DAY_MS;
    const when = days > 300 ? `${Math.round(days)} days until ${sayMoment(now.to, 'date')}` : `${sayMoment(now.from)} to ${sayMoment(now.to)}`;
    range = `${now.device}, ${when}${isElsewhere() ? ` (${zoneName()})` : ''}${some ? '' : ': nothing is stored of that'}`;
    put(said, range);
  }

  async function load() {
    const mine = ++run;
    const query = { ...now, points: picture.width() };
    showChips();
    tools.show(now, choicesOf(state.book, state.house));
    extract.show(now, choicesOf(state.book, state.house));
    if (!now.metrics.length) {
      picture.draw([], now.from, now.to);
      put(said, 'Choose what to draw.');
      return;
    }
    plot.classList.add('is-busy');
    try {
      const lines = await fetchLines(state.book, query);
      if (now.before) lines.push(...(await fetchLines(state.book, query, now.before)));
      if (mine !== run) return; // somebody was quicker
      picture.draw(lines, query.from, query.to);
      sayRange(lines);
    } catch (error) {
      put(said, `This cannot be drawn: ${error.message}`);
    }
    plot.classList.remove('is-busy');
  }

  plot.addEventListener('keydown', (event) => {
    const keys = { ArrowLeft: () => move(-0.25), ArrowRight: () => move(0.25), '+': () => zoom(0.5), '-': () => zoom(2), 0: () => span(DAY_MS) };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  let loadedAt = 0;
  return {
    show() {
      const isOther = now.device !== state.house.device;
      if (isOther) {
        const has = choicesOf(state.book, state.house).map((metric) => metric.metric);
        now.device = state.house.device;
        now.metrics = now.metrics.filter((name) => has.includes(name));
        if (!now.metrics.length) now.metrics = powersOf(state.book, state.house);
      }
      if (!isOther && (!now.follows || Date.now() - loadedAt < REFRESH_MS)) return;
      loadedAt = Date.now();
      if (now.follows) Object.assign(now, { from: Date.now() - (now.to - now.from), to: Date.now() });
      load();
    },
  };
}

// What can be done to a chart, as buttons and lists that a keyboard reaches.
import { roles } from './house.js';
import { el, label } from './words.js';

const HOUR_MS = 3600000;
const spans = [[24, '24 h', '24 hours'], [168, '7 d', '7 days'], [720, '30 d', '30 days'], [8760, 'Year', 'a year']];
const befores = [[null, 'Compare…'], [{ days: 1 }, 'with the day before'], [{ days: 7 }, 'with the week before'], [{ years: 1 }, 'with the year before']];

function button(text, name, action) {
  return el('button', { type: 'button', 'aria-label': name, title: name, onclick: action }, text);
}

export function makeTools({ span, move, zoom, add, compare }) {
  const spanButtons = spans.map(([hours, text, name]) => button(text, `Show ${name}`, () => span(hours * HOUR_MS)));
  const adding = el('select', { 'aria-label': 'Add to the chart', onchange: () => { if (adding.value) add(adding.value); } });
  const comparing = el('select', { 'aria-label': 'Compare', onchange: () => compare(befores[comparing.value][0]) },
    befores.map(([, text], i) => el('option', { value: i }, text)));
  const csv = el('a.soft', { download: '' }, 'CSV');
  let shape = '';

  const element = el('div.tools', { role: 'group', 'aria-label': 'Chart tools' },
    el('span.group', {}, spanButtons),
    el('span.group', {},
      button('←', 'Earlier', () => move(-0.5)), button('→', 'Later', () => move(0.5)),
      button('+', 'Zoom in', () => zoom(0.5)), button('−', 'Zoom out', () => zoom(2))),
    adding, comparing, csv);

  function showChoices(choices) {
    const now = choices.map((metric) => metric.metric).join();
    if (now === shape) return;
    shape = now;
    const kinds = [...Object.keys(roles), undefined];
    adding.replaceChildren(el('option', { value: '' }, 'Add…'), ...kinds.map((role) =>
      el('optgroup', { label: roles[role]?.title ?? 'Other' }, choices.filter((metric) => metric.role === role).map((metric) =>
        el('option', { value: metric.metric }, metric.unit ? `${label(metric)} (${metric.unit})` : label(metric))))));
  }
  return {
    element,
    show(now, choices) {
      showChoices(choices);
      adding.value = '';
      const hours = (now.to - now.from) / HOUR_MS;
      spanButtons.forEach((one, i) => one.setAttribute('aria-pressed', now.follows && Math.abs(hours - spans[i][0]) < 0.1));
      const query = new URLSearchParams({
        device: now.device, metric: now.metrics.join(), format: 'csv', points: 5000,
        from: new Date(now.from).toISOString(), to: new Date(now.to).toISOString(),
      });
      csv.href = `api/v1/history?${query}`;
      csv.hidden = !now.metrics.length;
    },
  };
}

// Numbers for a spreadsheet: which columns, from when to when, how many seconds from row to row.
import { label, el, put } from './words.js';
import { wall } from './zone.js';

const MOST = 12; // metrics the program gives at once
const steps = [[1, 'every reading'], [60, 'every minute'], [300, 'every 5 minutes'], [900, 'every 15 minutes'], [3600, 'every hour'], [86400, 'every 24 hours']];

const siteText = (ms) => new Date(wall(ms)).toISOString().slice(0, 16).replace('T', ' ');

export function makeExtract() {
  const from = el('input', { type: 'text', size: 17, autocomplete: 'off' });
  const to = el('input', { type: 'text', size: 17, autocomplete: 'off' });
  const every = el('select', {}, steps.map(([seconds, text]) => el('option', { value: seconds }, text)));
  const columns = el('fieldset.columns');
  const said = el('p.soft', { role: 'status' });
  const form = el('form.extract', { onsubmit: fetchIt },
    el('div.tools', {}, el('label', {}, 'From ', from), el('label', {}, 'to ', to), el('label', {}, 'a row ', every)),
    columns, el('p.soft', {}, 'Times are the site’s: 2026-11-21 14:30, 20261121, 2026112114, 202611211430, -7d, yesterday.'),
    el('div.tools', {}, el('button', { type: 'submit' }, 'Save as CSV'), said));
  const element = el('details.more', {}, el('summary', {}, 'Extract columns as CSV'), form);
  every.value = '300';
  let now = { device: '', metrics: [], choices: [] };
  let shape = '';

  function chosen() {
    return [...columns.querySelectorAll('input:checked')].map((box) => box.value);
  }
  function fill() {
    shape = `${now.device} ${now.metrics.join()}`;
    columns.replaceChildren(el('legend', {}, `Columns of ${now.device}, up to ${MOST}`), ...now.choices.map((metric) => el('label', {},
      el('input', { type: 'checkbox', value: metric.metric, checked: now.metrics.includes(metric.metric) }), ' ',
      metric.unit ? `${label(metric)} (${metric.unit})` : label(metric))));
    from.value = siteText(now.from);
    to.value = siteText(now.to);
  }
  async function fetchIt(event) {
    event.preventDefault();
    const names = chosen();
    if (!names.length || names.length > MOST) {
      put(said, names.length ? `That is more than ${MOST} columns.` : 'Choose at least one column.');
      return;
    }
    const query = new URLSearchParams({ device: now.device, metric: names.join(), from: from.value.trim(), to: to.value.trim(), every: every.value, format: 'csv' });
    put(said, 'reading…');
    try {
      const answer = await fetch(`api/v1/table?${query}`);
      if (!answer.ok) throw new Error((await answer.json()).detail);
      const link = el('a', { href: URL.createObjectURL(await answer.blob()), download: `${now.device}.csv` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      put(said, 'Saved.');
    } catch (error) {
      put(said, error.message);
    }
  }
  // opened before the chart knows its device, it is filled when that comes
  element.addEventListener('toggle', () => { if (element.open && now.device && shape !== `${now.device} ${now.metrics.join()}`) fill(); });
  return {
    element,
    show(what, choices) {
      now = { ...what, choices };
      if (element.open && !form.contains(document.activeElement) && shape.split(' ')[0] !== now.device) fill();
    },
  };
}

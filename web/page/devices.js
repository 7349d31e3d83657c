// Every device: how it is, how old what it said is, its headlines, and on demand all of it.
import { el, label, put, sayAge, sayAll } from './words.js';

function sayValue(metric, said) {
  if (said.value === null || said.value === undefined) return '–';
  return said.said ?? sayAll(said.value, metric.unit);
}

// An alarm that does not ring is not worth a line among the headlines.
function isShown(metric, said) {
  return metric?.headline && (metric.headline !== 'alarm' || said.value);
}

function rows(list, book, values, wanted) {
  const named = [...book.keys()].filter((name) => name in values).map((name) => [name, values[name]])
    .filter(([name, said]) => wanted(book.get(name), said)); // in the order of the catalogue
  if (list.dataset.shape !== named.map(([name]) => name).join()) {
    list.dataset.shape = named.map(([name]) => name).join();
    list.replaceChildren(...named.flatMap(([name]) => [el('dt', {}, label(book.get(name))), el('dd')]));
  }
  named.forEach(([name, said], i) => {
    const cell = list.children[2 * i + 1];
    put(cell, sayValue(book.get(name), said));
    cell.classList.toggle('is-old', said.value === null);
    cell.classList.toggle('is-alarm', book.get(name).headline === 'alarm' && Boolean(said.value));
    cell.title = sayAge(said.age_s);
  });
}

function makeCard(state, name) {
  const pill = el('span.state');
  const about = el('p.soft');
  const trouble = el('p.soft');
  const first = el('dl');
  const all = el('dl');
  const more = el('details', {}, el('summary', {}, `All that ${name} says`), all);
  const card = el('article.card.device', { 'aria-label': name }, el('h2', {}, name, pill), about, trouble, first, more);

  function show() {
    const device = state.devices.find((one) => one.device === name);
    const values = state.board.find((one) => one.device === name)?.values ?? {};
    const serial = device.serial ? `, no. ${device.serial}` : '';
    pill.className = `state is-${device.state}`;
    put(pill, device.state);
    put(about, `${device.is_group ? 'group of devices' : device.title || device.driver}${serial}, ${device.age_s === null ? '' : 'heard '}${sayAge(device.age_s)}`);
    put(trouble, device.trouble);
    trouble.hidden = !device.trouble;
    rows(first, state.book, values, isShown);
    more.hidden = !Object.keys(values).length;
    if (more.open) rows(all, state.book, values, (metric) => metric);
  }
  more.addEventListener('toggle', show);
  return { card, show };
}

export function makeDevices(view, state) {
  const cards = new Map();
  const list = el('div.devices');
  view.append(list);

  return {
    show() {
      for (const device of state.devices) {
        if (!cards.has(device.device)) {
          cards.set(device.device, makeCard(state, device.device));
          list.append(cards.get(device.device).card);
        }
      }
      for (const [name, one] of cards) {
        const isThere = state.devices.some((device) => device.device === name);
        one.card.hidden = !isThere;
        if (isThere) one.show();
      }
    },
  };
}

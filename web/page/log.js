// What happened: the newest first, older ones on demand.
import { ask } from './api.js';
import { el, sayMoment } from './words.js';

const SOME = 50;

function line(event) {
  const at = Date.parse(event.time);
  return el(`li.is-${event.level}`, {},
    el('time', { datetime: event.time }, sayMoment(at, 'date'), ' ', sayMoment(at, 'time')),
    el('p', {}, ['error', 'warning'].includes(event.level) ? el('b', {}, `${event.level}: `) : '',
      event.who ? `${event.who}: ` : '', event.text));
}

export function makeLog(view) {
  const list = el('ul.log');
  const note = el('p.soft', { role: 'status' });
  const older = el('button', { type: 'button', onclick: () => more() }, 'Older');
  view.append(el('section.card', {},
    el('div.card-head', {}, el('h2', {}, 'What happened'), el('a.soft', { href: 'api/v1/events?format=csv&from=-3650d&limit=5000', download: 'events.csv' }, 'CSV')),
    list, note, older));
  let to = null;
  let isAsking = false;

  async function more() {
    if (isAsking) return;
    isAsking = true;
    try {
      const events = await ask('events', { from: '-3650d', limit: SOME, ...(to ? { to } : {}) });
      list.append(...events.map(line));
      if (events.length) to = events.at(-1).time;
      older.hidden = events.length < SOME;
      note.textContent = list.children.length ? '' : 'Nothing has happened yet.';
    } catch (error) {
      note.textContent = `The log cannot be read now: ${error.message}`;
    }
    isAsking = false;
  }

  let isShown = false;
  return {
    show() {
      if (isShown) return;
      isShown = true;
      to = null;
      list.replaceChildren();
      more();
    },
    leave() { isShown = false; },
  };
}

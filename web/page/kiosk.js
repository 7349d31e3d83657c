// For a tablet on the wall: the whole screen, few and big numbers, and a screen that stays awake.
import { partsOf, roles, wordsFor } from './house.js';
import { el, put, say, sayAll, sayMoment } from './words.js';

function makeTile(role) {
  const number = el('span');
  const unit = el('small');
  const about = el('p.about');
  const tile = el(`section.tile.of-${role}`, { 'aria-label': roles[role].title },
    el('h2.name', {}, roles[role].title), el('p.big', {}, number, unit), about);
  return {
    tile,
    show(part) {
      // The battery's level is what one wants to know first, if it is known at all.
      const hasLevel = part.level !== undefined;
      const said = hasLevel ? say(part.level, '%') : say(part.power === null ? null : Math.abs(part.power), 'W');
      put(number, said.text);
      put(unit, said.unit);
      const power = hasLevel && typeof part.power === 'number' ? ` ${sayAll(Math.abs(part.power), 'W')}` : '';
      put(about, wordsFor(part) + power);
    },
  };
}

// Only over https, or from the same machine, may a page keep a screen awake.
function makeAwake(say) {
  let lock = null;
  let isWanted = false;
  async function hold() {
    if (!isWanted || lock || document.hidden) return;
    if (!navigator.wakeLock) {
      say('The screen may fall asleep: staying awake needs https.');
      return;
    }
    try {
      lock = await navigator.wakeLock.request('screen');
      lock.addEventListener('release', () => { lock = null; });
      say('');
    } catch {
      say('The screen may fall asleep.');
    }
  }
  document.addEventListener('visibilitychange', hold);
  return {
    want() { isWanted = true; hold(); },
    leave() { isWanted = false; lock?.release(); },
  };
}

export function makeKiosk(view, state) {
  const site = el('h1');
  const clock = el('span');
  const tiles = el('div.tiles');
  const news = el('p');
  const asleep = el('p');
  const full = el('button', { type: 'button', onclick: () => document.documentElement.requestFullscreen?.().catch(() => {}) }, 'Full screen');
  view.append(el('div.clock', {}, site, clock), tiles,
    el('div.below', {}, news, asleep, el('span.tools', {}, full, el('a', { href: '#now' }, 'Leave'))));
  full.hidden = !document.documentElement.requestFullscreen;
  document.addEventListener('fullscreenchange', () => { full.hidden = Boolean(document.fullscreenElement); });
  const awake = makeAwake((words) => put(asleep, words));
  setInterval(() => put(clock, sayMoment(Date.now(), 'time')), 1000);
  let made = {};
  let shape = '';

  return {
    show() {
      awake.want();
      const parts = partsOf(state.book, state.house);
      const present = Object.keys(parts).filter((role) => parts[role].power !== undefined || parts[role].level !== undefined);
      if (present.join() !== shape) {
        shape = present.join();
        made = Object.fromEntries(present.map((role) => [role, makeTile(role)]));
        tiles.replaceChildren(...present.map((role) => made[role].tile));
      }
      for (const role of present) made[role].show(parts[role]);
      put(site, state.health?.site || '');
      put(clock, sayMoment(Date.now(), 'time'));
      const first = state.warnings[0];
      const others = state.warnings.length > 1 ? ` (and ${state.warnings.length - 1} more)` : '';
      put(news, document.body.classList.contains('is-lost') ? 'no connection' : first ? `${first.who}: ${first.text}${others}` : 'all is well');
      news.classList.toggle('is-grave', Boolean(first?.grave));
    },
    leave() {
      awake.leave();
      if (document.fullscreenElement) document.exitFullscreen();
    },
  };
}

// The flow picture: who gives and who takes, at a glance. Drawn once for the parts there are, then
// only its numbers, arrows and pace change.
import { roles, way, wordsFor } from './house.js';
import { put, say, sayAll } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const R = 52; // of a part's plate
const FULL_W = 3000; // the dots run no faster than with this

const icons = {
  pv: 'M-15 8 L-10 -8 H10 L15 8 Z M-12.5 0 H12.5 M-3.5 -8 L-5 8 M3.5 -8 L5 8',
  battery: 'M-14 -7 H11 V7 H-14 Z M11 -3 H14 V3 H11 M-9 -3 V3 M-4 -3 V3 M1 -3 V3',
  load: 'M-13 0 L0 -11 L13 0 M-9 -3 V9 H9 V-3 M-3 9 V2 H3 V9',
  grid: 'M0 -11 L-8 10 M0 -11 L8 10 M-5 3 H5 M-10 -5 H10 M-3 -3 H3 M-8 10 L5 3 M8 10 L-5 3',
};

// Four parts make a cross; three stand around the middle.
function places(present) {
  if (present.length === 4) {
    return { hub: [180, 180], high: 360, pv: [180, 58], battery: [180, 302], grid: [58, 180], load: [302, 180] };
  }
  const below = present.find((role) => role === 'battery') ?? present.find((role) => role === 'grid');
  const found = { hub: [180, 78], high: below ? 276 : 150, pv: [58, 78], load: [302, 78] };
  found.grid = present.includes('pv') ? [302, 78] : [58, 78];
  if (below) found[below] = [180, 218];
  return found;
}

function draw(tag, attributes, ...inside) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

function wireTo(from, hub) {
  const far = Math.hypot(hub[0] - from[0], hub[1] - from[1]);
  const at = (distance) => [0, 1].map((i) => from[i] + ((hub[i] - from[i]) * distance) / far);
  const [start, end, middle] = [at(R), at(far - 9), at((R + far - 9) / 2)];
  const angle = (Math.atan2(hub[1] - from[1], hub[0] - from[0]) * 180) / Math.PI;
  return { path: `M${start} L${end}`, middle, angle };
}

function makePart(role, [x, y], hub) {
  const wire = wireTo([x, y], hub);
  const arrow = draw('path', { class: 'arrow', d: 'M-6 -8 L5 0 L-6 8 Z' });
  const current = draw('path', { class: 'current', d: wire.path });
  const value = draw('tspan', { class: 'value' });
  const unit = draw('tspan', { class: 'unit', dx: 3 });
  const about = draw('text', { class: 'about', x, y: y + 36 });
  const level = draw('circle', { class: 'level', cx: x, cy: y, r: R, pathLength: 100, transform: `rotate(-90 ${x} ${y})` });
  const name = draw('text', { class: 'name', x, y: y + 20 }, roles[role].title);
  const group = draw('g', { class: `part of-${role}` },
    draw('path', { class: 'wire', d: wire.path }), current, arrow,
    draw('circle', { class: 'plate', cx: x, cy: y, r: R }), level,
    draw('path', { class: 'icon', d: icons[role], transform: `translate(${x} ${y - 28})` }),
    draw('text', { x, y: y + 4 }, value, unit), name, about);
  return { role, group, wire, arrow, current, value, unit, about, level };
}

// Towards the middle is + for whoever gives, and away from it for whoever takes.
function isInward(role, direction) {
  return (role === 'pv' || role === 'grid') === (direction === 'plus');
}

function show(part, now) {
  const direction = way(now.power);
  const said = say(now.power, 'W');
  put(part.value, said.text);
  put(part.unit, said.unit);
  put(part.about, now.level === undefined || now.level === null ? '' : sayAll(now.level, '%'));
  const hasLevel = typeof now.level === 'number';
  part.level.setAttribute('visibility', hasLevel && now.level > 0 ? 'visible' : 'hidden');
  if (hasLevel) part.level.setAttribute('stroke-dasharray', `${now.level} 100`);
  part.group.classList.toggle('is-rest', direction === null || direction === 'rest');
  part.group.classList.toggle('is-unknown', direction === null);
  if (direction === null || direction === 'rest') return;
  const inward = isInward(part.role, direction);
  const [x, y] = part.wire.middle;
  part.arrow.setAttribute('transform', `translate(${x} ${y}) rotate(${part.wire.angle + (inward ? 0 : 180)})`);
  const share = Math.min(1, Math.sqrt(Math.abs(now.power) / FULL_W));
  part.current.style.setProperty('--pace', `${(1.6 - 1.15 * share).toFixed(2)}s`);
  part.current.style.animationDirection = inward ? 'normal' : 'reverse';
}

function inWords(parts) {
  return parts.map((part) => {
    const level = typeof part.level === 'number' ? `, ${sayAll(part.level, '%')} full` : '';
    const power = typeof part.power === 'number' ? ` ${sayAll(Math.abs(part.power), 'W')}` : '';
    return `${roles[part.role].title}: ${wordsFor(part)}${power}${level}.`;
  }).join(' ');
}

export function makeFlow() {
  const title = draw('title', { id: 'flow-words' });
  const svg = draw('svg', { class: 'flow', role: 'img', 'aria-labelledby': 'flow-words' });
  let drawn = [];
  let shape = '';

  return {
    element: svg,
    show(parts) {
      const present = Object.values(parts).filter((part) => part.power !== undefined || part.level !== undefined);
      const wanted = present.map((part) => part.role);
      if (wanted.join() !== shape) {
        shape = wanted.join();
        const where = places(wanted);
        svg.setAttribute('viewBox', `0 0 360 ${where.high}`);
        drawn = wanted.map((role) => makePart(role, where[role], where.hub));
        const hub = draw('circle', { class: 'hub', cx: where.hub[0], cy: where.hub[1], r: 8 });
        svg.replaceChildren(title, ...drawn.map((part) => part.group), hub);
      }
      for (const part of drawn) show(part, parts[part.role]);
      put(title, inWords(present));
    },
  };
}

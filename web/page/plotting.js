// What whoever draws charts needs, whichever kit it is: the library, the colours, when to draw anew.
import { el } from './words.js';

const lines = ['--pv', '--load', '--battery', '--grid'];

// Once, and only when something is to be drawn; `pick` takes it from the window.
let ready = null;
export function library(pick) {
  ready ??= new Promise((done, fail) => {
    const from = (name) => new URL(`vendor/${name}`, import.meta.url).href;
    document.head.append(el('link', { rel: 'stylesheet', href: from('chart.css') }),
      el('script', { src: from('chart.js'), onload: () => done(pick(window)), onerror: fail }));
  });
  return ready;
}

// Colours as they are now, in light or dark: by name, and that of a line.
export function coloursOf(box) {
  const style = getComputedStyle(box);
  const named = (name) => style.getPropertyValue(name).trim();
  return { named, of: (line) => named(lines[line.own % lines.length]) };
}

// The units in their order: an axis each.
export const unitsOf = (data) => [...new Set(data.lines.map((line) => line.unit))];

// What is drawn last, again in other colours; and whatever fits a box of another size.
export function keepDrawn(box, draw, resize) {
  let last = null;
  new ResizeObserver(() => box.clientWidth && resize()).observe(box);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => last && draw(last));
  return {
    take(data) { last = data; },
    isLast: (data) => last === data, // or somebody was quicker
  };
}

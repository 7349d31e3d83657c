// Numbers, ages and moments as people read them, and the one way elements are made.
import { zoneName } from './zone.js';

const numbers = new Map();

function plain(value, digits) {
  if (!numbers.has(digits)) {
    numbers.set(digits, new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  return numbers.get(digits).format(value);
}

// Units that are said in thousands when there are many, and with how many decimals small ones are.
const thousands = { W: 'kW', VA: 'kVA', kWh: 'MWh', Ah: 'kAh' };
const decimals = { W: 0, VA: 0, '%': 0, V: 1, A: 1, kWh: 2, '°C': 1, Hz: 2 };

// { text: "1.24", unit: "kW" }
export function say(value, unit) {
  if (value === null || value === undefined) return { text: '–', unit: '' };
  if (thousands[unit] && Math.abs(value) >= 1000) {
    return { text: plain(value / 1000, Math.abs(value) >= 100000 ? 0 : 2), unit: thousands[unit] };
  }
  const digits = decimals[unit] ?? (Number.isInteger(value) ? 0 : 2);
  const text = plain(value, unit === 'W' && Math.abs(value) < 10 && value % 1 ? 1 : digits);
  return { text: /^[-−]?0([.,]0+)?$/.test(text) ? text.replace(/^[-−]/, '') : text, unit };
}

export function sayAll(value, unit) {
  const said = say(value, unit);
  return said.unit ? `${said.text}\u00a0${said.unit}` : said.text;
}

export function sayAge(seconds) {
  if (seconds === null || seconds === undefined) return 'never heard';
  if (seconds < 1.5) return 'just now';
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

const moments = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  date: { day: 'numeric', month: 'short' },
  full: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  month: { month: 'short', year: 'numeric' },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
};
const clocks = new Map();

// In the site's time.
export function sayMoment(ms, form = 'full') {
  const key = `${form} ${zoneName()}`;
  if (!clocks.has(key)) clocks.set(key, new Intl.DateTimeFormat(undefined, { ...moments[form], timeZone: zoneName() }));
  return clocks.get(key).format(ms);
}

// The name of a metric for people: what it is, without "since new" and what its sign means.
export function label(metric) {
  return metric.help.replace(/ since new$/, '').replace(/(; |, \+).*/, '');
}

// el('p.note', { title: '...' }, 'words', otherElement)
export function el(what, properties = {}, ...inside) {
  const [tag, ...classes] = what.split('.');
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(' ');
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...inside.flat().filter((part) => part !== null && part !== undefined));
  return made;
}

// Text that did not change is not touched: screen readers and selections stay undisturbed.
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

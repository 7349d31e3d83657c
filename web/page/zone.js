// The site's own time, wherever somebody looks from. A wall moment is what the site's clock shows,
// as milliseconds that pretend to be UTC: with it one can reckon in days, of 23 hours or of 25.

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
let form = null;
let name = own;
const known = new Map(); // quarter of an hour -> offset

function formOf(timeZone) {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
}

// A zone that this browser does not know, or that has no name, is one of its present offset.
function pick(wanted, offsetS) {
  const hours = Math.round(offsetS / 3600);
  for (const one of [wanted, `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`]) {
    try {
      if (one) return [one, formOf(one)];
    } catch { /* the next one */ }
  }
  return [own, formOf(own)];
}

export function setZone(wanted, offsetS) {
  [name, form] = pick(wanted, offsetS);
  known.clear();
}
setZone(own, 0);

export const zoneName = () => name;

// What to subtract from the site's clock to have UTC.
function offset(ms) {
  const quarter = Math.floor(ms / 900000);
  if (!known.has(quarter)) {
    const parts = Object.fromEntries(form.formatToParts(quarter * 900000).map((part) => [part.type, Number(part.value)]));
    known.set(quarter, Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - quarter * 900000);
  }
  return known.get(quarter);
}

export const wall = (ms) => ms + offset(ms);

// The moment at which the clock shows that; null in the hour that spring leaves out.
export function instant(wallMs) {
  const guess = wallMs - offset(wallMs - offset(wallMs));
  if (wall(guess) === wallMs) return guess;
  const other = wallMs - offset(guess);
  return wall(other) === wallMs ? other : null;
}

// The same time of another day: { days, years } later, or earlier.
export function shifted(ms, { days = 0, years = 0 }) {
  const at = new Date(wall(ms));
  at.setUTCFullYear(at.getUTCFullYear() + years, at.getUTCMonth(), at.getUTCDate() + days);
  return instant(at.getTime());
}

// "2026-05-02", as tables and questions have it.
export const dateOf = (ms) => new Date(wall(ms)).toISOString().slice(0, 10);

// Does the site's clock differ from that of who looks, now or half a year ago?
export function isElsewhere() {
  return [Date.now(), Date.now() - 182 * 86400000].some((ms) => offset(ms) !== -new Date(ms).getTimezoneOffset() * 60000);
}

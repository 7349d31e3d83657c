// History as charts want it: one row of moments for all lines, and a hole wherever nothing was said.
import { ask } from './api.js';
import { label } from './words.js';
import { shifted } from './zone.js';

const POINTS_LEAST = 120;
const POINTS_MOST = 1500;

// Silence longer than three usual distances is a gap, as it is for the board.
function gapOf(points, stepMs) {
  const distances = points.slice(1).map((point, i) => point[0] - points[i][0]).sort((a, b) => a - b);
  const usual = distances.length ? distances[Math.floor(distances.length / 2)] : stepMs;
  return Math.max(usual * 3, stepMs * 1.5);
}

// Points [ms, low, mean, high], with a null one at the beginning of each gap.
export function withGaps(points, stepMs) {
  const gap = gapOf(points, stepMs);
  const all = [];
  for (const [i, point] of points.entries()) {
    if (i && point[0] - points[i - 1][0] > gap) all.push([points[i - 1][0] + stepMs, null, null, null]);
    all.push(point);
  }
  return all;
}

// Each line has the colour of its role, or one that is left.
const owners = ['pv', 'load', 'battery', 'grid'];
export function coloursOf(book, names) {
  const taken = new Set();
  const own = names.map((name) => {
    const i = owners.indexOf(book.get(name).role);
    if (i < 0 || taken.has(i)) return null;
    taken.add(i);
    return i;
  });
  return own.map((one) => {
    if (one !== null) return one;
    const free = owners.findIndex((_, i) => !taken.has(i));
    taken.add(free);
    return free;
  });
}

const unshifted = ({ days = 0, years = 0 }) => ({ days: -days, years: -years });

// The same times of an earlier day, brought to this one: an hour that this day does not have is left
// out, one that the other had twice is drawn once.
export function brought(points, before) {
  const all = new Map();
  for (const [at, low, mean, high] of points) {
    const here = shifted(at, before);
    if (here === null) continue;
    const there = all.get(here);
    all.set(here, there ? [here, Math.min(low, there[1]), (mean + there[2]) / 2, Math.max(high, there[3])] : [here, low, mean, high]);
  }
  return [...all.values()].sort((a, b) => a[0] - b[0]);
}

// `before`: { days } or { years }, how much earlier; null: as asked.
export async function fetchLines(book, query, before = null) {
  const points = Math.round(Math.min(POINTS_MOST, Math.max(POINTS_LEAST, query.points)));
  const moment = (at) => new Date(before ? shifted(at, unshifted(before)) ?? at : at).toISOString();
  const said = await ask('history', {
    device: query.device, metric: query.metrics.join(), points, from: moment(query.from), to: moment(query.to),
  });
  const own = coloursOf(book, query.metrics);
  return said.metrics.map((one, i) => {
    const points = before ? brought(one.points, before) : one.points; // gaps are those of the times that are drawn
    return { metric: one.metric, label: label(book.get(one.metric)), unit: one.unit, own: own[i], isBefore: Boolean(before),
      points: withGaps(points, said.step_s * 1000) };
  });
}

// A gap ends at the next point of its own line, however many points others have in it: all of them
// are null in this one, because what draws ends a gap at the next moment that is not.
function columnsOf(points, place, count) {
  const columns = { low: new Array(count), mean: new Array(count), high: new Array(count) };
  let before = -1;
  let isGap = false;
  for (const [at, low, mean, high] of points) {
    if (mean === null) {
      isGap = true;
      continue;
    }
    const i = place.get(at);
    if (isGap) for (const column of Object.values(columns)) column.fill(null, before + 1, i);
    Object.entries({ low, mean, high }).forEach(([name, value]) => { columns[name][i] = value; });
    before = i;
    isGap = false;
  }
  return columns;
}

// { times: seconds, lines: [{ low, mean, high }...] }: undefined where a line has no point of its
// own, which is passed over, and null where it has a gap, which is not.
export function align(lines) {
  const times = [...new Set(lines.flatMap((line) => line.points.map((point) => point[0])))].sort((a, b) => a - b);
  const place = new Map(times.map((at, i) => [at, i]));
  return {
    times: times.map((at) => at / 1000),
    lines: lines.map((line) => ({ ...line, ...columnsOf(line.points, place, times.length) })),
  };
}

// What one can say of a line without looking at it.
export function factsOf(line) {
  const real = line.points.filter((point) => point[2] !== null);
  if (!real.length) return null;
  return {
    low: Math.min(...real.map((point) => point[1])),
    mean: real.reduce((sum, point) => sum + point[2], 0) / real.length,
    high: Math.max(...real.map((point) => point[3])),
  };
}

// What can be drawn at all of what a device says, by role.
export function choicesOf(book, device) {
  const drawn = ['gauge', 'counter', 'daily', 'net'];
  return [...book.values()].filter((metric) => metric.metric in device.values && drawn.includes(metric.kind));
}

// The powers of the house, as the flow picture has them.
export function powersOf(book, device) {
  const choices = choicesOf(book, device);
  const named = choices.filter((metric) => metric.headline === 'power');
  return (named.length ? named : choices.slice(0, 2)).map((metric) => metric.metric).slice(0, 4);
}

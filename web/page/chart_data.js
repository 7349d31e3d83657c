// History as charts want it: one row of moments for all lines, and a hole wherever nothing was said.
import { ask } from './api.js';
import { label } from './words.js';

const POINTS_LEAST = 120;
const POINTS_MOST = 1500;

// Silence longer than three usual distances is a gap, as it is for the board.
function gapOf(points, stepMs) {
  const distances = points.slice(1).map((point, i) => point[0] - points[i][0]).sort((a, b) => a - b);
  const usual = distances.length ? distances[Math.floor(distances.length / 2)] : stepMs;
  return Math.max(usual * 3, stepMs * 1.5);
}

// Points [ms, low, mean, high], with a null one at the beginning of each gap.
function withGaps(points, stepMs) {
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

export async function fetchLines(book, query, shiftMs = 0) {
  const points = Math.round(Math.min(POINTS_MOST, Math.max(POINTS_LEAST, query.points)));
  const said = await ask('history', {
    device: query.device, metric: query.metrics.join(), points,
    from: new Date(query.from - shiftMs).toISOString(), to: new Date(query.to - shiftMs).toISOString(),
  });
  const own = coloursOf(book, query.metrics);
  return said.metrics.map((one, i) => ({
    metric: one.metric, label: label(book.get(one.metric)), unit: one.unit, own: own[i], shiftMs,
    points: withGaps(one.points, said.step_s * 1000).map(([at, ...rest]) => [at + shiftMs, ...rest]),
  }));
}

// { times: seconds, lines: [{ low, mean, high }...] }: undefined where a line has no point of its
// own, which is passed over, and null where it has a gap, which is not.
export function align(lines) {
  const times = [...new Set(lines.flatMap((line) => line.points.map((point) => point[0])))].sort((a, b) => a - b);
  const place = new Map(times.map((at, i) => [at, i]));
  return {
    times: times.map((at) => at / 1000),
    lines: lines.map((line) => {
      const columns = { low: new Array(times.length), mean: new Array(times.length), high: new Array(times.length) };
      for (const [at, low, mean, high] of line.points) {
        const i = place.get(at);
        columns.low[i] = low;
        columns.mean[i] = mean;
        columns.high[i] = high;
      }
      return { ...line, ...columns };
    }),
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

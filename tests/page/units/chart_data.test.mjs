// What charts are given to draw: a hole of one line stays one, whatever the others have there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { align, brought, withGaps } from '../../../web/page/chart_data.js';
import { setZone } from '../../../web/page/zone.js';

const STEP = 300000;
const NOON = Date.UTC(2026, 5, 1, 12);
const points = (from, count, startMs = NOON) =>
  Array.from({ length: count }, (_, i) => [startMs + (from + i) * STEP, 1, 2, 3]);
const holed = (startMs = NOON) => withGaps([...points(0, 4, startMs), ...points(20, 4, startMs)], STEP);

// From the last point before the hole to the first one behind it, every moment is null.
function assertHole(drawn, line, fromMs, toMs) {
  const { times, lines } = drawn;
  const inside = times.map((at, i) => [at * 1000, i]).filter(([at]) => at > fromMs && at < toMs);
  assert.ok(inside.length > 0, 'there is no moment in the hole');
  for (const [at, i] of inside) {
    for (const column of ['low', 'mean', 'high']) {
      assert.equal(lines[line][column][i], null, `${column} at ${new Date(at).toISOString()} is ${lines[line][column][i]}`);
    }
  }
}

test('a hole stays one where another line has points', () => {
  const drawn = align([{ points: holed() }, { points: withGaps(points(0, 24), STEP) }]);
  assertHole(drawn, 0, NOON + 3 * STEP, NOON + 20 * STEP);
  assert.deepEqual(drawn.lines[1].mean.filter((value) => value === 2).length, 24);
  assert.equal(drawn.lines[0].mean.filter((value) => value === 2).length, 8);
});

test('and where the points of another line lie between the steps', () => {
  const other = points(0, 240).map(([at, ...rest], i) => [NOON + i * 31000, ...rest]);
  assertHole(align([{ points: holed() }, { points: withGaps(other, 31000) }]), 0, NOON + 3 * STEP, NOON + 20 * STEP);
});

test('a line alone has its hole, and what others do not have is passed over', () => {
  assertHole(align([{ points: holed() }]), 0, NOON + 3 * STEP, NOON + 20 * STEP);
  const sparse = points(0, 5).map((point, i) => [NOON + i * 3 * STEP, 1, 2, 3]);
  const drawn = align([{ points: withGaps(sparse, STEP) }, { points: points(0, 13) }]);
  assert.equal(drawn.lines[0].mean[1], undefined);
  assert.ok(!drawn.lines[0].mean.includes(null));
});

test('the hole of an earlier day is drawn at the same hours of this one', () => {
  setZone('Europe/Sofia', 7200);
  const before = { days: 7 };
  const week = 7 * 86400000;
  const earlier = withGaps(brought([...points(0, 4, NOON - week), ...points(20, 4, NOON - week)], before), STEP);
  assertHole(align([{ points: withGaps(points(0, 24), STEP) }, { points: earlier }]), 1, NOON + 3 * STEP, NOON + 20 * STEP);
});

test('a hole that begins in the hour which the clock has twice is no less one', () => {
  setZone('Europe/Sofia', 7200);
  const before = { days: 1 };
  const first = Date.UTC(2026, 9, 25, 0, 45); // 03:45 of summer, an hour before 03:45 of winter
  const other = [...points(0, 4, first), ...points(12, 3, first), ...points(30, 6, first)];
  const line = { points: withGaps(brought(other, before), STEP) };
  const here = line.points.filter((point) => point[2] !== null).map((point) => point[0]);
  const widest = here.slice(1).map((at, i) => [at - here[i], here[i], at]).sort((a, b) => b[0] - a[0])[0];
  assert.ok(widest[0] > 12 * STEP);
  const whole = { points: points(0, 80, here[0]) };
  assertHole(align([line, whole]), 0, widest[1], widest[2]);
});

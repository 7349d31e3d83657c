// What stands at the axes: moments that fit their distance, numbers with their unit at the top.
import { say, sayMoment } from './words.js';
import { wall } from './zone.js';

const DAY_S = 86400;

export function momentsFor(plot, splits, axis, space, distance) {
  return splits.map((at) => {
    const ms = at * 1000;
    if (distance >= 27 * DAY_S) return sayMoment(ms, 'month');
    if (distance >= DAY_S || wall(ms) % 86400000 === 0) return sayMoment(ms, 'date');
    return sayMoment(ms, distance < 60 ? 'seconds' : 'time');
  });
}

// 500, 1,000, 1,500 W: or 0.5, 1, 1.5 kW once the highest is said so.
export function axisNumbers(unit) {
  return (plot, splits) => {
    const top = Math.max(...splits.map(Math.abs));
    const said = say(top, unit);
    const scale = said.unit === unit || !said.unit ? 1 : 1000;
    const form = new Intl.NumberFormat(undefined, { maximumFractionDigits: top / scale < 10 ? 2 : 1 });
    return splits.map((value, i) => `${form.format(value / scale)}${i === splits.length - 1 ? ' ' + said.unit : ''}`);
  };
}

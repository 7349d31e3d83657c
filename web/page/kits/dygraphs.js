// Charts by Debian's dygraphs, where uPlot was not fetched: the same lines and bands, two axes at most.
import { axisNumbers } from '../axes.js';
import { coloursOf, keepDrawn, library, unitsOf } from '../plotting.js';
import { el, sayMoment } from '../words.js';

// Its legend measures letters by an inline style, which our policy forbids; the table below is ours.
function withoutLegend(Dygraph) {
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter((one) => one !== Dygraph.Plugins.Legend);
  return Dygraph;
}

// [moment, [low, mean, high], ...]: no point of its own is null, a gap is NaN, as dygraphs wants them.
function rowsOf(data) {
  const value = (column, i) => (column[i] === null ? NaN : (column[i] ?? null));
  return data.times.map((at, i) => [new Date(at * 1000), ...data.lines.map((line) =>
    [value(line.low, i), value(line.mean, i), value(line.high, i)])]);
}

function optionsOf(data, box) {
  const colour = coloursOf(box);
  const units = unitsOf(data);
  const number = (unit) => (value) => axisNumbers(unit)(null, [value])[0];
  const series = {};
  data.lines.forEach((line, i) => {
    series[`l${i}`] = { axis: line.unit === units[0] ? 'y' : 'y2', color: colour.of(line),
      strokePattern: line.isBefore ? [5, 4] : null, strokeWidth: 2 };
  });
  const axis = { axisLineColor: colour.named('--line'), gridLineColor: colour.named('--line') };
  return {
    labels: ['x', ...data.lines.map((_, i) => `l${i}`)], series, customBars: true, legend: 'never', connectSeparatedPoints: true,
    dateWindow: [data.from * 1000, data.to * 1000], axisLabelFontSize: 12, fillAlpha: 0.2,
    axes: {
      x: { ...axis, drawGrid: false, axisLabelFormatter: (at) => sayMoment(at, data.to - data.from > 3 * 86400 ? 'date' : 'time') },
      y: { ...axis, axisLabelFormatter: number(units[0]), axisLabelWidth: 54 },
      y2: { ...axis, axisLabelFormatter: number(units[1] ?? ''), axisLabelWidth: 54, drawGrid: false },
    },
  };
}

export function makePlot(box, { onRange, onCursor }) {
  let plot = null;
  const kept = keepDrawn(box, draw, () => plot?.resize());

  async function draw(data) {
    kept.take(data);
    const Dygraph = await library((window) => withoutLegend(window.Dygraph));
    if (!kept.isLast(data)) return;
    plot?.destroy();
    box.replaceChildren();
    if (!data.lines.length || !data.times.length) return;
    const inside = el('div.fill');
    box.append(inside);
    plot = new Dygraph(inside, rowsOf(data), {
      ...optionsOf(data, box),
      zoomCallback: (from, to) => onRange(from, to),
      highlightCallback: (event, at) => onCursor(data.times.indexOf(at / 1000)),
      unhighlightCallback: () => onCursor(null),
    });
  }
  return { draw };
}

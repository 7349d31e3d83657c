// Fingers on a chart: one moves it, two zoom. Up and down still scrolls the page.

export function addTouch(plot, data, onRange) {
  const fingers = new Map();
  const over = plot.over;
  let begun = null;
  let shown = null; // when the first finger came

  function begin() {
    const at = [...fingers.values()];
    begun = { from: data.from, to: data.to, at, width: over.clientWidth };
  }
  // Where the chart is, were the fingers still on the moments they first touched.
  function range() {
    const now = [...fingers.values()];
    const wide = begun.to - begun.from;
    const moment = (x) => begun.from + (x / begun.width) * wide;
    if (now.length === 1) {
      const moved = moment(begun.at[0]) - moment(now[0]);
      return [begun.from + moved, begun.to + moved];
    }
    const scale = Math.abs(begun.at[1] - begun.at[0]) / Math.max(8, Math.abs(now[1] - now[0]));
    const middle = moment((begun.at[0] + begun.at[1]) / 2);
    const left = ((now[0] + now[1]) / 2 / begun.width) * wide * scale;
    return [middle - left, middle - left + wide * scale];
  }
  function hasMoved() {
    const least = (data.to - data.from) / 100;
    return Math.abs(data.from - shown.from) > least || Math.abs(data.to - shown.to) > least;
  }
  function x(event) {
    return event.clientX - over.getBoundingClientRect().left;
  }
  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'touch' || fingers.size === 2) return;
    if (!fingers.size) shown = { from: data.from, to: data.to };
    fingers.set(event.pointerId, x(event));
    begin();
  });
  over.addEventListener('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, x(event));
    [data.from, data.to] = range();
    plot.setScale('x', { min: data.from, max: data.to });
  });
  function end(event) {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size) begin();
    else if (hasMoved()) onRange(data.from * 1000, data.to * 1000);
  }
  over.addEventListener('pointerup', end);
  over.addEventListener('pointercancel', end);
}

// No drawing library was there when this program was built.
import { el } from '../words.js';

export function makePlot(box) {
  box.classList.add('is-small');
  return {
    draw() {
      box.replaceChildren(el('p', {}, 'Charts are not part of this build. scripts/get-assets fetches what draws them; then build again.'));
    },
  };
}

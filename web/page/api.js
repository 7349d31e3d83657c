// What the program says, and how it is asked. Paths are relative: a proxy may put us anywhere.

export async function ask(path, params = {}) {
  const query = new URLSearchParams(params).toString();
  const answer = await fetch(`api/v1/${path}${query ? '?' + query : ''}`, { cache: 'no-store' });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? said.title ?? `answer ${answer.status}`);
  return said;
}

const POLL_MS = 3000;
const POLL_SLOWEST_MS = 30000;

// Calls `take(board)` whenever there is news and `lose(error)` when there is none to be had. A page
// nobody looks at asks nothing.
export async function follow(take, lose) {
  let pause = POLL_MS;
  let timer = 0;

  async function look() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      take(await ask('board'));
      pause = POLL_MS;
    } catch (error) {
      lose(error);
      pause = Math.min(pause * 2, POLL_SLOWEST_MS);
    }
    timer = setTimeout(look, pause);
  }
  document.addEventListener('visibilitychange', look);
  window.addEventListener('online', look);
  await look();
}

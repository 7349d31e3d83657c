// What the program says, and how it is asked. Paths are relative: a proxy may put us anywhere.

export async function ask(path, params = {}) {
  const query = new URLSearchParams(params).toString();
  const answer = await fetch(`api/v1/${path}${query ? '?' + query : ''}`, { cache: 'no-store' });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? said.title ?? `answer ${answer.status}`);
  return said;
}

// A key of its own for every change: if the request is sent twice on its way, it counts once.
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

// Tells a device something, once. Whatever happens is said in words, and nothing is tried again.
export async function tell(device, said, token) {
  let answer;
  let words;
  try {
    answer = await fetch(`api/v1/devices/${encodeURIComponent(device)}/commands`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, 'Idempotency-Key': newKey() },
      body: JSON.stringify(said),
    });
    words = await answer.json();
  } catch {
    return { isGood: false, isUnknown: true, text: 'No answer came. It may have been told: look at what is set before trying again.' };
  }
  return {
    isGood: answer.ok,
    isUnauthorised: answer.status === 401,
    isUnknown: answer.status === 502 || answer.status === 504, // the answer says how far it came
    text: answer.ok ? words.told : words.detail ?? words.title,
  };
}

const POLL_MS = 3000;
const POLL_SLOWEST_MS = 30000;
const LIVE_MS = 1000; // a burst of events is shown at once
const LIVE_PATH = '/api/v1/live'; // as the description names it

// The devices' events, where the program has them; `tell` is called when there were some.
function listen(tell) {
  const news = new Map();
  let source = null;
  let timer = 0;

  function open() {
    if (source && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource('api/v1/live');
    source.addEventListener('board', (event) => {
      const device = JSON.parse(event.data);
      news.set(device.device, device);
      timer ||= setTimeout(() => {
        timer = 0;
        tell([...news.values()]);
        news.clear();
      }, LIVE_MS);
    });
  }
  return {
    open,
    close() { source?.close(); },
    isOpen: () => source?.readyState === EventSource.OPEN,
  };
}

// Calls `take(board)` whenever there is news and `lose(error)` when there is none to be had. A page
// nobody looks at asks nothing. Events bring news sooner; asking goes on more seldom beside them,
// since they do not tell of ages.
export async function follow(take, lose) {
  let pause = POLL_MS;
  let timer = 0;
  let board = [];
  const live = listen(async (news) => {
    const newer = new Map(news.map((device) => [device.device, device]));
    board = board.map((device) => newer.get(device.device) ?? device);
    try {
      await take(board);
    } catch (error) {
      lose(error);
    }
  });
  let hasLive = false;

  async function look() {
    clearTimeout(timer);
    if (document.hidden) {
      live.close();
      return;
    }
    if (hasLive) live.open();
    try {
      board = await ask('board');
      await take(board);
      pause = live.isOpen() ? POLL_MS * 3 : POLL_MS;
    } catch (error) {
      lose(error);
      pause = Math.min(pause * 2, POLL_SLOWEST_MS);
    }
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  }
  document.addEventListener('visibilitychange', look);
  window.addEventListener('online', look);
  await look();
  try {
    hasLive = LIVE_PATH in (await ask('openapi.json')).paths;
    if (hasLive && !document.hidden) live.open();
  } catch {
    hasLive = false; // asking will do
  }
}

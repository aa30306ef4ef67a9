// Times that count down, and the list of tickets, which follows the server. Comfort only.

// The server's clock: the one of this machine may be wrong, and stands still while it sleeps.
let server = Number(document.body.dataset.now);
let read = performance.now();
const now = () => server + performance.now() - read;
const set = (time) => {
  server = time;
  read = performance.now();
};

/** What is left of a time, in its two largest units. */
const left = (milliseconds) => {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const parts = [[Math.floor(seconds / 86400), 'd'], [Math.floor(seconds / 3600) % 24, 'h'], [Math.floor(seconds / 60) % 60, 'min'], [seconds % 60, 's']];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts.slice(first, first + 2).map(([count, unit]) => `${count} ${unit}`).join(' ');
};
const count = () => {
  for (const one of document.querySelectorAll('.countdown[data-due]')) {
    const text = `− ${left(Number(one.dataset.due) - now())}`;
    if (one.textContent !== text) one.textContent = text;
  }
};
if (document.body.dataset.now) {
  count();
  setInterval(count, 1000);
}

const tickets = document.getElementById('tickets');
if (tickets?.dataset.events) follow();

/** Shows the rows as they are now. Events say when; without events the server is asked from time to time. */
function follow() {
  // At most so often the rows are read, however much changes.
  const pause = 2000;
  // So often without events, which a proxy or too many watchers may prevent.
  const poll = 10000;
  const lost = document.getElementById('lost');
  let tag = '';
  let events;
  let wanted = false;
  let reading = false;
  let next;

  const read = async () => {
    wanted = false;
    reading = true;
    try {
      const answer = await fetch(location.href, { headers: { 'x-panel-live': '1', ...(tag && { 'if-none-match': tag }) } });
      if (answer.redirected) return location.reload();
      if (answer.status === 200) {
        tag = answer.headers.get('etag') ?? '';
        show(await answer.text());
      }
      if (answer.headers.has('x-panel-now')) set(Number(answer.headers.get('x-panel-now')));
      lost.hidden = true;
    } catch {
      lost.hidden = false;
    }
    setTimeout(() => {
      reading = false;
      if (wanted) read();
    }, pause);
  };
  const want = () => {
    wanted = true;
    if (!reading && document.visibilityState === 'visible') read();
  };

  /** Replaces the rows; what is chosen and where the keyboard is stay. */
  const show = (text) => {
    const chosen = new Set([...tickets.querySelectorAll('input:checked')].map((box) => box.value));
    const place = document.activeElement?.closest?.('#tickets tr')?.dataset.ticket;
    const focused = document.activeElement?.matches?.('input') ? 'input' : 'a';
    tickets.replaceChildren(...new DOMParser().parseFromString(text, 'text/html').querySelector('tbody').rows);
    document.getElementById('empty').hidden = tickets.rows.length > 0;
    for (const box of tickets.querySelectorAll('input[type=checkbox]')) box.checked = chosen.has(box.value);
    if (place !== undefined) row(place)?.querySelector(focused)?.focus();
    count();
  };
  const row = (id) => tickets.querySelector(`tr[data-ticket="${CSS.escape(id)}"]`);

  /** What an event says of a ticket is shown at once; the rest of its row comes with the next reading. */
  const change = (ticket) => {
    const own = row(ticket.id);
    const countdown = own?.querySelector('.countdown');
    if (countdown && ticket.due) countdown.dataset.due = Date.parse(ticket.due);
    own?.classList.toggle('gone', ticket.status !== 'open');
    return own || (ticket.status === 'open' && ticket.due);
  };
  const listen = () => {
    events?.close();
    events = new EventSource(tickets.dataset.events);
    events.addEventListener('time', ({ data }) => set(JSON.parse(data).now));
    events.addEventListener('reset', ({ data }) => {
      set(JSON.parse(data).now);
      want();
    });
    events.addEventListener('changed', ({ data }) => {
      const { now: time, tickets: changed } = JSON.parse(data);
      set(time);
      if (changed.filter(change).length > 0) want();
      count();
    });
    events.addEventListener('open', () => clearTimeout(next));
    events.addEventListener('error', () => {
      clearTimeout(next);
      next = setTimeout(again, poll);
      // Says at once whether the server is there, and whether somebody is still signed in.
      want();
    });
  };
  const again = () => {
    if (document.visibilityState !== 'visible') return;
    if (events.readyState === EventSource.CLOSED) listen();
    next = setTimeout(again, poll);
    want();
  };
  // A page that nobody looks at keeps no connection.
  document.addEventListener('visibilitychange', () => {
    clearTimeout(next);
    if (document.visibilityState === 'visible') listen();
    else events?.close();
  });
  listen();
}

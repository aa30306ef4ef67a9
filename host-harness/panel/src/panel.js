// Comfort only: every page can be used without.
const began = performance.now();
// The server's clock: the one of this machine may be wrong.
const now = () => Number(document.body.dataset.now) + performance.now() - began;

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

const parse = (text) => new DOMParser().parseFromString(text, 'text/html');

// Live tickets: asked for again and again while somebody looks, and only sent if something has changed.
const tickets = document.getElementById('tickets');
if (tickets) {
  const every = 2000;
  const lost = document.getElementById('lost');
  let tag = '';
  const ask = async () => {
    if (document.visibilityState === 'visible') {
      try {
        const answer = await fetch(location.href, { headers: { 'x-panel-live': '1', ...(tag && { 'if-none-match': tag }) } });
        if (answer.redirected) return location.reload();
        if (answer.status === 200) {
          tag = answer.headers.get('etag') ?? '';
          const chosen = new Set([...tickets.querySelectorAll('input:checked')].map((box) => box.value));
          const focused = document.activeElement?.closest?.('#tickets') && document.activeElement.getAttribute('href');
          tickets.replaceChildren(...parse(await answer.text()).querySelector('tbody').rows);
          document.getElementById('empty').hidden = tickets.rows.length > 0;
          for (const box of tickets.querySelectorAll('input[type=checkbox]')) box.checked = chosen.has(box.value);
          if (focused) tickets.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
          count();
        }
        lost.hidden = true;
      } catch {
        lost.hidden = false;
      }
    }
    setTimeout(ask, every);
  };
  setTimeout(ask, every);
}

// A file goes into the text beside it.
for (const input of document.querySelectorAll('input[type=file][data-into]')) {
  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (file) document.getElementById(input.dataset.into).value = await file.text();
  });
}

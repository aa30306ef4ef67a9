// Comfort only: the page can be read without.
'use strict';
for (const table of document.querySelectorAll('table[data-filter]')) {
  const body = table.tBodies[0];
  if (table.dataset.filter && body.rows.length > 5) {
    const label = document.createElement('label');
    const input = document.createElement('input');
    label.className = 'filter';
    input.type = 'search';
    label.append(table.dataset.filter, input);
    table.closest('.wide').before(label);
    input.addEventListener('input', () => {
      const wanted = input.value.trim().toLowerCase();
      for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
  }
}
// A link to a timeline opens it.
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
    target.querySelector('summary').focus();
  }
};
addEventListener('hashchange', open);
open();
// On paper everything is open.
let closed = [];
addEventListener('beforeprint', () => {
  closed = [...document.querySelectorAll('details:not([open])')];
  for (const one of closed) one.open = true;
});
addEventListener('afterprint', () => {
  for (const one of closed) one.open = false;
});

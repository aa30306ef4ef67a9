// Tables are sorted by their heads.
for (const table of document.querySelectorAll('table[data-sort]')) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows].at(-1).cells;
  const key = (row, column) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  [...heads].forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    button.title = table.dataset.sort.replace('…', button.textContent);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows].sort((one, other) => order(key(one, column), key(other, column)));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
}

/** The one script of a page: a click on a head sorts its table, the next turns the order round. What is unknown stays last. */
export const SORT_SCRIPT = `
for (const button of document.querySelectorAll('table.sortable th button')) {
  button.addEventListener('click', () => {
    const head = button.closest('th');
    const body = head.closest('table').tBodies[0];
    const down = head.getAttribute('aria-sort') === 'ascending';
    for (const other of head.parentElement.cells) other.setAttribute('aria-sort', 'none');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const at = head.cellIndex;
    const isNumber = head.classList.contains('number');
    const keyed = [...body.rows].map((row) => {
      const cell = row.cells[at];
      const text = isNumber ? cell.dataset.value : cell.textContent.trim();
      return { row, known: text !== '', key: isNumber ? Number(text) : text };
    });
    const order = (a, b) => (isNumber ? a - b : a.localeCompare(b, undefined, { numeric: true }));
    keyed.sort((a, b) =>
      a.known !== b.known ? (a.known ? -1 : 1) : (down ? -1 : 1) * order(a.key, b.key),
    );
    body.append(...keyed.map(({ row }) => row));
  });
}
`;

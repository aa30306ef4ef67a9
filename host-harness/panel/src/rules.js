
// The editor of rules: the server checks the form while somebody types.
{
  const rules = document.querySelector('form[data-check]');

  const live = [...document.querySelectorAll('form[data-check] [data-live][id]')];

  /** Puts the live parts that the server sends into this page; those that say nothing are not sent. */
  const renew = (page) => {
    const sent = new Map([...page.body.children].map((part) => [part.id, part]));
    for (const own of live) {
      const other = sent.get(own.id);
      if (!other) {
        if (own.firstChild) own.replaceChildren();
        continue;
      }
      if (own.className !== other.className) own.className = other.className;
      if (own.innerHTML !== other.innerHTML) own.innerHTML = other.innerHTML;
    }
  };

  /** One check at a time: what is typed meanwhile is checked after it. */
  const check = (form) => {
    const [lost, ended] = ['lost', 'ended'].map((id) => document.getElementById(id));
    let running = false;
    let again = false;
    const run = async () => {
      if (running) {
        again = true;
        return;
      }
      running = true;
      do {
        again = false;
        const fields = new URLSearchParams(new FormData(form));
        fields.set('do', 'typed');
        try {
          const answer = await fetch(form.action, { method: 'POST', body: fields });
          lost.hidden = true;
          ended.hidden = answer.ok && !answer.redirected;
          // What was typed since is newer than this answer.
          if (ended.hidden && !again) renew(parse(await answer.text()));
        } catch {
          lost.hidden = false;
        }
      } while (again);
      running = false;
    };
    form.addEventListener('input', run);
  };

  /** Placeholders become buttons that write themselves into the text that was edited last. */
  const offer = (form) => {
    let last;
    form.addEventListener('focusin', ({ target }) => {
      if (target.matches('textarea[data-limit], textarea[dir]')) last = target;
    });
    for (const code of form.querySelectorAll('code[data-placeholder]')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'small placeholder';
      button.textContent = code.textContent;
      button.addEventListener('click', () => {
        const card = button.closest('.card');
        const text = card.contains(last) ? last : card.querySelector('textarea[dir]');
        if (!text) return;
        text.setRangeText(button.textContent, text.selectionStart, text.selectionEnd, 'end');
        text.focus();
        text.dispatchEvent(new Event('input', { bubbles: true }));
      });
      code.replaceWith(button);
    }
  };

  if (rules) {
    check(rules);
    offer(rules);
  }
}


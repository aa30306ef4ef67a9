// Words and keys of the contract as text.

/** The word of a choice; for `other`, the word inside. */
export const word = (choice) => (choice.tag === 'other' ? choice.val : choice.tag);

/** A step as in keys: `reminder-1`, `close`. */
export const step = (one) => (['reminder', 'reply'].includes(one.tag) ? `${one.tag}-${one.val}` : word(one));

/** The key of an action as the contract writes it: `TICKET/CYCLE/STEP`. */
export const rendered = (key) => `${key.ticket}/${key.cycle}/${step(key.step)}`;

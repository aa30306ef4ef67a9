// The browser of the pages' tests, for a person at the panel.
import { person as at } from '../../../page/tests/support/chromium.mjs';

export { barriers, launch, left, picture, tabbed } from '../../../page/tests/support/chromium.mjs';

/** A person at the panel; `asked` has what pages loaded from elsewhere. */
export const person = (browser, base, options) => at(browser, (url) => url.startsWith(`${base}/`), options);

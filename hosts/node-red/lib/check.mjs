// What an editor page needs: the problems of a policy with their places, or its outline.
import { PolicyRefused } from '@despertador/host';
import { findNodeAtLocation, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import { diagnostic, outline } from './outbound.mjs';

/** Node-RED counts by the machine's clock; a timer of less than a second is not worth promising. */
const TICK_RESOLUTION = 1000n;

/** What a policy is checked against. */
export const surroundings = ({ departments, exit = 'unknown' } = {}) => ({
  departments,
  tickResolution: TICK_RESOLUTION,
  inactivityExit: ['unknown', 'linked', 'not-linked'].includes(exit) ? { tag: exit } : { tag: 'unknown' },
  more: undefined,
});

/** All problems of a config with their places in its text, and the table if it is accepted. */
export function checked(plugin, config, { start, ...about } = {}) {
  let policy;
  try {
    policy = plugin.policy(config, surroundings(about));
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return { accepted: false, diagnostics: placed(config, error.diagnostics) };
  }
  try {
    return {
      accepted: true,
      diagnostics: placed(config, policy.warnings()),
      outline: outline(policy.outline(Number.isSafeInteger(start) ? start : 0)),
    };
  } finally {
    policy.release();
  }
}

function placed(config, problems) {
  const tree = parseTree(config);
  return problems
    .map((problem) => ({ ...diagnostic(problem), ...span(config, tree, problem) }))
    .sort((one, other) => one.from.line - other.from.line || one.from.column - other.from.column);
}

/** Where a problem stands in the text: line and column of its beginning and end, from 1. */
function span(config, tree, { code, place }) {
  if (code === 'not-json') {
    const errors = [];
    parse(config, errors, { disallowComments: true });
    // The scanner reports a missing token at the next one; people look after the previous one.
    const at = errors[0]?.offset ?? config.length;
    return { ...lines(config, at, at + (errors[0]?.length ?? 0)), hint: errors[0] && printParseErrorCode(errors[0].error) };
  }
  const path = place.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  // A missing value has no place, so its nearest ancestor is used.
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const found = tree && findNodeAtLocation(tree, path.slice(0, depth).map(index));
    if (!found) continue;
    const node = code === 'unknown-key' && found.parent?.type === 'property' ? found.parent.children[0] : found;
    // For a value that spans lines, marking the first line is enough.
    const end = node.type === 'object' || node.type === 'array' ? node.offset + 1 : node.offset + node.length;
    return lines(config, node.offset, end);
  }
  return lines(config, 0, 0);
}

const index = (step) => (/^\d+$/.test(step) ? Number(step) : step);

function lines(text, from, to) {
  const position = (offset) => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: before.at(-1).length + 1 };
  };
  return { from: position(from), to: position(Math.max(to, from)) };
}

// Converts the component's answers to values that a flow can read and a context store can keep.

import { step, word } from '@despertador/host';

/** A message to send. */
export const outgoing = (message) => ({
  payload: message.text,
  language: message.language,
  template: message.template && { ...message.template },
  image: message.image && { ...message.image },
  quickReplies: message.quickReplies.map((reply) => ({ ...reply })),
});

/** The steps that follow a close. */
export const afterClose = (then) => ({
  source: word(then.source),
  unassign: then.unassign,
  botOn: then.botOn,
  survey: word(then.survey),
});

/** Everything that belongs to a close, except the closing text. */
export const closePackage = (close) => ({
  reason: close.reason,
  notice: close.notice,
  note: { ...close.note },
  tags: [...close.tags],
  silentBecause: close.silentBecause,
  incompleteMetadata: close.incompleteMetadata,
  then: afterClose(close.then),
});

/** How a conversation continues after its ticket was closed. */
export const reopening = (again) => ({
  premature: again.premature,
  agent: again.agent,
  customerWrote: Number(again.customerWrote),
  closed: Number(again.closed),
});

/** A problem of a config, with the harmless meaning of `other` that the contract defines. */
export const diagnostic = (problem) => ({
  code: problem.code,
  severity: problem.severity.tag === 'warning' ? 'warning' : 'error',
  place: problem.place,
  wordings: Object.fromEntries(problem.wordings.map(({ language, text, help }) => [language, { text, help }])),
});

/** A checked policy as a table. */
export const outline = (table) => ({
  version: table.version,
  enabled: table.enabled,
  rules: table.rules.map((rule) => ({
    name: rule.name,
    departments: rule.departments,
    enabled: rule.enabled,
    countFrom: rule.countFrom,
    businessHours: rule.businessHours,
    sendingWindow: rule.sendingWindow,
    closeAfter: optionalNumber(rule.closeAfter),
    accumulated: Number(rule.accumulated),
    steps: rule.steps.map((one) => ({
      step: one.step.tag,
      number: one.step.tag === 'reminder' ? one.step.val : undefined,
      after: Number(one.after),
      beforeClose: optionalNumber(one.beforeClose),
      at: Number(one.at),
    })),
  })),
});

const optionalNumber = (value) => (value === undefined ? undefined : Number(value));

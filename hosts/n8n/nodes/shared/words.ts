// The words of the contract: each list is a variant of `wit/types.wit`, without `other`.
// Generated from it by `BLESS=1 cargo test -p despertador-generate`; change the
// contract, not this file.

/** The status of a ticket. `other` is treated as not open: nothing is done. */
export const TICKET_STATUS = [
	'open',
	'closed',
	'merged',
	'deleted',
] as const;

/** The channel on which the customer writes. `other` reports no typing and reopens no ticket. */
export const CHANNEL = [
	'whatsapp',
	'messenger',
	'instagram',
	'telegram',
	'apple-messages',
	'sms',
	'email',
	'web-chat',
	'mobile-app',
	'voice',
] as const;

/** Who wrote. `other` neither starts, moves nor stops the clock. */
export const AUTHOR = [
	'customer',
	'agent',
	'ai-agent',
	'bot',
] as const;

/** The kind of a message. `other` counts from a customer but not from an agent, so that an
 * unknown kind can stop a clock but never start one.
 * 
 * Known words in `other`: `deleted`, a message that was deleted for everybody, which never
 * counts; `survey-answer`, the customer's answer to a survey, which stops no clock and opens
 * no ticket. */
export const MESSAGE_KIND = [
	'text',
	'media',
	'sticker',
	'location',
	'menu-answer',
	'reaction',
	'private-note',
	'label',
	'edit',
	'receipt',
] as const;

/** What caused a message. `other` is treated as `automation`. */
export const ORIGIN = [
	'written',
	'automatic-reply',
	'automation',
	'echo',
] as const;

/** Who or what caused an opening, a close or a reopening. `other` matches no filter. */
export const SOURCE = [
	'agent',
	'customer',
	'inactivity',
	'flow',
	'api',
] as const;

/** Why an action could not be carried out. `other` is treated as `refused`. */
export const FAILURE_KIND = [
	'unreachable',
	'refused',
	'blocked',
] as const;

/** A step of a cycle. A host that receives `other` carries nothing out. */
export const STEP = [
	'reminder',
	'close',
	'notify',
	'reopen',
	'open-linked',
	'after-close',
	'resolve',
	'reply',
] as const;

/** The kinds of events. `other` changes nothing.
 * 
 * Known words in `other`: `visitor-left`, the visitor of a chat has closed it;
 * `visitor-returned`, they are back. The policy determines what follows; by default nothing. */
export const HAPPENING = [
	'opened',
	'carried-out',
	'failed',
	'typing',
	'held',
	'released',
	'snoozed',
	'woken',
	'call-started',
	'call-ended',
	'assigned',
	'unassigned',
	'transferred',
	'extended',
	'closed',
	'reopened',
	'occurred',
] as const;

/** Who sees a message. A host that receives `other` sends nothing and reports `failed`. */
export const AUDIENCE = [
	'customer',
	'people-in-charge',
] as const;

/** What happens to a missed call. `other` means nothing. */
export const MISSED_CALL = [
	'nothing',
	'on-ticket',
	'new-ticket',
] as const;

/** Whether the customer gets a survey. `other` means no. */
export const SURVEY = [
	'no',
	'now',
	'later',
] as const;

/** The task of an action. A host that receives `other` carries nothing out and reports
 * `failed`. */
export const TASK = [
	'send',
	'close',
	'notify',
	'reopen',
	'open-linked',
	'after-close',
	'reply',
] as const;

/** What the host does next. A host that receives `other` rests. */
export const OUTCOME = [
	'act',
	'wait',
	'rest',
] as const;

/** The reason for a decision. A reader that receives `other` shows the word inside.
 * 
 * Known words in `other`: `visitor-left`, the close comes earlier because the visitor has
 * left; `company-silent`, the customer has waited for the company too long. */
export const REASON = [
	'reminder',
	'close',
	'customer-typing',
	'incomplete-metadata',
	'premature-close',
	'late-reply',
	'closed-by-other',
	'already-closed',
	'not-open',
	'switched-off',
	'no-rule',
	'rule-off',
	'exempt',
	'not-answered',
	'company-turn',
	'reopened-awaits-customer',
	'reopened-awaits-agent',
	'before-activation',
	'backlog',
	'on-hold',
	'snoozed',
	'on-call',
	'in-queue',
	'reminder-failed',
	'close-failed',
	'nothing-left',
	'automatic-reply',
	'customer-resolved',
	'group-conversation',
	'outside-sending-window',
	'over-budget',
	'retry',
	'outside-channel-window',
	'opted-out',
] as const;

/** Why a call failed. Nothing has changed; the host leaves the ticket as it is. */
export const FAULT = [
	'memory-damaged',
	'memory-newer',
	'bad-time',
	'over-limit',
] as const;

/** Whether a flow has the inactivity exit. `other` is treated as `unknown`. */
export const EXIT_STATE = [
	'unknown',
	'linked',
	'not-linked',
	'not-supported',
] as const;

/** How severe a problem is. `other` is treated as `error`. */
export const SEVERITY = [
	'error',
	'warning',
] as const;

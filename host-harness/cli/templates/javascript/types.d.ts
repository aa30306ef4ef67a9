// The contract of despertador:inactivity, as JavaScript sees it: records have camelCase members,
// variants are `{ tag, val }`, what is optional may be null, and numbers are numbers.
// Generated from wit/; it is not changed by hand.

/** An instant: milliseconds since 1970-01-01T00:00:00Z, without leap seconds. Valid from 1970
 * to 9999; any other value is the fault `bad-time`. */
export type Instant = number;

/** A duration in milliseconds. */
export type Duration = number;

/** What the plugin remembers about a ticket: bytes that only the plugin reads.
 * 
 * The host stores them with the ticket and passes the last ones unchanged. An empty memory
 * belongs to a ticket on which nothing has happened yet. The bytes contain their own version
 * and checksum; a plugin reads every older version that it ever wrote. */
export type Memory = Uint8Array;

/** The status of a ticket. `other` is treated as not open: nothing is done. */
export type TicketStatus =
  /** Open. */
  | { tag: "open" }
  /** Closed by anybody. */
  | { tag: "closed" }
  /** Merged into another ticket. */
  | { tag: "merged" }
  /** Deleted. */
  | { tag: "deleted" }
  /** A status that this contract does not define. */
  | { tag: "other"; val: string };

/** The channel on which the customer writes. `other` reports no typing and reopens no ticket. */
export type Channel =
  /** WhatsApp. */
  | { tag: "whatsapp" }
  /** Facebook Messenger. */
  | { tag: "messenger" }
  /** Instagram direct messages. */
  | { tag: "instagram" }
  /** Telegram. */
  | { tag: "telegram" }
  /** Apple Messages for Business. */
  | { tag: "apple-messages" }
  /** Text messages. */
  | { tag: "sms" }
  /** E-mail. */
  | { tag: "email" }
  /** A chat window on a web page. */
  | { tag: "web-chat" }
  /** A chat inside a mobile app. */
  | { tag: "mobile-app" }
  /** Telephone. */
  | { tag: "voice" }
  /** A channel that this contract does not define. */
  | { tag: "other"; val: string };

/** The current facts of a ticket, passed in every call. */
export interface Ticket {
  /** The host's id of the ticket; returned in every action key. At most 512 bytes. */
  id: string;
  /** Whether the ticket is open. */
  status: TicketStatus;
  /** The ticket's current department; determines which closing rule applies. */
  department: string | null;
  /** The channel on which the customer writes. */
  channel: Channel;
  /** The ticket's tags, which are compared with those of the policy. */
  tags: Array<string>;
  /** The human agent in charge, by the host's name or id. */
  agent: string | null;
  /** The customer's language, as BCP 47 (`pt-BR`); selects among the policy's texts. */
  locale: string | null;
  /** The customer's time zone, if known: its IANA name (`America/Bogota`), its Windows name,
   * or an offset from UTC (`-03:00`, `UTC-3`). */
  customerZone: string | null;
  /** Whether metadata that a close normally requires (a mandatory field) is missing. */
  incompleteMetadata: boolean;
  /** Whether this is a group conversation (a WhatsApp group). Policies exempt groups by
   * default. */
  group: boolean;
  /** Whether the customer has refused automatic messages, in any ticket. */
  optedOut: boolean;
  /** Until when the channel accepts free text (exclusive), if the host knows it. Otherwise
   * the plugin counts from the customer's last message or call in this ticket. */
  windowUntil: Instant | null;
  /** When automatic messages were sent to this customer in recent weeks, in any ticket and
   * any order; at most 64. They count towards the policy's limits, together with those that
   * the plugin remembers of this ticket. */
  sentToCustomer: Array<Instant> | null;
  /** Further facts by name: values for texts (`customer.name`, `agent.name`,
   * `department.name`, `company.name`, `ticket.number`), values that rules match
   * (`ticket.priority`), and facts of later versions of the contract. Unknown names are
   * ignored. */
  more: Array<[string, string]> | null;
}

/** Who wrote. `other` neither starts, moves nor stops the clock. */
export type Author =
  /** The customer. */
  | { tag: "customer" }
  /** A human agent of the company. */
  | { tag: "agent" }
  /** An AI that answers like an agent; counts if the policy says so. */
  | { tag: "ai-agent" }
  /** Automation. */
  | { tag: "bot" }
  /** An author that this contract does not define. */
  | { tag: "other"; val: string };

/** The kind of a message. `other` counts from a customer but not from an agent, so that an
 * unknown kind can stop a clock but never start one.
 * 
 * Known words in `other`: `deleted`, a message that was deleted for everybody, which never
 * counts; `survey-answer`, the customer's answer to a survey, which stops no clock and opens
 * no ticket. */
export type MessageKind =
  /** Text. */
  | { tag: "text" }
  /** An image, a recording, a file, a contact card. */
  | { tag: "media" }
  /** A sticker. */
  | { tag: "sticker" }
  /** A location. */
  | { tag: "location" }
  /** The choice of a menu entry or a button. */
  | { tag: "menu-answer" }
  /** A reaction to a message; counts from a customer if the policy says so. */
  | { tag: "reaction" }
  /** A note that the customer does not see. */
  | { tag: "private-note" }
  /** A label that was added or removed. */
  | { tag: "label" }
  /** An edit of an older message. */
  | { tag: "edit" }
  /** A delivery or read receipt. */
  | { tag: "receipt" }
  /** A kind that this contract does not define. */
  | { tag: "other"; val: string };

/** What caused a message. `other` is treated as `automation`. */
export type Origin =
  /** A person or an AI agent answered, in any application, including the channel's own. */
  | { tag: "written" }
  /** An auto-responder (mail with `Auto-Submitted`, an absence message). */
  | { tag: "automatic-reply" }
  /** Automation, even under an agent's name. */
  | { tag: "automation" }
  /** An action of this plugin, echoed back by the channel. */
  | { tag: "echo" }
  /** A cause that this contract does not define. */
  | { tag: "other"; val: string };

/** A message of the conversation, by any author, as the channel delivered it. */
export interface Message {
  /** The channel's id of the message. A message with the id of a recent one changes nothing. */
  id: string | null;
  /** Its position in the ticket, if the host numbers messages; takes precedence over `at`. */
  sequence: number | null;
  /** When it was written. A time after `received-at` counts as `received-at`. */
  at: Instant;
  /** When the host received it; the returned decision is for this instant. */
  receivedAt: Instant;
  /** Who wrote. */
  author: Author;
  /** The kind; only some kinds count as an answer. */
  kind: MessageKind;
  /** What caused the message. */
  origin: Origin;
  /** The text, if the host passes it (for opt-out words and quick replies). It is never
   * forwarded and never parsed as a placeholder. */
  text: string | null;
  /** The id of the chosen quick reply, if the channel reports it. */
  choice: string | null;
}

/** Who or what caused an opening, a close or a reopening. `other` matches no filter. */
export type Source =
  /** A human agent of the company. */
  | { tag: "agent" }
  /** The customer. */
  | { tag: "customer" }
  /** This plugin. */
  | { tag: "inactivity" }
  /** A bot's flow. */
  | { tag: "flow" }
  /** Another program, through an interface of the platform. */
  | { tag: "api" }
  /** A source that this contract does not define. */
  | { tag: "other"; val: string };

/** Where a ticket was transferred to. */
export interface Transfer {
  /** The new department. */
  department: string | null;
  /** The new agent; `none` means the department's queue. */
  agent: string | null;
}

/** Something that an automatic reply may answer. Each occurrence has at most one reply, however
 * often it is reported. If there is no ticket yet (a missed call), the host passes the one
 * that would be opened, with the status `closed`.
 * 
 * Names: `customer-hung-up`, `call-missed`, `voicemail-left`, `call-completed`,
 * `called-out-of-hours`, `rating-requested`, `resolution-asked`, `media-requested`,
 * `contact-page-shared`, `approval-requested`, `payment-requested`. The plugin itself detects
 * `first-chat-received`, `wrote-out-of-hours` and `ticket-created-out-of-hours` in messages
 * and openings, and ignores them as occurrences. */
export interface Occurrence {
  /** Kebab-case name; unknown names change nothing. */
  name: string;
  /** Details as names and values. For calls: `call`, the call's id, the same in all its
   * occurrences; `phase`, where the caller was when they hung up (`greeting`, `waiting`,
   * `chosen`; `voice-message`, `options`), which distinguishes `customer-hung-up` from
   * `call-missed`; `ticket` with the value `not-allowed` if the account's rules forbid a new
   * ticket for a missed call. Unknown details are ignored. */
  details: Array<[string, string]>;
}

/** Why an action could not be carried out. `other` is treated as `refused`. */
export type FailureKind =
  /** The receiver could not be reached or answered with errors until the host gave up. */
  | { tag: "unreachable" }
  /** The channel refused this message. */
  | { tag: "refused" }
  /** The customer has blocked the account or no longer exists: nothing more can be sent. */
  | { tag: "blocked" }
  /** A kind that this contract does not define. */
  | { tag: "other"; val: string };

/** A step of a cycle. A host that receives `other` carries nothing out. */
export type Step =
  /** The reminder with this number, from 1. */
  | { tag: "reminder"; val: number }
  /** The close. */
  | { tag: "close" }
  /** A notification to the people in charge: the close is held back, or the customer is
   * waiting. */
  | { tag: "notify" }
  /** Reopening the closed ticket. */
  | { tag: "reopen" }
  /** Opening a new ticket that is linked to the closed one. */
  | { tag: "open-linked" }
  /** The steps after a close by somebody else. */
  | { tag: "after-close" }
  /** The close that the customer requested with a quick reply. */
  | { tag: "resolve" }
  /** The automatic reply to the occurrence with this number, from 1 in each ticket. */
  | { tag: "reply"; val: number }
  /** A step that this contract does not define. */
  | { tag: "other"; val: string };

/** The name of an action, the same whenever it is requested: the idempotency key.
 * 
 * Written `TICKET/CYCLE/STEP`, for example `4711/2/reminder-1`. */
export interface ActionKey {
  /** The ticket's id as passed by the host. */
  ticket: string;
  /** The action's cycle, counted from 1 in each ticket; 0 before the first. */
  cycle: number;
  /** The step within the cycle. */
  step: Step;
}

/** An action that could not be carried out. */
export interface Failure {
  /** The action. */
  key: ActionKey;
  /** The kind of failure. */
  kind: FailureKind;
}

/** The kinds of events. `other` changes nothing.
 * 
 * Known words in `other`: `visitor-left`, the visitor of a chat has closed it;
 * `visitor-returned`, they are back. The policy determines what follows; by default nothing. */
export type Happening =
  /** The ticket was opened, and by whom. Optional if a message opens it. */
  | { tag: "opened"; val: Source }
  /** The host carried out an action. Until this is reported, the action stays due. */
  | { tag: "carried-out"; val: ActionKey }
  /** The host gave up an action, after its own limited retries. */
  | { tag: "failed"; val: Failure }
  /** The customer is typing now. */
  | { tag: "typing" }
  /** An agent put the ticket on hold: the clock stops. */
  | { tag: "held" }
  /** The hold ended. */
  | { tag: "released" }
  /** An agent snoozed the ticket, until an instant if one was given. */
  | { tag: "snoozed"; val: Instant | null }
  /** The snooze ended, before its instant or without one. */
  | { tag: "woken" }
  /** A call with the customer began: nothing falls due during a call. */
  | { tag: "call-started" }
  /** The call ended. */
  | { tag: "call-ended" }
  /** The ticket was assigned to an agent (named). */
  | { tag: "assigned"; val: string }
  /** The ticket returned to the queue: the clock stops until an agent has it. */
  | { tag: "unassigned" }
  /** The ticket was transferred to another department, to an agent or to its queue. */
  | { tag: "transferred"; val: Transfer }
  /** The customer was given more time. */
  | { tag: "extended"; val: Duration }
  /** The ticket was closed, and by whom. A close by this plugin is reported as `carried-out`. */
  | { tag: "closed"; val: Source }
  /** The ticket was reopened, and by whom. */
  | { tag: "reopened"; val: Source }
  /** Something that an automatic reply may answer (a call, a requested rating), by name. */
  | { tag: "occurred"; val: Occurrence }
  /** An event that this contract does not define. Known words: `message-undelivered:`
   * followed by the id of a message: the channel reported that this message of the company
   * did not reach the customer, so it no longer counts. The report may come before the
   * message. */
  | { tag: "other"; val: string };

/** Something other than a message that happened to a ticket. */
export interface Event {
  /** The host's id of the event. An event with the id of a recent one changes nothing. */
  id: string | null;
  /** Its position in the ticket, if the host numbers events; the same order as messages. */
  sequence: number | null;
  /** When it happened. A time after `received-at` counts as `received-at`. */
  at: Instant;
  /** When the host learned of it; the returned decision is for this instant. */
  receivedAt: Instant;
  /** What happened. */
  what: Happening;
}

/** When the next call is needed, and for what. */
export interface Wake {
  /** The deadline, inclusive: at this instant the step is due. */
  until: Instant;
  /** The step that becomes due then. */
  step: Step;
}

/** Who sees a message. A host that receives `other` sends nothing and reports `failed`. */
export type Audience =
  /** The customer. */
  | { tag: "customer" }
  /** The people in charge: an internal note, which is no warning for the customer. */
  | { tag: "people-in-charge" }
  /** An audience that this contract does not define. */
  | { tag: "other"; val: string };

/** A message template that the channel has approved. */
export interface Template {
  /** Its name on the channel. */
  name: string;
  /** Its language on the channel, if the policy names it. */
  language: string | null;
  /** The values of its parameters, in order. */
  parameters: Array<string>;
}

/** An image. */
export interface Image {
  /** Its address (`https:`). */
  url: string;
  /** Its description, for people who do not see it. */
  alternative: string;
}

/** A quick reply. */
export interface QuickReply {
  /** Its id: `continue`, `extend`, `resolve`. The customer's message returns it as `choice`. */
  id: string;
  /** The text of the button. If the customer types exactly this, it counts as chosen. */
  title: string;
}

/** A message to send, without anything that the channel cannot show. */
export interface Outgoing {
  /** The text, in the customer's language if the policy has it, with all placeholders filled
   * in. Also present with a template, for records and people. */
  text: string;
  /** The language of the text, if the policy names it. */
  language: string | null;
  /** Who sees it. */
  audience: Audience;
  /** The approved template to use instead of the text, outside the channel's window. */
  template: Template | null;
  /** An image that goes with the text. */
  image: Image | null;
  /** The quick replies, in order. */
  quickReplies: Array<QuickReply>;
}

/** A reminder to a silent customer. */
export interface Reminder {
  /** Its number in the cycle, from 1. */
  number: number;
  /** How many reminders the rule has. */
  of: number;
  /** The message. */
  message: Outgoing;
}

/** What happens to a missed call. `other` means nothing. */
export type MissedCall =
  /** Nothing: no call was missed, or neither an open ticket nor a rule uses it. */
  | { tag: "nothing" }
  /** It is recorded on the open ticket. */
  | { tag: "on-ticket" }
  /** A missed-call ticket is opened. */
  | { tag: "new-ticket" }
  /** A consequence that this contract does not define. */
  | { tag: "other"; val: string };

/** The reaction to an occurrence. */
export interface AutomaticReply {
  /** The name of the occurrence. */
  event: string;
  /** The message to send; `none` if only the call is recorded. */
  message: Outgoing | null;
  /** What happens to a missed call. */
  missedCall: MissedCall;
}

/** The closing note. */
export interface ClosingNote {
  /** The category, from the policy or «Inactividad del cliente». */
  category: string;
  /** The facts: the rule, the times, the sent reminders. */
  summary: string;
}

/** Whether the customer gets a survey. `other` means no. */
export type Survey =
  /** None. */
  | { tag: "no" }
  /** Now. */
  | { tag: "now" }
  /** Later, at a time that the host chooses. */
  | { tag: "later" }
  /** An answer that this contract does not define. */
  | { tag: "other"; val: string };

/** The steps that follow a close. */
export interface AfterClose {
  /** Who closed the ticket. */
  source: Source;
  /** Whether the agent is unassigned. */
  unassign: boolean;
  /** Whether the bot is switched on again for this customer. */
  botOn: boolean;
  /** Whether the customer gets a survey. */
  survey: Survey;
}

/** Everything that belongs to a close, to be applied together. */
export interface ClosePackage {
  /** The reason to store: `customer-inactivity`, or `customer-resolved` if the customer said
   * so with a quick reply. */
  reason: string;
  /** The notice to show in the conversation («Ticket cerrado por inactividad»). */
  notice: string;
  /** A last message to the customer, sent with the close. */
  closingText: Outgoing | null;
  /** The code of the reason why the policy's closing text is not sent. */
  silentBecause: string | null;
  /** The closing note, which only the company sees. */
  note: ClosingNote;
  /** Tags to put on the ticket. */
  tags: Array<string>;
  /** Whether required metadata was missing and ignored. */
  incompleteMetadata: boolean;
  /** The exit by which a flow leaves its human-assistance block: the same word as `reason`. */
  exit: string;
  /** The steps that follow. */
  then: AfterClose;
}

/** A notification to the people in charge. */
export interface Notification {
  /** A stable code: `incomplete-metadata`, `company-silent`. */
  code: string;
  /** The text, in the policy's language. */
  text: string;
}

/** How a conversation continues after its ticket was closed. */
export interface Reopening {
  /** Whether the customer had written before the close. */
  premature: boolean;
  /** The agent who had the ticket, if known. */
  agent: string | null;
  /** When the customer wrote. */
  customerWrote: Instant;
  /** When the ticket was closed. */
  closed: Instant;
}

/** The task of an action. A host that receives `other` carries nothing out and reports
 * `failed`. */
export type Task =
  /** Send this message to the customer. */
  | { tag: "send"; val: Reminder }
  /** Close the ticket. */
  | { tag: "close"; val: ClosePackage }
  /** Notify the people in charge. */
  | { tag: "notify"; val: Notification }
  /** Reopen the ticket. */
  | { tag: "reopen"; val: Reopening }
  /** Open a new ticket that is linked to this one. */
  | { tag: "open-linked"; val: Reopening }
  /** Take these steps after a close by somebody else. */
  | { tag: "after-close"; val: AfterClose }
  /** Answer an occurrence. */
  | { tag: "reply"; val: AutomaticReply }
  /** A task that this contract does not define. */
  | { tag: "other"; val: string };

/** An action for the host. */
export interface Action {
  /** The idempotency key: carrying out one key twice must have the same effect as once. */
  key: ActionKey;
  /** The deadline that has passed; the host's delay is the difference to its clock. */
  due: Instant;
  /** The task. */
  task: Task;
}

/** What the host does next. A host that receives `other` rests. */
export type Outcome =
  /** Carry this out now, then report `carried-out` or `failed`. Until then, every call
   * returns the same action with the same key. */
  | { tag: "act"; val: Action }
  /** Nothing now; call `on-tick` at this instant. Calling earlier or more often is harmless. */
  | { tag: "wait"; val: Wake }
  /** Nothing until the next message or event. */
  | { tag: "rest" }
  /** An outcome that this contract does not define. */
  | { tag: "other"; val: string };

/** The reason for a decision. A reader that receives `other` shows the word inside.
 * 
 * Known words in `other`: `visitor-left`, the close comes earlier because the visitor has
 * left; `company-silent`, the customer has waited for the company too long. */
export type Reason =
  /** A reminder is due (outcome `act`) or next (`wait`). */
  | { tag: "reminder"; val: number }
  /** The close is due (`act`) or next (`wait`). */
  | { tag: "close" }
  /** The close is due and waits while the customer types. */
  | { tag: "customer-typing" }
  /** The close is due and is held back because required metadata is missing. */
  | { tag: "incomplete-metadata" }
  /** The customer had written before the close: it was premature. */
  | { tag: "premature-close" }
  /** The customer wrote after the close. */
  | { tag: "late-reply" }
  /** Somebody else closed the ticket, and steps follow. */
  | { tag: "closed-by-other" }
  /** The ticket is closed: already done. */
  | { tag: "already-closed" }
  /** The ticket is merged, deleted, or has an unknown status. */
  | { tag: "not-open" }
  /** The policy is switched off. */
  | { tag: "switched-off" }
  /** The ticket's department has no rule. */
  | { tag: "no-rule" }
  /** The department's rule is switched off. */
  | { tag: "rule-off" }
  /** The ticket has one of the policy's exemption tags (named). */
  | { tag: "exempt"; val: string }
  /** No agent has answered since the ticket opened. */
  | { tag: "not-answered" }
  /** The customer wrote last: the company owes the answer. */
  | { tag: "company-turn" }
  /** The ticket was reopened and the policy waits for the customer to write. */
  | { tag: "reopened-awaits-customer" }
  /** The ticket was reopened and waits for an agent's message. */
  | { tag: "reopened-awaits-agent" }
  /** The cycle began before the policy was switched on. */
  | { tag: "before-activation" }
  /** The cycle began before the policy was switched on and waits for its time in the backlog. */
  | { tag: "backlog" }
  /** An agent has put the ticket on hold. */
  | { tag: "on-hold" }
  /** The ticket is snoozed. */
  | { tag: "snoozed" }
  /** A call is going on. */
  | { tag: "on-call" }
  /** The ticket is in the queue, without an agent. */
  | { tag: "in-queue" }
  /** A reminder (numbered) could not be sent: no close without its warning. */
  | { tag: "reminder-failed"; val: number }
  /** The close could not be carried out, so people must handle it. */
  | { tag: "close-failed" }
  /** All steps of the rule were taken. */
  | { tag: "nothing-left" }
  /** An automatic reply answers an occurrence (named). */
  | { tag: "automatic-reply"; val: string }
  /** The customer said with a quick reply that the matter is settled. */
  | { tag: "customer-resolved" }
  /** This is a group conversation, and the policy exempts groups. */
  | { tag: "group-conversation" }
  /** The step is due and waits for the sending window to open. */
  | { tag: "outside-sending-window" }
  /** The step waits because the limit of messages to this customer is reached. */
  | { tag: "over-budget" }
  /** A reminder (numbered) that could not be sent is retried. */
  | { tag: "retry"; val: number }
  /** The last reminder (numbered) cannot be sent outside the channel's window: no close
   * without its warning. */
  | { tag: "outside-channel-window"; val: number }
  /** The customer has refused automatic messages. */
  | { tag: "opted-out" }
  /** A reason that this contract does not define. */
  | { tag: "other"; val: string };

/** The answer to a call: an outcome and its reason. */
export interface Decision {
  /** The outcome. */
  outcome: Outcome;
  /** The reason, from the comparison that decided. */
  reason: Reason;
  /** The index of the rule that applied, from 0. */
  rule: number | null;
}

/** The result of a message or an event. */
export interface Update {
  /** The new memory; the host stores it before it carries out the decision's action. */
  memory: Memory;
  /** The decision at `received-at`. */
  decision: Decision;
}

/** Why a call failed. Nothing has changed; the host leaves the ticket as it is. */
export type Fault =
  /** The memory is truncated or altered. */
  | { tag: "memory-damaged" }
  /** The memory was written by a later version (numbered) of the plugin. */
  | { tag: "memory-newer"; val: number }
  /** A time outside the years 1970 to 9999. */
  | { tag: "bad-time"; val: Instant }
  /** A value exceeds its limit (named). */
  | { tag: "over-limit"; val: string }
  /** A fault that this contract does not define. */
  | { tag: "other"; val: string };

/** Whether a flow has the inactivity exit. `other` is treated as `unknown`. */
export type ExitState =
  /** There is no flow, or it was not checked. */
  | { tag: "unknown" }
  /** It exists and leads to a block. */
  | { tag: "linked" }
  /** It is missing or leads nowhere: a policy that closes is refused. */
  | { tag: "not-linked" }
  /** The block is of a version that has no such exit: a policy that closes is refused. */
  | { tag: "not-supported" }
  /** A state that this contract does not define. */
  | { tag: "other"; val: string };

/** What the host knows about the account, against which a config is checked. */
export interface Surroundings {
  /** All departments of the account; without them departments are not checked. */
  departments: Array<string> | null;
  /** The shortest interval at which the host can wake up; shorter durations in a policy are
   * errors. */
  tickResolution: Duration;
  /** Whether the flow can leave its human-assistance block by the inactivity exit. */
  inactivityExit: ExitState;
  /** Surroundings of later versions of the contract; unknown names are ignored. */
  more: Array<[string, string]> | null;
}

/** How severe a problem is. `other` is treated as `error`. */
export type Severity =
  /** The policy is refused (red). */
  | { tag: "error" }
  /** The policy is accepted, but somebody should check it (yellow). */
  | { tag: "warning" }
  /** A severity that this contract does not define. */
  | { tag: "other"; val: string };

/** A problem in one language. */
export interface Wording {
  /** The language: `es`, `pt`, `en`. */
  language: string;
  /** The problem. */
  text: string;
  /** How to fix it. */
  help: string;
}

/** A problem of a config. */
export interface Diagnostic {
  /** The stable kebab-case name of the problem. */
  code: string;
  /** How severe it is. */
  severity: Severity;
  /** The place, as a JSON Pointer (RFC 6901) into the config. */
  place: string;
  /** The problem as text, in each of the plugin's languages. */
  wordings: Array<Wording>;
}

/** A step of the table. */
export interface StepOutline {
  /** The step. */
  step: Step;
  /** The time since the previous step, or since the start of counting. */
  after: Duration;
  /** The time before the close, in a rule that closes. */
  beforeClose: Duration | null;
  /** The instant if the clock starts at the given start and every step is on time. */
  at: Instant;
}

/** A rule of the table. */
export interface RuleOutline {
  /** Its name, or a name made from its departments. */
  name: string;
  /** Its departments; `none` means any department without its own rule. */
  departments: Array<string> | null;
  /** Whether it is switched on. */
  enabled: boolean;
  /** Where counting starts: one of the config's words. */
  countFrom: string;
  /** The schedule in whose open time durations run; `none` means calendar time. */
  businessHours: string | null;
  /** The sending window that messages wait for. */
  sendingWindow: string | null;
  /** The time until the close; `none` means never. */
  closeAfter: Duration | null;
  /** The sum of all reminder times, including the first. */
  accumulated: Duration;
  /** Its steps in order; the close comes last. */
  steps: Array<StepOutline>;
}

/** A checked policy as a table, for people and pages. */
export interface Outline {
  /** The version the config names, or empty. */
  version: string;
  /** Whether the policy is switched on. */
  enabled: boolean;
  /** Its rules, in the order of the config. */
  rules: Array<RuleOutline>;
}

/** The reader of an explanation. */
export interface Reader {
  /** The language (`es`, `pt`, `en`, or a longer BCP 47 tag); any other becomes English. */
  language: string;
  /** The offset from UTC for times in texts, in minutes; positive is east. */
  utcOffset: number;
}

/** A condition that was checked. */
export interface Check {
  /** Its stable kebab-case name: the code of the decision's reason if it does not hold. `debug`
   * is no condition: its text is for the plugin's author, and hosts show it in tools only. */
  code: string;
  /** Whether it holds. */
  holds: boolean;
  /** The condition in words, with its values. */
  text: string;
}

/** A decision in words. */
export interface Explanation {
  /** The language of the texts. */
  language: string;
  /** The explained decision: the one that `on-tick` returns. */
  decision: Decision;
  /** One sentence: the outcome, its reason, until when, the rule and the policy version. */
  summary: string;
  /** All conditions that were checked, in order. */
  checks: Array<Check>;
  /** What the memory contains about the ticket, one sentence each. */
  history: Array<string>;
}

/** The plugin's description of itself. */
export interface Description {
  /** Its name. */
  name: string;
  /** Its version (semver). */
  version: string;
  /** The contract it was built for: `despertador:inactivity@0.2.0`. */
  contract: string;
  /** The version of the memory it writes; it reads all from 1 to this. */
  memoryVersion: number;
  /** The languages of its texts. */
  languages: Array<string>;
  /** Its limits as names and numbers; the names contain the units. */
  limits: Array<[string, number]>;
}

/** All rules of one account. A failure is thrown as a value: `throw { tag: "memory-damaged" }`. */
export interface Policy {
  warnings(): Diagnostic[];
  outline(start: Instant): Outline;
  /** Throws a `Fault`. */
  onMessage(ticket: Ticket, memory: Memory, message: Message): Update;
  /** Throws a `Fault`. */
  onEvent(ticket: Ticket, memory: Memory, event: Event): Update;
  /** Throws a `Fault`. */
  onTick(ticket: Ticket, memory: Memory, now: Instant): Decision;
  /** Throws a `Fault`. */
  explain(ticket: Ticket, memory: Memory, now: Instant, reader: Reader): Explanation;
}

/** What the plugin exports. */
export interface Decisions {
  describe(): Description;
  Policy: {
    /** Throws all problems of the config, an array of `Diagnostic`. */
    parse(config: string, surroundings: Surroundings): Policy;
  };
}

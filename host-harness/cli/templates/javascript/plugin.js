// @ts-check
// A plugin with one rule: it reminds a silent customer once and closes the ticket later.
//
// Every function is pure: the answer depends on its arguments alone. What has to be remembered of
// a ticket is in `memory`, which the host stores. There is no clock, no network and no randomness.

/** @import * as wit from "./types" */

const MINUTE = 60_000;
const END_OF_TIME = 253_402_300_799_999; // the last instant of the year 9999

/** @type {wit.Decisions} */
export const decisions = {
  describe() {
    return {
      name: "@NAME@",
      version: "0.1.0",
      contract: "despertador:inactivity@@CONTRACT@",
      memoryVersion: MEMORY_VERSION,
      languages: ["en"],
      limits: [],
    };
  },

  Policy: class Policy {
    /** @param {Settings} settings */
    constructor(settings) {
      this.settings = settings;
    }

    static parse(config, surroundings) {
      return new Policy(readSettings(config));
    }

    warnings() {
      return [];
    }

    outline(start) {
      const { enabled, remindAfter, closeAfter } = this.settings;
      if (!enabled) return { version: "", enabled, rules: [] };
      return {
        version: "",
        enabled,
        rules: [
          {
            name: "Silent customers",
            departments: null,
            enabled: true,
            countFrom: "last-agent-message",
            businessHours: null,
            sendingWindow: null,
            closeAfter,
            accumulated: remindAfter,
            steps: [
              { step: REMINDER, after: remindAfter, beforeClose: closeAfter - remindAfter, at: start + remindAfter },
              { step: CLOSE, after: closeAfter - remindAfter, beforeClose: 0, at: start + closeAfter },
            ],
          },
        ],
      };
    }

    onMessage(ticket, bytes, message) {
      const memory = readMemory(bytes);
      checkTimes(message.at, message.receivedAt);
      recordMessage(memory, message);
      return { memory: writeMemory(memory), decision: decide(this.settings, ticket, memory, message.receivedAt) };
    }

    onEvent(ticket, bytes, event) {
      const memory = readMemory(bytes);
      checkTimes(event.at, event.receivedAt);
      recordEvent(memory, event);
      return { memory: writeMemory(memory), decision: decide(this.settings, ticket, memory, event.receivedAt) };
    }

    onTick(ticket, bytes, now) {
      checkTimes(now);
      return decide(this.settings, ticket, readMemory(bytes), now);
    }

    explain(ticket, bytes, now, reader) {
      checkTimes(now);
      const memory = readMemory(bytes);
      const decision = decide(this.settings, ticket, memory, now);
      return { language: "en", decision, summary: sentence(decision), checks: [debug(memory)], history: history(memory) };
    }
  },
};

// ── The policy ──────────────────────────────────────────────────────────────────────────────────

/** @typedef {{ enabled: boolean, remindAfter: number, remindText: string, closeAfter: number }} Settings */

const KEYS = ["enabled", "remind-after-minutes", "remind-text", "close-after-minutes"];

/**
 * Reads the policy's JSON. Throws all of its problems at once.
 * @param {string} config
 * @returns {Settings}
 */
function readSettings(config) {
  let policy;
  try {
    policy = JSON.parse(config);
  } catch (error) {
    throw [problem("invalid-json", "", `the policy is no JSON: ${error.message}`, "correct it at this place")];
  }
  if (typeof policy !== "object" || policy === null || Array.isArray(policy)) {
    throw [problem("wrong-type", "", "the policy is no JSON object", `write an object with ${KEYS.join(", ")}`)];
  }
  // What a host passes for an account that has no policy yet is one of these.
  if (policy.enabled === false) {
    return { enabled: false, remindAfter: 0, remindText: "", closeAfter: 0 };
  }
  /** @type {wit.Diagnostic[]} */
  const problems = [];
  for (const key of Object.keys(policy)) {
    if (!KEYS.includes(key)) {
      problems.push(problem("unknown-key", `/${key}`, `\`${key}\` is not a key of this policy`, `use ${KEYS.join(", ")}`));
    }
  }
  for (const key of ["remind-after-minutes", "close-after-minutes"]) {
    const minutes = policy[key];
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > 129_600) {
      problems.push(problem("not-a-time", `/${key}`, `\`${key}\` is not a number of minutes`, "write a whole number from 1 to 129600"));
    }
  }
  const text = policy["remind-text"];
  if (typeof text !== "string" || text.trim() === "") {
    problems.push(problem("empty-text", "/remind-text", "the reminder has no text", "write what the customer is to read"));
  }
  if (problems.length === 0 && policy["remind-after-minutes"] >= policy["close-after-minutes"]) {
    problems.push(
      problem("reminder-not-before-close", "/close-after-minutes", "the close is not after the reminder", "close later, or remind sooner"),
    );
  }
  if (problems.length > 0) {
    throw problems;
  }
  return {
    enabled: true,
    remindAfter: policy["remind-after-minutes"] * MINUTE,
    remindText: text,
    closeAfter: policy["close-after-minutes"] * MINUTE,
  };
}

/** @returns {wit.Diagnostic} */
function problem(code, place, text, help) {
  return { code, severity: { tag: "error" }, place, wordings: [{ language: "en", text, help }] };
}

// ── What is remembered of a ticket ──────────────────────────────────────────────────────────────

const MEMORY_VERSION = 1;

/**
 * @typedef {object} Memory
 * @property {number} cycle The silences so far; actions of one cycle are asked for once.
 * @property {number | null} since The start of the silence; none while it is not the customer's turn.
 * @property {number | null} reminded When the reminder of this cycle was sent.
 * @property {number | null} customer When the customer wrote last.
 * @property {number | null} agent When an agent wrote last.
 * @property {number} notBefore Nothing is due before this instant.
 * @property {string[]} pauses Why the clock stands still.
 * @property {"reminder" | "close" | null} failed What could not be carried out in this cycle.
 * @property {boolean} closed Whether the ticket was closed.
 */

/** @returns {Memory} */
function newMemory() {
  return {
    cycle: 0, since: null, reminded: null, customer: null, agent: null, notBefore: 0, pauses: [], failed: null, closed: false,
  };
}

/**
 * The bytes are `VERSION:CHECKSUM:JSON`, in ASCII.
 * @param {Uint8Array} bytes
 * @returns {Memory}
 */
function readMemory(bytes) {
  if (bytes.length === 0) {
    return newMemory();
  }
  const text = String.fromCharCode(...bytes);
  const parts = /^(\d{1,9}):([0-9a-f]{8}):(\{.*\})$/s.exec(text);
  if (parts === null || checksum(parts[1] + parts[3]) !== parts[2]) {
    throw { tag: "memory-damaged" };
  }
  const version = Number(parts[1]);
  if (version > MEMORY_VERSION) {
    throw { tag: "memory-newer", val: version };
  }
  return JSON.parse(parts[3]);
}

/**
 * @param {Memory} memory
 * @returns {Uint8Array}
 */
function writeMemory(memory) {
  const json = JSON.stringify(memory);
  const text = `${MEMORY_VERSION}:${checksum(MEMORY_VERSION + json)}:${json}`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** FNV-1a, 32 bits. */
function checksum(text) {
  let sum = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    sum = Math.imul(sum ^ text.charCodeAt(place), 0x01000193) >>> 0;
  }
  return sum.toString(16).padStart(8, "0");
}

/** An instant outside of the years 1970 to 9999 is a fault. */
function checkTimes(...instants) {
  for (const instant of instants) {
    if (instant < 0 || instant > END_OF_TIME) {
      throw { tag: "bad-time", val: instant };
    }
  }
}

/**
 * @param {Memory} memory
 * @param {wit.Message} message
 */
function recordMessage(memory, message) {
  const at = Math.min(message.at, message.receivedAt);
  if (!speaks(message)) {
    return;
  }
  if (message.author.tag === "customer") {
    // A message that was known already, or that an agent has answered since, changes nothing.
    if (memory.customer === null || at > memory.customer) {
      memory.customer = at;
      if (memory.agent === null || at >= memory.agent) {
        endCycle(memory);
      }
    }
  } else if ((memory.agent === null || at > memory.agent) && (memory.customer === null || at >= memory.customer)) {
    memory.agent = at;
    countFrom(memory, at);
  }
}

/**
 * Whether somebody spoke. An unknown kind of message stops a clock and never starts one.
 * @param {wit.Message} message
 */
function speaks(message) {
  const kind = message.kind;
  if (message.author.tag === "customer") {
    const silent = ["reaction", "private-note", "label", "edit", "receipt"];
    const unspoken = kind.tag === "other" && ["deleted", "survey-answer"].includes(kind.val);
    return !silent.includes(kind.tag) && !unspoken && message.origin.tag !== "automatic-reply";
  }
  return message.author.tag === "agent" && ["text", "media"].includes(kind.tag) && message.origin.tag === "written";
}

/**
 * @param {Memory} memory
 * @param {wit.Event} event
 */
function recordEvent(memory, event) {
  const at = Math.min(event.at, event.receivedAt);
  const what = event.what;
  switch (what.tag) {
    case "carried-out":
      if (what.val.cycle === memory.cycle) {
        if (what.val.step.tag === "reminder") {
          memory.reminded ??= at;
        } else if (what.val.step.tag === "close") {
          memory.closed = true;
        }
      }
      break;
    case "failed":
      if (what.val.key.cycle === memory.cycle) {
        memory.failed = what.val.key.step.tag === "reminder" ? "reminder" : "close";
      }
      break;
    case "typing":
      memory.notBefore = Math.max(memory.notBefore, at + MINUTE);
      break;
    case "held":
      pause(memory, "on-hold");
      break;
    case "released":
      goOn(memory, "on-hold", at);
      break;
    case "snoozed":
      if (what.val === null) {
        pause(memory, "snoozed");
      } else {
        memory.notBefore = Math.max(memory.notBefore, Math.min(what.val, END_OF_TIME));
      }
      break;
    case "woken":
      goOn(memory, "snoozed", at);
      break;
    case "call-started":
      pause(memory, "on-call");
      break;
    case "call-ended":
      goOn(memory, "on-call", at);
      break;
    case "unassigned":
      pause(memory, "in-queue");
      break;
    case "assigned":
      goOn(memory, "in-queue", at);
      break;
    case "transferred":
      if (what.val.agent === null) {
        pause(memory, "in-queue");
      } else {
        goOn(memory, "in-queue", at);
      }
      break;
    case "extended":
      memory.notBefore = Math.min(Math.max(memory.notBefore, at) + what.val, END_OF_TIME);
      break;
    case "closed":
      memory.closed = true;
      break;
    case "reopened":
      // An agent has to write before the clock runs again.
      memory.closed = false;
      endCycle(memory);
      break;
    default:
      // What this plugin has no use for changes nothing.
      break;
  }
}

function endCycle(memory) {
  memory.since = null;
  memory.reminded = null;
  memory.failed = null;
}

function countFrom(memory, at) {
  if (memory.since === null) {
    memory.cycle += 1;
    memory.since = at;
  } else {
    memory.since = Math.max(memory.since, at);
  }
}

function pause(memory, why) {
  if (!memory.pauses.includes(why)) {
    memory.pauses.push(why);
  }
}

/** After a pause the whole time runs again. */
function goOn(memory, why, at) {
  if (memory.pauses.includes(why)) {
    memory.pauses = memory.pauses.filter((other) => other !== why);
    if (memory.since !== null) {
      countFrom(memory, at);
    }
  }
}

// ── The decision ────────────────────────────────────────────────────────────────────────────────

/** @type {wit.Step} */
const REMINDER = { tag: "reminder", val: 1 };
/** @type {wit.Step} */
const CLOSE = { tag: "close" };

/**
 * What is due now. The only place that decides.
 * @param {Settings} settings
 * @param {wit.Ticket} ticket
 * @param {Memory} memory
 * @param {number} now
 * @returns {wit.Decision}
 */
function decide(settings, ticket, memory, now) {
  if (!settings.enabled) return rest({ tag: "switched-off" });
  if (ticket.status.tag === "closed" || memory.closed) {
    return rest({ tag: "already-closed" });
  }
  if (ticket.status.tag !== "open") {
    return rest({ tag: "not-open" });
  }
  if (ticket.group) {
    return rest({ tag: "group-conversation" });
  }
  if (ticket.optedOut) {
    return rest({ tag: "opted-out" });
  }
  if (memory.since === null) {
    return rest({ tag: memory.cycle === 0 ? "not-answered" : "company-turn" });
  }
  if (memory.pauses.length > 0) {
    return rest(/** @type {wit.Reason} */ ({ tag: memory.pauses[0] }));
  }
  if (memory.failed !== null) {
    return rest(memory.failed === "reminder" ? { tag: "reminder-failed", val: 1 } : { tag: "close-failed" });
  }
  // The close never comes sooner after the reminder than the policy promises.
  const gap = settings.closeAfter - settings.remindAfter;
  const { step, after } =
    memory.reminded === null
      ? { step: REMINDER, after: memory.since + settings.remindAfter }
      : { step: CLOSE, after: Math.max(memory.since + settings.closeAfter, memory.reminded + gap) };
  const due = Math.max(after, memory.notBefore);
  if (due > END_OF_TIME) {
    return rest({ tag: "nothing-left" });
  }
  /** @type {wit.Reason} */
  const reason = step === REMINDER ? { tag: "reminder", val: 1 } : { tag: "close" };
  if (now < due) {
    return { outcome: { tag: "wait", val: { until: due, step } }, reason, rule: 0 };
  }
  if (step === REMINDER && ticket.windowUntil !== null && now >= ticket.windowUntil) {
    return rest({ tag: "outside-channel-window", val: 1 });
  }
  const task = step === REMINDER ? remind(settings) : close(settings, ticket);
  const key = { ticket: ticket.id, cycle: memory.cycle, step };
  return { outcome: { tag: "act", val: { key, due, task } }, reason, rule: 0 };
}

/**
 * @param {wit.Reason} reason
 * @returns {wit.Decision}
 */
function rest(reason) {
  return { outcome: { tag: "rest" }, reason, rule: null };
}

/** @returns {wit.Task} */
function remind(settings) {
  const message = {
    text: settings.remindText,
    language: null,
    audience: /** @type {wit.Audience} */ ({ tag: "customer" }),
    template: null,
    image: null,
    quickReplies: [],
  };
  return { tag: "send", val: { number: 1, of: 1, message } };
}

/** @returns {wit.Task} */
function close(settings, ticket) {
  const minutes = settings.closeAfter / MINUTE;
  return {
    tag: "close",
    val: {
      reason: "customer-inactivity",
      notice: "Ticket closed for inactivity",
      closingText: null,
      silentBecause: null,
      note: { category: "Customer inactivity", summary: `No answer for ${minutes} minutes; one reminder was sent.` },
      tags: [],
      incompleteMetadata: ticket.incompleteMetadata,
      exit: "customer-inactivity",
      then: { source: { tag: "inactivity" }, unassign: false, botOn: false, survey: { tag: "no" } },
    },
  };
}

// ── In words ────────────────────────────────────────────────────────────────────────────────────

/**
 * A text for the author: `despertador run` and `explain` show it, pages for people do not.
 * @param {unknown} value
 * @returns {wit.Check}
 */
function debug(value) {
  return { code: "debug", holds: true, text: JSON.stringify(value) };
}

/** @param {wit.Decision} decision */
function sentence({ outcome, reason }) {
  switch (outcome.tag) {
    case "act":
      return reason.tag === "close" ? "The ticket is closed now." : "The reminder is sent now.";
    case "wait":
      return `Nothing until ${new Date(outcome.val.until).toISOString()}; then the ${reason.tag} is due.`;
    default:
      return `Nothing is done: ${reason.tag}.`;
  }
}

/** @param {Memory} memory */
function history(memory) {
  const told = [];
  if (memory.customer !== null) {
    told.push(`The customer wrote last at ${new Date(memory.customer).toISOString()}.`);
  }
  if (memory.agent !== null) {
    told.push(`An agent wrote last at ${new Date(memory.agent).toISOString()}.`);
  }
  if (memory.reminded !== null) {
    told.push(`The reminder was sent at ${new Date(memory.reminded).toISOString()}.`);
  }
  return told;
}

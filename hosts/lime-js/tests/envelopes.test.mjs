import assert from "node:assert/strict";
import { describe, it } from "node:test";

import Lime from "lime-js";

import { answers, meanings, written } from "./bridge.mjs";
import { establish } from "./channel.mjs";

const BOT = "mybot@msging.net";
const CUSTOMER = "5511999990000@wa.gw.msging.net";
const DESK = "postmaster@desk.msging.net";
const TICKET = "application/vnd.iris.ticket+json";

const ours = written();
const values = (object) => Object.values(object);

describe("envelopes that despertador-lime writes", () => {
  it("are there in every kind", () => {
    const names = new Set(ours.map(({ name }) => name));
    assert.ok(names.size >= 22, [...names].join(", "));
    for (const kind of ["message", "notification", "command"]) {
      assert.ok(ours.some((line) => line.kind === kind), kind);
    }
  });

  for (const [n, { name, kind, envelope }] of ours.entries()) {
    it(`${n + 1}: ${name} is a ${kind}, and nothing else`, () => {
      const { isMessage, isNotification, isCommand, isSession } = Lime.Envelope;
      const is = {
        message: isMessage(envelope),
        notification: isNotification(envelope),
        command: isCommand(envelope),
        session: isSession(envelope),
      };
      assert.deepEqual(Object.keys(is).filter((kind) => is[kind]), [kind]);
      if (kind === "notification") {
        assert.ok(values(Lime.NotificationEvent).includes(envelope.event));
      }
      if (kind === "command") {
        assert.ok(values(Lime.CommandMethod).includes(envelope.method));
        assert.ok(!envelope.status || values(Lime.CommandStatus).includes(envelope.status));
      }
    });
  }

  it("come out of a channel as they went in, by the listener of their kind", async () => {
    const { channel, transport } = await establish(BOT);
    const heard = [];
    channel.onMessage = (envelope) => heard.push({ kind: "message", envelope });
    channel.onNotification = (envelope) => heard.push({ kind: "notification", envelope });
    channel.onCommand = (envelope) => heard.push({ kind: "command", envelope });
    for (const { envelope } of ours) transport.onEnvelope(structuredClone(envelope));
    assert.deepEqual(heard, ours.map(({ kind, envelope }) => ({ kind, envelope })));
    assert.deepEqual(transport.sent, []);
  });

  it("go out of a channel as they went in", async () => {
    const { channel, transport } = await establish(BOT);
    for (const { kind, envelope } of ours) {
      if (kind === "message") channel.sendMessage(envelope);
      if (kind === "notification") channel.sendNotification(envelope);
      if (kind === "command") channel.sendCommand(envelope);
    }
    assert.deepEqual(transport.sent, ours.map(({ envelope }) => envelope));
  });

  it("answer the commands of lime-js", async () => {
    const { channel, transport } = await establish(BOT);
    const command = {
      id: Lime.Guid(),
      from: BOT,
      to: DESK,
      method: Lime.CommandMethod.SET,
      uri: "/tickets/t-1/pause-inactivity",
      type: TICKET,
      resource: { id: "t-1" },
    };
    const answered = channel.processCommand(command);
    const [answer] = answers(transport.sent);
    transport.onEnvelope(answer);
    const { id, status } = await answered;
    assert.deepEqual([id, status], [command.id, Lime.CommandStatus.SUCCESS]);
    assert.deepEqual(meanings([command]), [{ ticket: "t-1", happened: [{ event: "Held" }] }]);
  });
});

describe("envelopes that lime-js makes", () => {
  const reminder = ours.find(({ name, kind, envelope }) =>
    name === "reminder" && kind === "message" && envelope.id).envelope;
  const close = ours.find(({ envelope }) => envelope.uri === "/tickets/change-status").envelope;

  it("tell by its receipts how far a reminder has come", async () => {
    const { channel, transport } = await establish(CUSTOMER, true);
    transport.onEnvelope({ ...reminder, from: BOT });
    channel.sendNotification({ id: reminder.id, to: BOT, event: Lime.NotificationEvent.CONSUMED });
    assert.deepEqual(transport.sent.map(({ event }) => event), ["received", "consumed"]);
    const key = "t-1/1/reminder-1";
    assert.deepEqual(meanings(transport.sent), [
      { receipt: "Received", key },
      { receipt: "Consumed", key },
    ]);
  });

  it("have an event for every receipt", () => {
    const events = values(Lime.NotificationEvent).filter((event) => event !== "failed");
    const said = meanings(events.map((event) => ({ id: reminder.id, from: CUSTOMER, event })));
    const named = { validated: "Other(\"validated\")", authorized: "Other(\"authorized\")" };
    const expected = events.map((event) =>
      named[event] ?? event[0].toUpperCase() + event.slice(1));
    assert.deepEqual(said.map(({ receipt }) => receipt), expected);
  });

  it("have a reason that says whether the customer can be reached", () => {
    const codes = Object.entries(Lime.ReasonCodes);
    const failed = ([name, code]) => ({
      id: reminder.id,
      from: "postmaster@wa.gw.msging.net/#gw",
      to: BOT,
      event: Lime.NotificationEvent.FAILED,
      reason: new Lime.Reason(code, name),
    });
    const kinds = meanings(codes.map(failed)).map(({ ticket, happened: [event] }) => {
      assert.deepEqual([ticket, event.event, event.key], ["t-1", "Failed", "t-1/1/reminder-1"]);
      return event.kind;
    });
    const of = (kind) => codes.filter((_, n) => kinds[n] === kind).map(([name]) => name);
    assert.deepEqual(of("Blocked"), [
      "AUTHORIZATION_UNAUTHORIZED_SENDER",
      "AUTHORIZATION_DESTINATION_ACCOUNT_NOT_FOUND",
      "GATEWAY_DESTINATION_NOT_FOUND",
    ]);
    const away = /^(GENERAL|SESSION|ROUTING|DISPATCH|GATEWAY_ERROR|APPLICATION)|_PROCESSING_|QUOTA/;
    assert.deepEqual(of("Unreachable"), codes.map(([name]) => name).filter((n) => away.test(n)));
  });

  it("report what became of a close", () => {
    const answer = { id: close.id, from: DESK, to: BOT, method: close.method };
    const { SUCCESS, FAILURE } = Lime.CommandStatus;
    const reason = new Lime.Reason(Lime.ReasonCodes.COMMAND_RESOURCE_NOT_FOUND, "no such ticket");
    const key = "t-1/1/close";
    assert.deepEqual(
      meanings([{ ...answer, status: SUCCESS }, { ...answer, status: FAILURE, reason }]),
      [
        { receipt: "Done", key },
        { ticket: "t-1", happened: [{ event: "Failed", key, kind: "Refused" }] },
      ],
    );
  });

  it("are messages of the customer, the agent and the bot", async () => {
    const at = 1772442000000;
    const metadata = { "#wa.timestamp": String(at / 1000) };
    const lime = (kind) => `application/vnd.lime.${kind}+json`;
    const written = [
      ["text/plain", "hola", "Text", "hola"],
      [lime("media-link"), { uri: "https://example.com/a.ogg", type: "audio/ogg" }, "Media", null],
      [lime("media-link"), { uri: "https://example.com/s", type: "sticker/webp" }, "Sticker", null],
      [lime("location"), { latitude: -33.45, longitude: -70.66 }, "Location", null],
      [lime("contact"), { name: "Ana" }, "Media", null],
      [Lime.ContentTypes.COLLECTION, { itemType: "text/plain", items: ["a"] },
        `Other("${Lime.ContentTypes.COLLECTION}")`, null],
    ];
    const { channel, transport } = await establish(CUSTOMER);
    for (const [type, content] of written) {
      channel.sendMessage({ id: Lime.Guid(), from: CUSTOMER, to: BOT, type, content, metadata });
    }
    const origin = "Written";
    assert.deepEqual(
      meanings(transport.sent),
      written.map(([, , kind, text]) => ({
        ticket: "t-1",
        happened: [{ author: "Customer", kind, origin, text, choice: null, at }],
      })),
    );

    const text = (from, more) => ({
      id: Lime.Guid(), from, to: CUSTOMER, type: "text/plain", content: "2", ...more,
    });
    const authors = meanings([
      text(CUSTOMER),
      text(`${CUSTOMER.replace("@", "%40")}@desk.msging.net`),
      text(BOT, { metadata: { "#messageEmitter": "Human" } }),
      text(BOT),
      { ...reminder, from: BOT },
    ]).map(({ happened: [{ author, origin, choice }] }) => [author, origin, choice]);
    assert.deepEqual(authors, [
      ["Customer", "Written", "resolve"],
      ["Agent", "Written", null],
      ["Agent", "Written", null],
      ["Bot", "Automation", null],
      ["Bot", "Echo", null],
    ]);
  });

  it("tell that the customer is typing, and that the ticket is closed", () => {
    const ticket = { id: "t-1", status: "ClosedClientInactivity", closed: true };
    const from = `${CUSTOMER.replace("@", "%40")}@desk.msging.net`;
    assert.deepEqual(
      meanings([
        { from: CUSTOMER, to: BOT, type: "application/vnd.lime.chatstate+json",
          content: { state: "composing" } },
        { id: Lime.Guid(), from, to: BOT, type: "application/vnd.lime.redirect+json",
          content: { context: { type: TICKET, value: ticket } } },
        { id: Lime.Guid(), from, to: BOT, type: TICKET, content: ticket },
      ]),
      ["Typing", "Closed(Inactivity)", "Closed(Inactivity)"].map((event) =>
        ({ ticket: "t-1", happened: [{ event }] })),
    );
  });
});

// A channel of lime-js on a transport that only this test reads.

import Lime from "lime-js";

/** A server at the other end, that accepts every session. */
class Transport {
  compression = Lime.SessionCompression.NONE;
  encryption = Lime.SessionEncryption.NONE;
  sent = [];

  open() {
    return Promise.resolve();
  }

  close() {
    return Promise.resolve();
  }

  send(envelope) {
    if (!Lime.Envelope.isSession(envelope)) {
      // Like a real transport: values that JSON cannot represent are lost.
      this.sent.push(JSON.parse(JSON.stringify(envelope)));
      return;
    }
    const states = { new: "authenticating", authenticating: "established" };
    const { compression, encryption } = this;
    const server = { id: "s1", from: "postmaster@msging.net/#server", compression, encryption };
    const state = states[envelope.state];
    setImmediate(() => this.onEnvelope({ ...server, to: envelope.from, state }));
  }
}

/** A channel with a session, and the transport below it. */
export async function establish(identity, notifyReceipt = false) {
  const transport = new Transport();
  const channel = new Lime.ClientChannel(transport, true, notifyReceipt);
  const key = new Lime.KeyAuthentication("a2V5");
  await channel.establishSession("none", "none", identity, key, "test");
  return { channel, transport };
}

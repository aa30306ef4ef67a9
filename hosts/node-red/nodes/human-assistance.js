// The node by which a flow hands a customer over to people, and its exits.

/** Its outputs, in order; `config.wires` has one list per output. */
const PORTS = ['agent', 'customer', 'inactivity', 'messages', 'desk'];
const DAYS_IN_STORE = 30;

module.exports = async function humanAssistance(RED) {
  const { Assistance, contextStore, diagnostic, NotHere, Plugin, PolicyRefused, surroundings } = await import('../lib/index.mjs');

  // One instance serves all tickets of all nodes.
  const plugin = new Plugin();

  RED.nodes.registerType(
    'human-assistance',
    class {
      constructor(config) {
        RED.nodes.createNode(this, config);
        const policy = policyOf(this, config);
        const assistance = new Assistance({
          policy,
          store: contextStore(this.context(), config.store),
          emit: (port, msg) => this.send(PORTS.map((name) => (name === port ? msg : null))),
          report: (error) => this.error(error.message, { error }),
          passOver: (problem) => this.warn(problem.message),
          changed: () => showStatus(this, policy, assistance),
          options: {
            department: config.department,
            channel: config.channel || undefined,
            keep: Number(config.keep) || DAYS_IN_STORE,
            confirm: config.confirm ? (Number(config.confirmWithin) || 300) * 1000 : undefined,
          },
        });
        this.assistance = assistance;

        // Not before all nodes are there: due actions would be sent to nobody.
        const begin = () => assistance.start().catch((error) => this.error(error.message, { error }));
        RED.events.once('flows:started', begin);

        this.on('input', (msg, send, done) => {
          assistance.hear(msg).then(
            () => done(),
            (error) => {
              if (!(error instanceof NotHere)) return done(error);
              this.warn(error.message, msg);
              return done();
            },
          );
        });
        this.on('close', (removed, done) => {
          RED.events.removeListener('flows:started', begin);
          assistance.stop().then(() => {
            policy?.release();
            done();
          }, done);
        });
        showStatus(this, policy, assistance);
      }
    },
  );

  /** The policy of a node, checked against the exits of this node; nothing if it has errors. */
  function policyOf(node, config) {
    const held = RED.nodes.getNode(config.policy);
    if (!held) {
      node.error(RED._('human-assistance.error.no-policy'));
      return undefined;
    }
    const exit = (config.wires?.[PORTS.indexOf('inactivity')] ?? []).length > 0 ? 'linked' : 'not-linked';
    const departments = held.departments.length > 0 ? held.departments : undefined;
    try {
      return plugin.policy(held.config, surroundings({ departments, exit }));
    } catch (error) {
      const language = RED._('human-assistance.language');
      const problems = error instanceof PolicyRefused ? error.diagnostics.map(diagnostic) : [];
      for (const { code, severity, place, wordings } of problems.filter((each) => each.severity === 'error')) {
        const { text, help } = wordings[language] ?? wordings.en;
        node.error(`${severity}[${code}] ${place} ${text}; ${help}`);
      }
      if (problems.length === 0) node.error(error.message);
      return undefined;
    }
  }

  function showStatus(node, policy, assistance) {
    if (!policy) {
      node.status({ fill: 'red', shape: 'ring', text: RED._('human-assistance.status.no-policy') });
      return;
    }
    const { open, failing, next } = assistance;
    const parts = [RED._('human-assistance.status.open', { count: open })];
    if (next !== undefined) parts.push(RED._('human-assistance.status.next', { time: shown(next) }));
    if (failing > 0) parts.push(RED._('human-assistance.status.failing', { count: failing }));
    const fill = failing > 0 ? 'yellow' : open > 0 ? 'green' : 'grey';
    node.status({ fill, shape: open > 0 ? 'dot' : 'ring', text: parts.join(' · ') });
  }

  /** An instant in the machine's local time. */
  function shown(instant) {
    const two = (number) => String(number).padStart(2, '0');
    const at = new Date(instant);
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  }
};

module.exports.PORTS = PORTS;

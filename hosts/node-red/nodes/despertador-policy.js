// The node that contains a policy, and the address with which its form checks it.

module.exports = async function despertadorPolicy(RED) {
  const { checked, CallFailed, Plugin } = await import('../lib/index.mjs');

  RED.nodes.registerType(
    'despertador-policy',
    class {
      constructor(config) {
        RED.nodes.createNode(this, config);
        this.config = config.policy ?? '';
        this.departments = (config.departments ?? '')
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '');
      }
    },
  );

  const plugin = new Plugin();
  const mayRead = RED.auth.needsPermission('despertador-policy.read');
  RED.httpAdmin.post('/despertador/check', mayRead, (request, response) => {
    const { policy, departments, exit, start } = request.body ?? {};
    if (typeof policy !== 'string') {
      response.status(400).json({ problem: 'send `policy`, the text of a policy' });
      return;
    }
    const known = Array.isArray(departments) && departments.length > 0 ? departments.map(String) : undefined;
    try {
      response.json(checked(plugin, policy, { departments: known, exit, start }));
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      response.status(500).json({ problem: error.message });
    }
  });
};

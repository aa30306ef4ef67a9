// The records of customers, in a context store of Node-RED.
//
// All stores support callbacks, in memory and on disk. Node-RED parses a key as a path, so
// customers' names are written in hexadecimal.

const PREFIX = 'customer_';
const key = (customer) => PREFIX + Buffer.from(customer, 'utf8').toString('hex');
const customerOf = (key) => Buffer.from(key.slice(PREFIX.length), 'hex').toString('utf8');

/** `context` is a node's own context, `name` that of the store, or nothing for the default store. */
export function contextStore(context, name) {
  const call = (method, ...args) =>
    new Promise((resolve, reject) => {
      const done = (error, value) => (error ? reject(error) : resolve(value));
      context[method](...args, name || undefined, done);
    });
  return {
    // A store in memory returns the stored object itself: it must only be changed by `set`.
    get: async (customer) => copy(await call('get', key(customer))),
    set: (customer, record) => call('set', key(customer), copy(record)),
    remove: (customer) => call('set', key(customer), undefined),
    names: async () => ((await call('keys')) ?? []).filter((name) => name.startsWith(PREFIX)).map(customerOf),
  };
}

const copy = (value) => (value === undefined ? undefined : structuredClone(value));

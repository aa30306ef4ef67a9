// What n8n gives to a node, as far as these nodes use it.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A module of the built package. */
export const built = (path) => require(`../../dist/${path}.js`);

const { DespertadorApi } = built('credentials/DespertadorApi.credentials');
const { Despertador } = built('nodes/Despertador/Despertador.node');
const { DespertadorTrigger } = built('nodes/DespertadorTrigger/DespertadorTrigger.node');
export const credentialType = new DespertadorApi();
export const node = new Despertador();
export const trigger = new DespertadorTrigger();

/** Puts the credential where an expression of the credential type names it. */
export const filledIn = (expression, credential) =>
  expression.replace(/^=/, '').replace(/\{\{(.*?)\}\}/g, (_, code) => new Function('$credentials', `return ${code}`)(credential));

/** n8n's HTTP client, on `fetch`. */
function client(credential) {
  return async (_, { method, url, qs = {}, body, headers }) => {
    const address = new URL(url);
    for (const [name, value] of Object.entries(qs)) if (value !== undefined) address.searchParams.set(name, value);
    const authorization = filledIn(credentialType.authenticate.properties.headers.Authorization, credential);
    const answer = await fetch(address, {
      method,
      headers: { ...headers, authorization, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body: text && JSON.parse(text) };
  };
}

/** The defaults of the properties, as n8n fills them in. */
const defaults = ({ description }) => Object.fromEntries(description.properties.map(({ name, default: value }) => [name, value]));

function context(type, { credential, parameters }) {
  const filled = parameters.map((one) => ({ ...defaults(type), ...one }));
  return {
    getNode: () => ({ id: 'n-1', name: type.description.displayName, type: type.description.name, typeVersion: 1, parameters: {} }),
    getWorkflow: () => ({ id: 'w-1', name: 'Test', active: true }),
    getCredentials: async () => credential,
    getTimezone: () => 'America/Bogota',
    getExecutionId: () => '77',
    getNodeParameter: (name, item, otherwise) => filled[type === trigger ? 0 : item][name] ?? (type === trigger ? item : otherwise),
  };
}

/** Runs the node on one item for each set of parameters. */
export async function run(parameters, { credential, continueOnFail = false, request = client(credential) } = {}) {
  const all = [parameters].flat();
  const [items] = await node.execute.call({
    ...context(node, { credential, parameters: all }),
    getInputData: () => all.map(() => ({ json: {} })),
    continueOnFail: () => continueOnFail,
    helpers: { httpRequestWithAuthentication: request },
  });
  return items;
}

/** An answer as express makes them. */
export function express(response) {
  const status = (code) => Object.assign(response, { statusCode: code });
  const json = (value) => response.end(JSON.stringify(value));
  return Object.assign(response, { status, json });
}

/** Calls the trigger with a post; `response` is the answer to it. */
export const deliver = ({ headers, body, response, credential, parameters = {}, mode = 'webhook' }) =>
  trigger.webhook.call({
    ...context(trigger, { credential, parameters: [parameters] }),
    getMode: () => mode,
    getRequestObject: () => ({ headers, rawBody: body }),
    getResponseObject: () => response,
  });

/** Activates a workflow with the trigger. */
export const activate = (credential) =>
  trigger.webhookMethods.default.create.call(context(trigger, { credential, parameters: [{}] }));

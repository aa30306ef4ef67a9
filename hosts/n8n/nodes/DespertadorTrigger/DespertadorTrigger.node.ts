import {
	NodeConnectionTypes,
	NodeOperationError,
	type IDataObject,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { OUTPUTS, itemOf, outputOf, read } from '../shared/delivery';
import { refusal } from '../shared/signature';
import { Taken } from '../shared/taken';

/** Minutes that the clocks of the desk and of n8n may differ, as Standard Webhooks recommends. */
const TOLERANCE_MINUTES = 5;
const MINUTE = 60_000;

/** The deliveries of each trigger in this process, by workflow and node. */
const received = new Map<string, Taken>();

const takenBy = (trigger: string) => {
	const taken = received.get(trigger) ?? new Taken();
	received.set(trigger, taken);
	return taken;
};

/** Answers without starting the workflow. */
function answer(this: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	this.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}

export class DespertadorTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Despertador Trigger',
		name: 'despertadorTrigger',
		icon: {
			light: 'file:../../icons/despertador.svg',
			dark: 'file:../../icons/despertador.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle: 'Reminder, close or note',
		description:
			'Starts the workflow when a silent customer is to be reminded or their ticket closed',
		defaults: { name: 'Despertador Trigger' },
		inputs: [],
		outputs: OUTPUTS.map(() => NodeConnectionTypes.Main),
		outputNames: [...OUTPUTS],
		credentials: [{ name: 'despertadorApi', required: true }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: '={{$parameter["respond"]}}',
				responseData: 'noData',
				path: 'webhook',
			},
		],
		properties: [
			{
				displayName:
					'Enter the production URL above as <code>webhook</code> in the section <code>[deliver]</code> of the desk’s settings. While the workflow is not active, n8n answers 404 and the desk gives reminders up.',
				name: 'setup',
				type: 'notice',
				default: '',
			},
			{
				displayName: 'Respond',
				name: 'respond',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Immediately',
						value: 'onReceived',
						description:
							'The action counts as carried out once the workflow has started. Report what fails later with Despertador, Event, Report Failure.',
					},
					{
						name: 'When the Workflow Finishes',
						value: 'lastNode',
						description:
							'The action counts as carried out when the workflow succeeds. The desk sends it again when the workflow fails. Not for workflows that wait.',
					},
				],
				default: 'onReceived',
				description: 'When to tell the desk that the action was carried out',
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [
					{
						displayName: 'Timestamp Tolerance',
						name: 'tolerance',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: TOLERANCE_MINUTES,
						description:
							'How many minutes the time of a signature may differ from the clock of n8n. An older post is refused, because it may be a copy.',
					},
				],
			},
		],
	};

	/** The desk has no interface for setting its webhook: its administrator enters the address. */
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			/** Refuses to activate a workflow that could only refuse every post. */
			async create(this: IHookFunctions): Promise<boolean> {
				const { webhookSecret } = await this.getCredentials('despertadorApi');
				if (typeof webhookSecret === 'string' && webhookSecret.trim() !== '') return true;
				throw new NodeOperationError(this.getNode(), 'The credential has no webhook secret', {
					description: 'Enter the content of the desk’s secret file into the credential.',
				});
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const credential = await this.getCredentials('despertadorApi');
		const { tolerance = TOLERANCE_MINUTES } = this.getNodeParameter('options', {}) as IDataObject;
		const request = this.getRequestObject() as unknown as {
			rawBody?: Buffer;
			headers: Record<string, string>;
		};
		const body = request.rawBody ?? Buffer.alloc(0);
		const refused = refusal(
			{ headers: request.headers, body },
			{
				secret: String(credential.webhookSecret ?? '').trim(),
				now: Date.now(),
				tolerance: Number(tolerance) * MINUTE,
			},
		);
		// The desk tries again after 401 and 409, and gives up after 422.
		if (refused) return answer.call(this, 401, refused);

		const delivery = read(body);
		if (typeof delivery === 'string') return answer.call(this, 422, delivery);
		if (delivery.account !== credential.account) {
			const names = `${delivery.account}, and the credential in n8n is for ${String(credential.account)}`;
			return answer.call(this, 401, `the post is for the account ${names}`);
		}
		const output = outputOf(delivery);
		if (!output) {
			return answer.call(this, 422, `this package does not know the task ${delivery.action.task}`);
		}

		// A test in the editor may be repeated.
		if (this.getMode() !== 'manual') {
			const trigger = `${this.getWorkflow().id}/${this.getNode().id}`;
			const standing = takenBy(trigger).receive(delivery.key, this.getResponseObject());
			if (standing === 'running') return answer.call(this, 409, 'the workflow is still running');
			if (standing === 'taken') return answer.call(this, 200, 'the action was taken before');
		}
		const item = { json: itemOf(delivery) };
		return { workflowData: OUTPUTS.map((name) => (name === output ? [item] : [])) };
	}
}

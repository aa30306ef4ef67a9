import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class DespertadorApi implements ICredentialType {
	name = 'despertadorApi';

	displayName = 'Despertador API';

	documentationUrl = 'https://despertador.example/source';

	icon = {
		light: 'file:../icons/despertador.svg',
		dark: 'file:../icons/despertador.dark.svg',
	} as const;

	properties: INodeProperties[] = [
		{
			displayName: 'Desk Address',
			name: 'baseUrl',
			type: 'string',
			default: 'http://127.0.0.1:7070',
			placeholder: 'https://desk.example.com',
			required: true,
			description: 'Where `despertador serve` listens, without a path',
		},
		{
			displayName: 'Account',
			name: 'account',
			type: 'string',
			default: '',
			placeholder: 'acme',
			required: true,
			description: 'Name of the account on the desk',
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Token with the scopes events:write and help-desk:edit for this account; `despertador token create` makes one',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The content of the `secret-file` with which the desk signs its webhooks. Only the trigger needs it.',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			headers: {
				Authorization: '=Bearer {{$credentials.token}}',
			},
		},
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
			url: '=/v1/accounts/{{encodeURIComponent($credentials.account)}}/tickets',
			qs: { limit: 1 },
		},
	};
}

import {
	NodeApiError,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
	type JsonObject,
} from 'n8n-workflow';

/** A request to the desk: the path is within the account. */
export interface DeskRequest {
	method: 'GET' | 'POST';
	path: string;
	query?: IDataObject;
	body?: IDataObject | IDataObject[];
	/** The language of texts, `es`, `pt` or `en`. */
	language?: string;
}

/** What the desk says about a request that it refuses (RFC 9457). */
interface Problem {
	title?: string;
	detail?: string;
	help?: string;
}

const url = ({ baseUrl, account }: IDataObject, path: string) =>
	`${String(baseUrl).replace(/\/+$/, '')}/v1/accounts/${encodeURIComponent(String(account))}/${path}`;

function problemOf(body: unknown): Problem {
	return typeof body === 'object' && body !== null ? body : {};
}

/** The error of a refused request, with the desk's own words. */
function refused(
	this: IExecuteFunctions,
	{ statusCode, body }: IN8nHttpFullResponse,
	itemIndex: number,
) {
	const { title, detail, help } = problemOf(body);
	const said = [title, detail].filter(Boolean).join(': ');
	return new NodeApiError(this.getNode(), { ...problemOf(body) } as JsonObject, {
		message: said || `The desk answered ${statusCode}`,
		description: help ?? 'Check the desk address in the credential.',
		httpCode: String(statusCode),
		itemIndex,
	});
}

/**
 * Asks the desk.
 *
 * @throws NodeApiError what the desk says, or that it cannot be reached
 */
export async function ask(
	this: IExecuteFunctions,
	{ method, path, query, body, language = 'en' }: DeskRequest,
	itemIndex: number,
): Promise<IDataObject> {
	const options: IHttpRequestOptions = {
		method,
		url: url(await this.getCredentials('despertadorApi'), path),
		qs: query,
		body,
		json: true,
		headers: { 'Accept-Language': language },
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	};
	let answer: IN8nHttpFullResponse;
	try {
		answer = await this.helpers.httpRequestWithAuthentication.call(this, 'despertadorApi', options);
	} catch (error) {
		throw new NodeApiError(this.getNode(), error as JsonObject, {
			message: 'The desk cannot be reached',
			description: 'Check the desk address in the credential, and that the desk runs.',
			itemIndex,
		});
	}
	if (answer.statusCode >= 300) throw refused.call(this, answer, itemIndex);
	return answer.body as IDataObject;
}

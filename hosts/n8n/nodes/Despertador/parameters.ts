import { NodeOperationError, tryToParseDateTime, type IExecuteFunctions } from 'n8n-workflow';

/** Reads the parameters of one item. */
export class Parameters {
	constructor(
		private readonly node: IExecuteFunctions,
		readonly item: number,
	) {}

	text(name: string): string {
		return String(this.node.getNodeParameter(name, this.item, '')).trim();
	}

	/** A text that must not be empty. */
	required(name: string, label: string): string {
		return this.text(name) || this.refuse(`${label} is empty`, 'Enter a value, or an expression.');
	}

	collection(name: string): Record<string, unknown> {
		return this.node.getNodeParameter(name, this.item, {}) as Record<string, unknown>;
	}

	number(name: string): number {
		return Number(this.node.getNodeParameter(name, this.item));
	}

	/** An object, or a text with the JSON of one. */
	object(name: string, label: string): Record<string, unknown> {
		const value: unknown = this.node.getNodeParameter(name, this.item, {});
		if (typeof value !== 'string') return value as Record<string, unknown>;
		try {
			return JSON.parse(value || '{}');
		} catch {
			return this.refuse(`${label} is not JSON`, 'Enter an object such as { "call": "c-1" }.');
		}
	}

	/**
	 * An instant as RFC 3339: from a date with or without an offset (then in the time zone of the
	 * workflow), or from seconds or milliseconds since 1970, as channels send them.
	 */
	instant(value: unknown, label: string): string | undefined {
		if (value === undefined || value === null || value === '') return undefined;
		if (/^\d{10}$|^\d{13}$/.test(String(value))) {
			return new Date(Number(String(value).padEnd(13, '0'))).toISOString();
		}
		try {
			return tryToParseDateTime(value, this.node.getTimezone()).toUTC().toISO() ?? undefined;
		} catch {
			return this.refuse(`${label} is not a time: ${String(value)}`, 'Enter an ISO 8601 time.');
		}
	}

	refuse(message: string, description: string): never {
		throw new NodeOperationError(this.node.getNode(), message, {
			description,
			itemIndex: this.item,
		});
	}

	/** Different in every execution of the workflow, and the same when a node is tried again. */
	get execution(): string {
		return this.node.getExecutionId();
	}
}

import { createHmac, timingSafeEqual } from 'node:crypto';

/** A post as it arrived: header names in lower case, and the bytes of the body. */
export interface Post {
	headers: Record<string, string | string[] | undefined>;
	body: Buffer;
}

/** The secret, the receiver's clock, and how far a timestamp may be from it, in milliseconds. */
export interface Check {
	secret: string;
	now: number;
	tolerance: number;
}

/** A way of signing a post. */
interface Scheme {
	/** The header with the signatures. */
	signature: string;
	/** The header with the time at which it was signed. */
	timestamp: string;
	/** Milliseconds in a unit of that time. */
	unit: number;
	/** Headers whose values are signed before the body. */
	signed: string[];
	/** The prefix of a signature. */
	version: string;
	encoding: 'hex' | 'base64';
	key: (secret: string) => Buffer;
}

const bytes = (secret: string) => Buffer.from(secret, 'utf8');

/** A secret `whsec_…` stands for the bytes of its base64; any other for its own bytes. */
const standardKey = (secret: string) => {
	const base64 = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(
		secret,
	);
	return base64 ? Buffer.from(base64[1], 'base64') : bytes(secret);
};

const SCHEMES: Scheme[] = [
	{
		signature: 'webhook-signature',
		timestamp: 'webhook-timestamp',
		unit: 1000,
		signed: ['webhook-id', 'webhook-timestamp'],
		version: 'v1,',
		encoding: 'base64',
		key: standardKey,
	},
	{
		signature: 'despertador-signature',
		timestamp: 'despertador-timestamp',
		unit: 1,
		signed: ['despertador-timestamp'],
		version: 'v1=',
		encoding: 'hex',
		key: bytes,
	},
];

const header = ({ headers }: Post, name: string) => {
	const value = headers[name];
	return typeof value === 'string' ? value : '';
};

/** Compares in constant time. */
const isEqual = (one: string, other: string) => {
	const [left, right] = [bytes(one), bytes(other)];
	return left.length === right.length && timingSafeEqual(left, right);
};

function isSigned(post: Post, scheme: Scheme, secret: string): boolean {
	const mac = createHmac('sha256', scheme.key(secret));
	for (const name of scheme.signed) mac.update(`${header(post, name)}.`);
	const expected = scheme.version + mac.update(post.body).digest(scheme.encoding);
	// While a secret is changed, a post may have a signature for each, with spaces between them.
	const given = header(post, scheme.signature).split(' ');
	return given.some((signature) => isEqual(signature, expected));
}

/**
 * Whether the desk signed the post with this secret a short time ago. Each signature that the post
 * has must be right: that of Standard Webhooks 1.0, and that of Despertador.
 *
 * @returns why the post is refused; `undefined` if it is genuine
 */
export function refusal(post: Post, { secret, now, tolerance }: Check): string | undefined {
	if (secret === '') return 'the credential has no webhook secret; enter it in n8n';
	const used = SCHEMES.filter(({ signature }) => header(post, signature) !== '');
	if (used.length === 0) return 'the post has no signature';
	if (!used.every((scheme) => isSigned(post, scheme, secret))) {
		return 'the signature does not fit the body; compare the secrets of the desk and of n8n';
	}
	const isRecent = ({ timestamp, unit }: Scheme) => {
		const at = Number(header(post, timestamp) || Number.NaN) * unit;
		return Math.abs(now - at) <= tolerance;
	};
	if (!used.every(isRecent)) {
		return 'the timestamp is too far from now; set the clocks of the desk and of n8n';
	}
	return undefined;
}

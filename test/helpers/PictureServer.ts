import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One element of ASN.1 in DER. */
function der(tag: number, ...parts: Array<Buffer | number[]>): Buffer {
	const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
	const { length } = content;
	const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value));
const ECDSA_WITH_SHA256 = sequence(der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
const COMMON_NAME = der(0x06, [0x55, 0x04, 0x03]);
const SUBJECT_ALTERNATIVE_NAME = der(0x06, [0x55, 0x1d, 0x11]);
const BASIC_CONSTRAINTS = der(0x06, [0x55, 0x1d, 0x13]);

/** A certificate for localhost that signs itself, with its key, both in PEM. */
export function selfSignedCertificate(): { key: string; cert: string } {
	const { publicKey, privateKey } = generateKeyPairSync('ec', {
		namedCurve: 'P-256',
		publicKeyEncoding: { type: 'spki', format: 'der' },
		privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
	});
	const name = sequence(der(0x31, sequence(COMMON_NAME, text(0x0c, 'localhost'))));
	const serial = createHash('sha256').update(publicKey).digest().subarray(0, 8);
	const extensions = sequence(
		sequence(SUBJECT_ALTERNATIVE_NAME, der(0x04, sequence(text(0x82, 'localhost')))),
		sequence(BASIC_CONSTRAINTS, der(0x04, sequence(der(0x01, [0xff])))),
	);
	const toBeSigned = sequence(
		der(0xa0, der(0x02, [2])),
		der(0x02, [1], serial),
		ECDSA_WITH_SHA256,
		name,
		sequence(text(0x17, '200101000000Z'), text(0x17, '491231235959Z')),
		name,
		publicKey,
		der(0xa3, extensions),
	);
	const signature = sign('sha256', toBeSigned, createPrivateKey(privateKey));
	const certificate = sequence(toBeSigned, ECDSA_WITH_SHA256, der(0x03, [0], signature));
	const lines = certificate.toString('base64').replace(/.{1,64}/g, '$&\n');
	return {
		key: privateKey,
		cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
	};
}

/** Answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server over TLS, with pictures at the paths that a test gives. */
export class PictureServer {
	/** By path. All others are answered with 404. */
	readonly answers = new Map<string, Answer>();
	/** The paths that were asked for. */
	readonly asked: IncomingMessage[] = [];

	private constructor(
		private readonly server: Server,
		/** Without a slash at the end. */
		readonly url: string,
		/** What a client has to trust, in PEM. */
		readonly certificate: string,
	) {}

	static async start(): Promise<PictureServer> {
		const { key, cert } = selfSignedCertificate();
		const server = createServer({ key, cert });
		await new Promise<void>((done) => server.listen(0, 'localhost', done));
		const { port } = server.address() as AddressInfo;
		const pictures = new PictureServer(server, `https://localhost:${port}`, cert);
		server.on('request', (request: IncomingMessage, response: ServerResponse) => {
			pictures.asked.push(request);
			const answer = pictures.answers.get(request.url ?? '');
			if (answer) answer(request, response);
			else response.writeHead(404).end('nothing here');
		});
		return pictures;
	}

	/** `localhost` with its port, as messages name it. */
	get host(): string {
		return new URL(this.url).host;
	}

	/** Has a picture at a path, and gives its address. */
	serve(path: string, bytes: Buffer): string {
		this.answers.set(path, (_, response) => {
			response.writeHead(200, { 'content-type': 'image/png' }).end(bytes);
		});
		return this.url + path;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}
}

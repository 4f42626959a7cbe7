import * as fc from 'fast-check';

import { sentSecretsOf, withoutSecrets } from '../../nodes/shared/api/secrets';

describe('withoutSecrets', () => {
	it('takes each secret out of a text, wherever and however often it is there', () => {
		expect(withoutSecrets('first1 and second, first1', ['first1', 'second'])).toBe(
			'*** and ***, ***',
		);
	});

	it('takes secrets out of every text in an answer, and leaves all else as it is', () => {
		const answer = {
			code: 0,
			msg: 'got s3cret',
			data: { list: [{ reason: 's3cret!' }, null, true, 7], none: undefined },
		};
		expect(withoutSecrets(answer, ['s3cret'])).toEqual({
			code: 0,
			msg: 'got ***',
			data: { list: [{ reason: '***!' }, null, true, 7], none: undefined },
		});
	});

	it('finds a secret also as JSON and as an address write it', () => {
		fc.assert(
			fc.property(fc.string({ minLength: 6, unit: 'binary' }), (secret) => {
				const echoes = [
					secret,
					JSON.stringify({ app_secret: secret }),
					`app_secret=${String(new URLSearchParams({ s: secret })).slice(2)}&`,
				];
				for (const echo of echoes) {
					const text = withoutSecrets(`before ${echo} after`, [secret]);
					expect(text).toMatch(/^before .*\*\*\*.* after$/s);
				}
			}),
		);
	});

	it('leaves a text alone when there is no secret', () => {
		expect(withoutSecrets('as it is', [undefined, '', 'as', 42])).toBe('as it is');
	});
});

describe('sentSecretsOf', () => {
	it('names what goes to Feishu, and nothing that stays in n8n or is no secret', () => {
		const sent = sentSecretsOf({
			appId: 'cli_a',
			tenantKey: 'tenant',
			appSecret: 'secret',
			appTicket: 'ticket',
			accessToken: 'token',
			encryptKey: 'encrypt key',
			verificationToken: 'verification token',
		});
		expect(sent).toEqual(['secret', 'ticket', 'token']);
	});
});

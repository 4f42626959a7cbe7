import tls from 'node:tls';

import { PictureServer } from '../PictureServer';

/** Starts a server of pictures for the tests of a file, which this process trusts, and empties it before each test. */
export function withPictureServer(): { readonly current: PictureServer } {
	const holder = {} as { current: PictureServer };
	const { createSecureContext } = tls;
	beforeAll(async () => {
		holder.current = await PictureServer.start();
		const { certificate } = holder.current;
		tls.createSecureContext = (options) =>
			createSecureContext({
				...options,
				ca: options?.ca ?? [...tls.rootCertificates, certificate],
			});
	});
	beforeEach(() => {
		holder.current.answers.clear();
		holder.current.asked.length = 0;
	});
	afterAll(async () => {
		tls.createSecureContext = createSecureContext;
		await holder.current.close();
	});
	return holder;
}

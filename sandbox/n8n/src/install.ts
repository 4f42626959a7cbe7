import { installN8n } from './installN8n';

/** `npm run install:n8n`: what `npm start` and the end-to-end tests do first, for those who want it done early. */
installN8n().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});

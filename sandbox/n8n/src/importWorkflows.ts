import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { N8nSession, SavedCredential, WorkflowFile } from './n8nSession';

/** The credential that imported workflows use. */
export interface ImportedCredential {
	name: string;
	type: string;
	data: ICredentialDataDecryptedObject;
}

interface ImportedWorkflow {
	id: string;
	/** Of the file that was imported: tells whether the file has changed since. */
	checksum: string;
	/** What n8n called the imported version: tells whether the user has changed it since. */
	versionId: string;
}

/** What earlier starts imported; kept beside n8n's data, so that both are deleted together. */
interface ImportRecord {
	credentialId?: string;
	workflows: Record<string, ImportedWorkflow>;
}

/** Points every node that uses a credential of this type to the imported one. */
function withCredential(workflow: WorkflowFile, credential: SavedCredential): WorkflowFile {
	const { id, name, type } = credential;
	const nodes = workflow.nodes.map((node) =>
		node.credentials && type in node.credentials
			? { ...node, credentials: { ...node.credentials, [type]: { id, name } } }
			: node,
	);
	return { ...workflow, nodes };
}

/**
 * Makes the credential, or brings it up to date when its data is not what it should be (the sandbox moved to another
 * port). One whose base URL the user changed to a real server is the user's own and left alone.
 */
async function importCredential(
	session: N8nSession,
	wanted: ImportedCredential,
	id: string | undefined,
): Promise<SavedCredential> {
	const existing = id === undefined ? undefined : await session.findCredential(id);
	if (!existing) return await session.createCredential(wanted.name, wanted.type, wanted.data);
	const baseUrl = String(existing.data?.baseUrl ?? '');
	const isOfSandbox = /^http:\/\/(localhost|127\.0\.0\.1):/.test(baseUrl);
	if (isOfSandbox && baseUrl !== wanted.data.baseUrl) {
		await session.updateCredential({ ...existing, data: { ...existing.data, ...wanted.data } });
	}
	return existing;
}

/**
 * Imports the workflows of a folder, with the credential that they use, into a running n8n. Safe to repeat: what was
 * imported before is updated only when its file changed and the user did not change it, and what the user deleted
 * stays deleted. Workflows saved as active are activated.
 * @returns sentences for the user about workflows that were left as they are
 */
export async function importWorkflows(
	session: N8nSession,
	options: { folder: string; credential: ImportedCredential; recordFile: string },
): Promise<string[]> {
	const { folder, recordFile } = options;
	const record: ImportRecord = existsSync(recordFile)
		? (JSON.parse(readFileSync(recordFile, 'utf8')) as ImportRecord)
		: { workflows: {} };
	const saveRecord = () => writeFileSync(recordFile, `${JSON.stringify(record, null, 2)}\n`);
	const remarks: string[] = [];

	const credential = await importCredential(session, options.credential, record.credentialId);
	record.credentialId = credential.id;
	saveRecord();

	const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
	for (const file of files.sort()) {
		const text = readFileSync(join(folder, file), 'utf8');
		const checksum = createHash('sha256').update(text).digest('hex');
		const before = record.workflows[file];
		if (before?.checksum === checksum) continue;
		const workflow = withCredential(JSON.parse(text) as WorkflowFile, credential);

		const existing = before && (await session.findWorkflow(before.id));
		if (before && !existing) continue;
		if (existing && existing.versionId !== before.versionId) {
			remarks.push(
				`workflows/${file} is newer than yours, which you have edited: it was left alone.`,
			);
			record.workflows[file] = { ...before, checksum };
			saveRecord();
			continue;
		}
		const saved = existing
			? await session.updateWorkflow(existing.id, workflow)
			: await session.createWorkflow(workflow);
		if (workflow.active) await session.activateWorkflow(saved);
		const { versionId } = (await session.findWorkflow(saved.id)) ?? saved;
		record.workflows[file] = { id: saved.id, checksum, versionId };
		saveRecord();
	}
	return remarks;
}

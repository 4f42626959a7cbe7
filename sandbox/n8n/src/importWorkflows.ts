import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { N8nSession, SavedCredential, SavedWorkflow, WorkflowFile } from './n8nSession';

/** The credential that imported workflows use. */
export interface ImportedCredential {
	name: string;
	type: string;
	data: ICredentialDataDecryptedObject;
	/** The field of its data that holds the address which it leads to. */
	addressField: string;
}

interface ImportedWorkflow {
	id: string;
	/** Of the file that was imported: tells whether the file has changed since. */
	checksum: string;
	/** What n8n called the imported version: tells whether the user has changed it since. */
	versionId: string;
}

/** A workflow that came from a file and that n8n still has. */
export interface KnownWorkflow {
	/** Name of the file in the folder. */
	file: string;
	/** n8n's ID of the workflow. */
	id: string;
	name: string;
}

/** What earlier starts imported; kept beside n8n's data, so that both are deleted together. */
interface ImportRecord {
	/** By their types. */
	credentialIds: Record<string, string>;
	/** Of the first one, as long as there was no other. */
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
 * port). One whose address the user changed to a real server is the user's own and left alone.
 * @returns the credential, and whether it points to another place than before
 */
async function importCredential(
	session: N8nSession,
	wanted: ImportedCredential,
	id: string | undefined,
): Promise<{ credential: SavedCredential; hasMoved: boolean }> {
	const existing = id === undefined ? undefined : await session.findCredential(id);
	if (!existing) {
		const { name, type, data } = wanted;
		return { credential: await session.createCredential(name, type, data), hasMoved: false };
	}
	const { addressField } = wanted;
	const address = String(existing.data?.[addressField] ?? '');
	const isOfSandbox = /^http:\/\/(localhost|127\.0\.0\.1):/.test(address);
	const hasMoved = isOfSandbox && address !== wanted.data[addressField];
	if (hasMoved) {
		await session.updateCredential({ ...existing, data: { ...existing.data, ...wanted.data } });
	}
	return { credential: existing, hasMoved };
}

/** Switches a workflow on. @returns what to tell the user when that failed */
async function activate(session: N8nSession, workflow: SavedWorkflow): Promise<string[]> {
	try {
		await session.activateWorkflow(workflow);
		return [];
	} catch (error) {
		return [`The workflow "${workflow.name}" is not active: ${(error as Error).message}`];
	}
}

/** Switches a workflow off and on, in the version that was on. @returns what to tell the user when that failed */
async function activateAgain(session: N8nSession, workflow: SavedWorkflow): Promise<string[]> {
	await session.deactivateWorkflow(workflow.id);
	const versionId = workflow.activeVersionId ?? workflow.versionId;
	return await activate(session, { ...workflow, versionId });
}

/**
 * Imports the workflows of a folder, with the credentials that they use, into a running n8n. Safe to repeat: what was
 * imported before is updated only when its file changed and the user did not change it, and what the user deleted
 * stays deleted. Workflows saved as active are activated when they are imported, and again when Feishu has moved, since
 * their triggers are connected to where it was.
 * @returns the workflows of the folder that n8n has, and sentences for the user about what was left as it is
 */
export async function importWorkflows(
	session: N8nSession,
	options: {
		folder: string;
		credentials: [ImportedCredential, ...ImportedCredential[]];
		recordFile: string;
	},
): Promise<{ workflows: KnownWorkflow[]; remarks: string[] }> {
	const { folder, recordFile } = options;
	const { credentialId, ...kept }: Partial<ImportRecord> = existsSync(recordFile)
		? (JSON.parse(readFileSync(recordFile, 'utf8')) as ImportRecord)
		: {};
	const [{ type: firstType }] = options.credentials;
	const record: ImportRecord = {
		credentialIds: credentialId === undefined ? {} : { [firstType]: credentialId },
		workflows: {},
		...kept,
	};
	const saveRecord = () => writeFileSync(recordFile, `${JSON.stringify(record, null, 2)}\n`);
	const workflows: KnownWorkflow[] = [];
	const remarks: string[] = [];

	const credentials: SavedCredential[] = [];
	let hasMoved = false;
	for (const wanted of options.credentials) {
		const imported = await importCredential(session, wanted, record.credentialIds[wanted.type]);
		credentials.push(imported.credential);
		hasMoved ||= imported.hasMoved;
		record.credentialIds[wanted.type] = imported.credential.id;
		saveRecord();
	}

	const files = readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.map((file) => {
			const text = readFileSync(join(folder, file), 'utf8');
			return { file, text, name: (JSON.parse(text) as WorkflowFile).name };
		})
		// n8n lists first what was imported last.
		.sort((one, other) => (one.name < other.name ? 1 : -1));
	for (const { file, text } of files) {
		const checksum = createHash('sha256').update(text).digest('hex');
		const before = record.workflows[file];
		const existing = before && (await session.findWorkflow(before.id));
		if (before && !existing) continue;

		const isOld = before?.checksum === checksum;
		if (before && existing && (isOld || existing.versionId !== before.versionId)) {
			const { id, name } = existing;
			workflows.push({ file, id, name });
			if (hasMoved && existing.active) remarks.push(...(await activateAgain(session, existing)));
			if (!isOld) {
				remarks.push(
					`workflows/${file} is newer than yours, which you have edited: it was left alone.`,
				);
				record.workflows[file] = { ...before, checksum };
				saveRecord();
			}
			continue;
		}
		const workflow = credentials.reduce(withCredential, JSON.parse(text) as WorkflowFile);
		const saved = existing
			? await session.updateWorkflow(existing.id, workflow)
			: await session.createWorkflow(workflow);
		if (workflow.active) remarks.push(...(await activate(session, saved)));
		const { id, name, versionId } = (await session.findWorkflow(saved.id)) ?? saved;
		workflows.push({ file, id, name });
		record.workflows[file] = { id, checksum, versionId };
		saveRecord();
	}
	return { workflows, remarks };
}

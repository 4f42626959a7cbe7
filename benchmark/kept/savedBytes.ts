import { createRequire } from 'node:module';
import { join } from 'node:path';

import { n8nFolder } from '../../sandbox/n8n/src/checkout';

/** What is used of n8n's own driver of SQLite. */
interface Driver {
	OPEN_READONLY: number;
	Database: new (
		file: string,
		mode: number,
	) => {
		get<Row>(
			query: string,
			parameter: string,
			done: (error: Error | null, row?: Row) => void,
		): unknown;
		close(): unknown;
	};
}

const QUERY = `
	SELECT length(CAST(data AS BLOB)) + length(CAST(workflowData AS BLOB)) AS bytes
	FROM execution_data WHERE executionId = ?`;

/**
 * How much n8n's database holds of an execution: what its nodes gave, and the workflow as it was.
 *
 * @returns bytes
 * @throws {Error} when the database has no such execution
 */
export async function savedBytes(userFolder: string, executionId: string): Promise<number> {
	const sqlite = createRequire(join(n8nFolder, 'package.json'))('sqlite3') as Driver;
	const file = join(userFolder, '.n8n/database.sqlite');
	const database = new sqlite.Database(file, sqlite.OPEN_READONLY);
	try {
		return await new Promise((resolve, reject) => {
			database.get<{ bytes: number }>(QUERY, executionId, (error, row) => {
				if (row === undefined) reject(error ?? new Error(`n8n saved no execution ${executionId}`));
				else resolve(row.bytes);
			});
		});
	} finally {
		database.close();
	}
}

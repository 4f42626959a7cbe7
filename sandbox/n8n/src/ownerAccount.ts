import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { hashSync } from 'bcryptjs';

/** The account that owns the local n8n. */
export interface OwnerAccount {
	email: string;
	password: string;
	/** bcrypt; kept as it is between starts, since n8n signs everybody out when it changes. */
	passwordHash: string;
	firstName: string;
	lastName: string;
}

/**
 * Gives the owner account of a user folder, making one with a random password the first time. It is kept in the clear
 * in `owner.json`, readable by this user only: n8n listens on this machine alone and holds sandbox data.
 */
export function ownerAccountOf(userFolder: string): OwnerAccount {
	const file = join(userFolder, 'owner.json');
	if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as OwnerAccount;
	// n8n's form asks for a capital letter and a digit as well.
	const password = `Feed1-${randomBytes(9).toString('base64url')}`;
	const owner: OwnerAccount = {
		email: 'owner@example.com',
		password,
		passwordHash: hashSync(password),
		firstName: 'Sandbox',
		lastName: 'Owner',
	};
	mkdirSync(userFolder, { recursive: true });
	writeFileSync(file, `${JSON.stringify(owner, null, 2)}\n`, { mode: 0o600 });
	return owner;
}

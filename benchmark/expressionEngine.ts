/**
 * n8n's engine for expressions on a version of Node (`24.1.0`): its default, `vm`, needs isolated-vm, which is built for
 * Node 24 and later.
 */
export function expressionEngineOn(nodeVersion: string): 'vm' | 'legacy' {
	return parseInt(nodeVersion, 10) >= 24 ? 'vm' : 'legacy';
}

export { checkoutFolder, defaultUserFolder, n8nFolder } from './checkout';
export { importWorkflows, withCredential, type ImportedCredential } from './importWorkflows';
export { installN8n, isN8nInstalled } from './installN8n';
export { installPackage } from './installPackage';
export { lastLines, startN8n, type N8nStart, type RunningN8n } from './n8nProcess';
export * from './n8nSession';
export { ownerAccountOf, type OwnerAccount } from './ownerAccount';
export { buildPackage, isBuildStale, packPackage, type PackedPackage } from './packPackage';
export { formatSeconds, withProgress } from './progress';

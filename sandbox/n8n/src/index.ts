export { checkoutFolder, defaultUserFolder } from './checkout';
export { importWorkflows } from './importWorkflows';
export { installN8n } from './installN8n';
export { installPackage } from './installPackage';
export { lastLines, startN8n, type RunningN8n } from './n8nProcess';
export * from './n8nSession';
export { ownerAccountOf, type OwnerAccount } from './ownerAccount';
export { buildPackage, isBuildStale, packPackage, type PackedPackage } from './packPackage';
export { formatSeconds, withProgress } from './progress';

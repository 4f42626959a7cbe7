// n8n logs every error of a node, which here are mostly wanted. Import this before n8n-core.
process.env.N8N_LOG_LEVEL ??= 'silent';

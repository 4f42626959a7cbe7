const { dest, src, task } = require('gulp');

// The compiled nodes and credentials look for their icons beside dist/nodes and dist/credentials.
task('build:icons', () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons')));

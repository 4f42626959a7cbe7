const { Transform } = require('node:stream');

const { dest, src, task } = require('gulp');

// The compiled nodes and credentials look for their icons beside dist/nodes and dist/credentials.
task('build:icons', () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons')));

// The compiler indents by four spaces and cannot do otherwise; tabs, as in the sources, make a smaller package.
task('build:indentation', () =>
	src('dist/**/*.js')
		.pipe(
			new Transform({
				objectMode: true,
				transform(file, _, done) {
					const indented = file.contents
						.toString()
						.replace(/^(?: {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4));
					file.contents = Buffer.from(indented);
					done(null, file);
				},
			}),
		)
		.pipe(dest('dist')),
);

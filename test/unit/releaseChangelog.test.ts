import { released } from '../../scripts/releaseChangelog';

const CHANGELOG = [
	'# Changelog',
	'',
	'## Unreleased',
	'',
	'- Something new.',
	'',
	'## 0.1.0',
	'',
	'- The first.',
	'',
].join('\n');

describe('the changelog of a release', () => {
	it('puts what was unreleased under the version, and changes nothing else', () => {
		expect(released(CHANGELOG, '0.2.0', '2026-12-01')).toBe(
			CHANGELOG.replace('## Unreleased\n', '## Unreleased\n\n## 0.2.0 (2026-12-01)\n'),
		);
	});

	it('refuses a release without changes', () => {
		const empty = CHANGELOG.replace('- Something new.\n', '');
		expect(() => released(empty, '0.2.0', '2026-12-01')).toThrow('nothing under "## Unreleased"');
	});

	it('refuses a release without changes when no version was released before', () => {
		expect(() => released('# Changelog\n\n## Unreleased\n', '0.1.0', '2026-12-01')).toThrow(
			'nothing under "## Unreleased"',
		);
	});

	it('takes changes without an earlier version', () => {
		const first = '# Changelog\n\n## Unreleased\n\n- The first.\n';
		expect(released(first, '0.1.0', '2026-12-01')).toContain(
			'## 0.1.0 (2026-12-01)\n\n- The first.',
		);
	});

	it('refuses a version that was released before', () => {
		expect(() => released(CHANGELOG, '0.1.0', '2026-12-01')).toThrow('has version 0.1.0 already');
	});
});

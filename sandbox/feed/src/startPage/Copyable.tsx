import type { JSX } from 'preact';

import { CopyButton } from '../shell/CopyButton';

/** A text with its name, to be copied; stands in a `dl`. */
export function Copyable({ what, text }: { what: string; text: string }): JSX.Element {
	return (
		<div class="copyable">
			<dt>{what}</dt>
			<dd>
				<code>{text}</code>
				<CopyButton what={what} text={text} />
			</dd>
		</div>
	);
}

import development from '../eslint.config.development.mjs';

const read =
	'innerText|textContent|allInnerTexts|allTextContents|innerHTML|getAttribute|inputValue|count|title|' +
	'isVisible|isHidden|isChecked|isEnabled|isDisabled|isEditable';

export default [
	...development,
	{
		files: ['e2e/**/*.ts', 'helpers/e2e/**/*.ts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector: `CallExpression[callee.name='expect'] > AwaitExpression > CallExpression[callee.property.name=/^(${read})$/]`,
					message:
						'A page changes by itself: wait for it, as in "await expect(locator).toHaveText(…)".',
				},
			],
		},
	},
];

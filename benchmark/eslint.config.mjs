export { default } from '../eslint.config.development.mjs';

export { guides, type Guide } from './guides';
export { importScenarios } from './importScenarios';
export { PEOPLE } from './people';

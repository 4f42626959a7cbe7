import { WebSocket as WsWebSocket } from 'ws';

/** Gives the tests of a file the WebSocket of newer versions of Node: Node 20 has none of its own. */
export function withWebSocket(): void {
	const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
	beforeAll(() => {
		if (!own)
			Object.defineProperty(globalThis, 'WebSocket', { value: WsWebSocket, configurable: true });
	});
	afterAll(() => {
		if (!own) Reflect.deleteProperty(globalThis, 'WebSocket');
	});
}

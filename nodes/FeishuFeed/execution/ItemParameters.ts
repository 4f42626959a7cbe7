/** Gives the value of a node parameter for one item, with its expressions resolved. */
export interface ItemParameters {
	(name: string): unknown;
	/** The version of the node that asks. */
	typeVersion?: number;
	/**
	 * True when the user entered an expression for the parameter, whatever it gives.
	 *
	 * @param part the field that is meant, of a collection
	 */
	isExpression?: (name: string, part?: string) => boolean;
	/** True when the node reviews a tool call of an AI agent. */
	isHumanReview?: boolean;
	/**
	 * Gives a file of the item.
	 *
	 * @param property the name of the item's binary field, or what an expression gives in its place
	 * @param field what messages call the parameter
	 * @throws {InvalidField} when the item has no such file
	 */
	file?: (property: unknown, field: string) => ItemFile;
}

/** A file of an item, whose bytes are still where n8n keeps them. */
export interface ItemFile {
	/** What messages call it. */
	description: string;
	/** Equal for files that n8n keeps once. */
	identity: string;
	/** In bytes, where n8n knows it. */
	size?: number;
	load: () => Promise<Buffer>;
}

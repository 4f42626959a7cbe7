/** Gives the value of a node parameter for one item, with its expressions resolved. */
export interface ItemParameters {
	(name: string): unknown;
	/** True when the user entered an expression for the parameter, whatever it gives. */
	isExpression?: (name: string) => boolean;
}

/** Gives the value of a node parameter for one item, with its expressions resolved. */
export type ItemParameters = (name: string) => unknown;

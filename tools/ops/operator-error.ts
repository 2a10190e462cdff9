/** A command failed and changed nothing. The message is for the operator. */
export class OperatorError extends Error {}

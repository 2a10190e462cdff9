/** Why a command did not do what it was told to; its message is for the operator, and nothing was changed. */
export class OperatorError extends Error {}

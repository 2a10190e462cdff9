/** The account that makes a request. */
export interface Caller {
  readonly id: string;
  readonly role: 'ADMIN' | 'USER';
}

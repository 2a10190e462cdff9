import { randomUUID } from 'node:crypto';

/** Returns a unique name, so that test files can run in parallel and repeatedly. */
export const uniqueName = (kind: string): string => `${kind} ${randomUUID()}`;
const uniqueEmail = (): string => `${randomUUID()}@example.com`;

interface NewProduct {
  name: string;
  stock: number;
  price: number;
  stock_shards?: number;
  limit_per_customer?: number;
}

export const newProduct = (overrides: Partial<NewProduct> = {}): NewProduct => ({
  name: uniqueName('product'),
  stock: 10,
  price: 1_250,
  ...overrides,
});

interface NewAccount {
  email: string;
  password: string;
  role?: 'ADMIN' | 'USER';
}

export const newAccount = (overrides: Partial<NewAccount> = {}): NewAccount => ({
  email: uniqueEmail(),
  password: 'correct horse battery',
  ...overrides,
});

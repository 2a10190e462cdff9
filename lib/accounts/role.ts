import * as z from 'zod/mini';

export const role = z.enum(['ADMIN', 'USER']);

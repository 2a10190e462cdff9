import { handlers } from './handlers.ts';
import { refusals } from './refusals.ts';
import { openOperations } from './operations.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
try { const ops = await openOperations(world);
process.stdout.write(await handlers(world, ops)+'\n'); 
process.stdout.write(await refusals(world, ops)+'\n'); 
} finally { await world.stop(); }

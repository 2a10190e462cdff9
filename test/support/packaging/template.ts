import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { inServiceCopy } from './service-copy.ts';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

const resource = z.object({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
  Condition: z.optional(z.string()),
  DeletionPolicy: z.optional(z.string()),
  UpdateReplacePolicy: z.optional(z.string()),
});
export type Resource = z.output<typeof resource>;

const template = z.object({
  Conditions: z.record(z.string(), z.unknown()),
  Resources: z.record(z.string(), resource),
});
export type Template = z.output<typeof template>;

export const resourcesOf = ({ Resources }: Template, type: string): [name: string, resource: Resource][] =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type);

/** Names a resource as `permissions` do, such as `OrdersTable`, `OrdersTable/stream` or `/token-keys`. */
export function nameOf(resource: unknown): string {
  const parsed = reference.safeParse(resource);
  if (!parsed.success) throw new Error(`Unknown reference ${JSON.stringify(resource)}`);
  const { data } = parsed;
  if (typeof data === 'string') return data;
  if ('Ref' in data) return data.Ref;
  if ('Fn::Sub' in data)
    return data['Fn::Sub'].replace(/^\$\{(\w+)\.Arn\}/, '$1').replace(/^arn:.*:parameter\/sellout\/\w+/, '');
  const [name, attribute] = data['Fn::GetAtt'];
  return attribute === 'StreamArn' ? `${name}/stream` : name;
}

const reference = z.union([
  z.string(),
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::Sub': z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.enum(['Arn', 'StreamArn'])]) }),
]);

const functionProperties = z.object({
  FunctionName: z.string(),
  Handler: z.string(),
  Role: z.unknown(),
});

/** Lists the functions with their names in serverless.yml, source files and roles. */
export const functionsOf = (template: Template) =>
  resourcesOf(template, 'AWS::Lambda::Function').map(([resource, { Properties }]) => {
    const { FunctionName, Handler, Role } = functionProperties.parse(Properties);
    const name = FunctionName.split('-').at(-1) ?? '';
    return { resource, name, file: Handler.replace(/\.handler$/, '.ts'), role: nameOf(Role) };
  });

const policy = <Statement extends z.ZodMiniType>(statements: Statement) =>
  z.strictObject({ Version: z.literal('2012-10-17'), Statement: statements });
const allow = z.literal('Allow');

/** Strict, because unknown properties could grant more: managed policies, or other principals. */
const role = z.strictObject({
  AssumeRolePolicyDocument: policy(
    z.tuple([
      z.strictObject({
        Effect: allow,
        Principal: z.strictObject({ Service: z.literal('lambda.amazonaws.com') }),
        Action: z.literal('sts:AssumeRole'),
      }),
    ]),
  ),
  Policies: z.array(
    z.strictObject({
      PolicyName: z.string(),
      PolicyDocument: policy(
        z.array(z.strictObject({ Effect: allow, Action: z.array(z.string()), Resource: z.unknown() })),
      ),
    }),
  ),
});

/** Lists what a role allows as `service:Action resource`. @throws {Error} if services other than Lambda can assume it */
export const allowedBy = ({ Resources }: Template, name: string): Set<string> =>
  new Set(
    role
      .parse(Resources[name]?.Properties)
      .Policies.flatMap(({ PolicyDocument }) =>
        PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
          Action.map((action) => `${action} ${nameOf(Resource)}`),
        ),
      ),
  );

/** Packages in seconds, because node_modules are not bundled. */
const unbundled = ['packages=external', 'format=esm', 'extension=.mjs'].flatMap((param) => ['--param', param]);

/** Returns the CloudFormation template of a stage, as `npm run package` writes it. */
export const packageStage = (stage: string, ...params: string[]): Promise<Template> =>
  inServiceCopy(async (folder) => {
    await serverless(folder, [
      'package',
      '--stage',
      stage,
      ...unbundled,
      ...params.flatMap((param) => ['--param', param]),
    ]);
    const file = join(folder, '.serverless/cloudformation-template-update-stack.json');
    return template.parse(JSON.parse(await readFile(file, 'utf8')));
  });

const failure = z.object({ code: z.literal(1), stdout: z.string(), stderr: z.string() });

/** Returns the output of a command that fails. @throws {Error} if it succeeds or fails only after building functions */
export const stageErrorOf = (args: readonly string[], environment?: Record<string, string>): Promise<string> =>
  inServiceCopy((folder) => errorIn(folder, args, environment));

/** Packages a stage, then returns the output of a deployment of the package that fails. */
export const packageErrorOf = (stage: string, deployArgs: readonly string[]): Promise<string> =>
  inServiceCopy(async (folder) => {
    await serverless(folder, ['package', '--stage', stage, ...unbundled]);
    await rm(join(folder, '.esbuild'), { recursive: true });
    return errorIn(folder, ['deploy', '--package', '.serverless', ...deployArgs]);
  });

async function errorIn(folder: string, args: readonly string[], environment?: Record<string, string>): Promise<string> {
  const { stdout, stderr } = await serverless(folder, args, environment).then(
    () => {
      throw new Error(`${args.join(' ')} did not fail`);
    },
    (error: unknown) => failure.parse(error),
  );
  if ((await readdir(folder)).includes('.esbuild')) throw new Error('it has built functions before it failed');
  return stdout + stderr;
}

/** Runs the framework without credentials or configuration, but with the CACHE_URL of a developer. */
function serverless(folder: string, args: readonly string[], environment: Record<string, string> = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return run(process.execPath, [join(root, 'node_modules/.bin/serverless'), ...args], {
    cwd: folder,
    env: {
      ...Object.fromEntries(inherited),
      HOME: folder,
      TMPDIR: folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      SLS_TELEMETRY_DISABLED: '1',
      SLS_NOTIFICATIONS_MODE: 'off',
      CACHE_URL: 'redis://cache.developer.example:6379',
      ...environment,
    },
  });
}

import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { awsClientOptions } from '../../lib/platform/aws-client-options.ts';
import { OperatorError } from './operator-error.ts';

interface Parameter {
  readonly value: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Reads and writes SecureString parameters of SSM. */
export function createParameterStore() {
  const client = new SSMClient(awsClientOptions({ connectionTimeoutMs: 2_000, requestTimeoutMs: 10_000 }));
  const put = async (Name: string, Value: string, Overwrite: boolean): Promise<number | undefined> =>
    (await client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite }))).Version;

  return {
    async find(name: string): Promise<Parameter | undefined> {
      try {
        const command = new GetParameterCommand({ Name: name, WithDecryption: true });
        const { Value, Version, LastModifiedDate } = (await client.send(command)).Parameter ?? {};
        if (Value === undefined || Version === undefined || LastModifiedDate === undefined)
          throw new Error(`SSM returned no value, version or date for ${name}.`);
        return { value: Value, version: Version, changedAt: LastModifiedDate.getTime() };
      } catch (error) {
        if (error instanceof ParameterNotFound) return undefined;
        throw error;
      }
    },

    /** @throws {OperatorError} when the parameter exists */
    async create(name: string, value: string): Promise<void> {
      try {
        await put(name, value, false);
      } catch (error) {
        if (error instanceof ParameterAlreadyExists)
          throw new OperatorError(`Parameter ${name} already exists.`, { cause: error });
        throw error;
      }
    },

    /**
     * Overwrites a parameter that was read before. SSM has no conditional write: `whileLocked` excludes other runs of this
     * program, and the version number reveals any other concurrent change after the fact.
     *
     * @throws {Error} when the parameter was changed since it was read
     */
    async replace(name: string, read: Parameter, value: string): Promise<void> {
      const version = await put(name, value, true);
      if (version !== read.version + 1)
        throw new Error(
          `${name} was changed concurrently: version ${version} replaced version ${read.version + 1}. ` +
            'Run "aws ssm get-parameter-history" and correct the value.',
        );
    },

    async remove(name: string): Promise<void> {
      await client.send(new DeleteParameterCommand({ Name: name }));
    },
  };
}
export type ParameterStore = ReturnType<typeof createParameterStore>;

import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { OperatorError } from './operator-error.ts';

interface Parameter {
  readonly value: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** SecureString parameters of SSM, to read and to change. */
export function createParameterStore() {
  const client = new SSMClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  const put = async (Name: string, Value: string, Overwrite: boolean): Promise<number | undefined> =>
    (await client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite }))).Version;

  return {
    async find(name: string): Promise<Parameter | undefined> {
      try {
        const command = new GetParameterCommand({ Name: name, WithDecryption: true });
        const { Value, Version, LastModifiedDate } = (await client.send(command)).Parameter ?? {};
        if (Value === undefined || Version === undefined || LastModifiedDate === undefined)
          throw new Error(`SSM gives no value, version or date of ${name}`);
        return { value: Value, version: Version, changedAt: LastModifiedDate.getTime() };
      } catch (error) {
        if (error instanceof ParameterNotFound) return undefined;
        throw error;
      }
    },

    /** @throws {OperatorError} when there is one of that name */
    async create(name: string, value: string): Promise<void> {
      try {
        await put(name, value, false);
      } catch (error) {
        if (error instanceof ParameterAlreadyExists)
          throw new OperatorError(`${name} exists already`, { cause: error });
        throw error;
      }
    },

    /**
     * Writes the value that follows on what was read. SSM knows no condition: runs of this program keep each other out
     * by `whileLocked`, and any other change between is found out afterwards.
     *
     * @throws {Error} when someone else has changed it since
     */
    async replace(name: string, read: Parameter, value: string): Promise<void> {
      const version = await put(name, value, true);
      if (version !== read.version + 1)
        throw new Error(
          `${name} was changed by someone else at the same time: version ${version} follows on ${read.version}. ` +
            'See "aws ssm get-parameter-history" and put right what is in it',
        );
    },

    async remove(name: string): Promise<void> {
      await client.send(new DeleteParameterCommand({ Name: name }));
    },
  };
}
export type ParameterStore = ReturnType<typeof createParameterStore>;

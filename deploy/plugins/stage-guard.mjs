import { paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { unknownStageMessage } from '../../lib/platform/stage-error.ts';

/**
 * Fails before anything is built or changed when serverless.yml does not define the stage, or when a deployment would not
 * work or would be unsafe. Each message names the remedy.
 */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class StageGuard {
  constructor(serverless) {
    const fail = (message) => {
      throw new serverless.classes.Error(message);
    };
    this.hooks = {
      initialize: async () => {
        const { service, processedInput, configurationInput } = serverless;
        const provider = serverless.getProvider('aws');
        const [command, subcommand] = processedInput.commands;
        // A local stage has no data to protect.
        if (command === 'offline') return;
        const stage = provider.getStage();
        const unknown = unknownStageMessage(stage, configurationInput.params);
        if (unknown !== undefined) fail(unknown);
        if (command !== 'package' && command !== 'deploy') return;
        checkParameters(processedInput.options.param, stage, configurationInput.params, fail);
        const { environment } = service.provider;
        await checkEnvironment(environment, fail);
        checkCache(stage, environment.CACHE_URL, fail);
        if (command === 'package' || subcommand === 'list') return;
        checkDeployment(stage, service.resources.Resources, fail);
        await checkTokenKeys(provider, environment.PARAMETER_PREFIX, fail);
      },
    };
  }
}

/** Rejects mistyped parameters, which the framework ignores. */
function checkParameters(given = [], stage, params, fail) {
  const build = ['packages', 'format', 'extension'];
  const known = new Set(['cache_url', ...build, ...Object.keys({ ...params.default, ...params[stage] })]);
  const unknown = given.map((pair) => pair.split('=')[0]).filter((name) => !known.has(name));
  if (unknown.length > 0) fail(`Unknown parameter ${unknown.join(', ')}. Known: ${[...known].sort().join(', ')}.`);
}

/** Validates the environment as the functions do at start. */
async function checkEnvironment(environment, fail) {
  Object.assign(process.env, environment);
  try {
    await import('../../lib/platform/config.ts');
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) throw error;
    fail(`The functions cannot start with these parameters:\n${z.prettifyError(error)}`);
  }
}

function checkCache(stage, url, fail) {
  if (stage === 'local' || url === '') return;
  const { username, password, hostname } = new URL(url);
  if (username !== '' || password !== '')
    fail(
      'cache_url contains a password, which would be visible to everyone who can view a function. Use a cache without a password.',
    );
  if (isThisMachine(hostname))
    fail(
      'cache_url points to localhost, which inside Lambda is the function itself. Use the address of a reachable Redis, or remove it.',
    );
}

function isThisMachine(hostname) {
  const address = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(address)
    ? ['loopback', 'unspecified'].includes(ipaddr.process(address).range())
    : /^(.*\.)?localhost\.?$/i.test(hostname);
}

function checkDeployment(stage, { AlarmEmail }, fail) {
  if (stage === 'local')
    fail('Stage "local" must not be deployed, because there anyone can register as ADMIN. Deploy dev or prod.');
  if (stage === 'prod' && AlarmEmail.Properties.Endpoint === '')
    fail('No alarm recipient. Set alarm_email under params.prod in serverless.yml.');
}

/** Looks up the name only, so that deploying does not require permission to read secrets. Also checks the credentials. */
async function checkTokenKeys(provider, prefix, fail) {
  const name = `${prefix}/token-keys`;
  const client = new SSMClient(await provider.getAwsSdkV3Config());
  const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: [name] }];
  try {
    // A page can be empty although the parameter is on the next one.
    for await (const { Parameters } of paginateDescribeParameters({ client }, { ParameterFilters }))
      if (Parameters.length > 0) return;
  } catch (error) {
    fail(`Cannot check whether ${name} exists, so nothing was deployed: ${error.message}`);
  } finally {
    client.destroy();
  }
  fail(
    `Parameter ${name} not found in ${provider.getRegion()}. Functions need it to verify tokens. ` +
      'Create it as described in docs/runbook.md, "Before the first deployment".',
  );
}

import { paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { unknownStageMessage } from '../../lib/platform/stage-error.ts';

/**
 * Refuses, before anything is built or touched, a stage that serverless.yml does not define, and a deployment that
 * could not work or would not be safe; each with what to do about it.
 */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class StageGuard {
  constructor(serverless) {
    const refuse = (message) => {
      throw new serverless.classes.Error(message);
    };
    this.hooks = {
      initialize: async () => {
        const { service, processedInput, configurationInput } = serverless;
        const provider = serverless.getProvider('aws');
        const [command, subcommand] = processedInput.commands;
        // On one machine a stage is a name and nothing to lose.
        if (command === 'offline') return;
        const stage = provider.getStage();
        const unknown = unknownStageMessage(stage, configurationInput.params);
        if (unknown !== undefined) refuse(unknown);
        if (command !== 'package' && command !== 'deploy') return;
        checkParameters(processedInput.options.param, stage, configurationInput.params, refuse);
        const { environment } = service.provider;
        await checkEnvironment(environment, refuse);
        checkCache(stage, environment.CACHE_URL, refuse);
        if (command === 'package' || subcommand === 'list') return;
        checkDeployment(stage, service.resources.Resources, refuse);
        await checkTokenKeys(provider, environment.PARAMETER_PREFIX, refuse);
      },
    };
  }
}

/** A misspelled one would change nothing, and nobody would notice. */
function checkParameters(given = [], stage, params, refuse) {
  const build = ['packages', 'format', 'extension'];
  const known = new Set(['cache_url', ...build, ...Object.keys({ ...params.default, ...params[stage] })]);
  const unknown = given.map((pair) => pair.split('=')[0]).filter((name) => !known.has(name));
  if (unknown.length > 0)
    refuse(`no parameter ${unknown.join(', ')}; there are ${[...known].sort().join(', ')}`);
}

/** By the functions' own rules, which would otherwise stop each of them at its first start. */
async function checkEnvironment(environment, refuse) {
  Object.assign(process.env, environment);
  try {
    await import('../../lib/platform/config.ts');
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) throw error;
    refuse(`the functions could not start with these parameters:\n${z.prettifyError(error)}`);
  }
}

function checkCache(stage, url, refuse) {
  if (stage === 'local' || url === '') return;
  const { username, password, hostname } = new URL(url);
  if (username !== '' || password !== '')
    refuse(
      'cache_url holds a password, which everybody who may look at a function would see in its environment',
    );
  if (isThisMachine(hostname)) refuse('cache_url names this machine, and for a function that is its own');
}

function isThisMachine(hostname) {
  const address = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(address)
    ? ['loopback', 'unspecified'].includes(ipaddr.process(address).range())
    : /^(.*\.)?localhost\.?$/i.test(hostname);
}

function checkDeployment(stage, { AlarmEmail }, refuse) {
  if (stage === 'local')
    refuse('stage "local" lets anyone register as ADMIN: it is for one machine and not to be deployed');
  if (stage === 'prod' && AlarmEmail.Properties.Endpoint === '')
    refuse('nobody would hear of an alarm: set alarm_email under params.prod of serverless.yml');
}

/** Looks for its name alone: who deploys need not be able to read secrets. Checks credentials thereby as well. */
async function checkTokenKeys(provider, prefix, refuse) {
  const name = `${prefix}/token-keys`;
  const client = new SSMClient(await provider.getAwsSdkV3Config());
  const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: [name] }];
  try {
    // A page may be empty, and the parameter on the next.
    for await (const { Parameters } of paginateDescribeParameters({ client }, { ParameterFilters }))
      if (Parameters.length > 0) return;
  } catch (error) {
    refuse(`${name} cannot be looked for, so nothing is deployed: ${error.message}`);
  } finally {
    client.destroy();
  }
  refuse(
    `there is no parameter ${name} in ${provider.getRegion()}, without which no function can read a token: ` +
      'make it as docs/runbook.md says, "Before the first deployment"',
  );
}

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { unknownStageMessage } from '../../lib/platform/stage-error.ts';

/**
 * Fails before anything is built or changed when serverless.yml does not define the stage, or when a deployment would not
 * work or would be unsafe. With `--package`, the package is checked and not serverless.yml. Reports all problems at once;
 * each message names the remedy.
 */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class StageGuard {
  constructor(serverless) {
    this.hooks = {
      initialize: async () => {
        // A local stage has no data to protect.
        if (serverless.processedInput.commands[0] === 'offline') return;
        const problems = [];
        await check(serverless, (problem) => problems.push(problem));
        if (problems.length > 0) throw new serverless.classes.Error(problems.join('\n'));
      },
    };
  }
}

async function check(serverless, report) {
  const { service, serviceDir, configurationInput } = serverless;
  const { commands, options } = serverless.processedInput;
  const [command, subcommand] = commands;
  const provider = serverless.getProvider('aws');
  const stage = provider.getStage();
  const unknown = unknownStageMessage(stage, configurationInput.params);
  if (unknown !== undefined) report(unknown);
  if (command !== 'package' && command !== 'deploy') return;
  checkParameters(options.param, stage, configurationInput.params, report);
  const isDeployment = command === 'deploy' && subcommand !== 'list';
  const isPackaged = isDeployment && options.package !== undefined;
  const deployed = isPackaged ? await readPackage(serviceDir, options.package, report) : service;
  if (deployed === undefined) return;
  const { environment } = deployed.provider;
  if (isPackaged) checkPackage(deployed.provider, service.provider, report);
  await checkEnvironment(environment, report);
  checkCache(stage, environment.CACHE_URL, report);
  if (!isDeployment || unknown !== undefined) return;
  checkDeployment(stage, deployed.resources.Resources, report);
  if (stage !== 'local') await checkTokenKeys(provider, environment.PARAMETER_PREFIX, report);
}

/** Rejects mistyped parameters, which the framework ignores. */
function checkParameters(given = [], stage, params, report) {
  const build = ['packages', 'format', 'extension'];
  const defined = { ...params.default, ...params[stage] };
  const known = [...build, ...Object.keys(defined)];
  const values = Object.fromEntries(given.map((pair) => pair.split(/=(.*)/s, 2)));
  const unknown = Object.keys(values).filter((name) => !known.includes(name));
  if (unknown.length > 0) report(`Unknown parameter ${unknown.join(', ')}. Known: ${known.sort().join(', ')}.`);
  const used = { ...defined, ...values };
  for (const name of ['cache', 'order_events'])
    if (!['on', 'off'].includes(used[name])) report(`${name} is "${used[name]}". Use on or off.`);
  checkNetwork(used, report);
}

/** A stage has at most one cache, in one network. */
function checkNetwork({ cache, cache_url, subnet_ids, security_group_ids }, report) {
  if (cache === 'on' && [cache_url, subnet_ids, security_group_ids].some((value) => value !== ''))
    report('cache=on creates a cache and its network. Remove cache_url, subnet_ids and security_group_ids, or cache.');
  const given = [subnet_ids, security_group_ids].filter((value) => value !== '').length;
  if (given === 1 || (given === 2 && cache_url === ''))
    report(
      'subnet_ids and security_group_ids place functions next to cache_url. Set all three, or neither of the first two.',
    );
}

/** Reads what the framework will deploy from a folder that `npm run package` wrote, or a copy of it. */
async function readPackage(serviceDir, given, report) {
  const folder = resolve(serviceDir, given);
  const own = resolve(serviceDir, '.serverless');
  // The framework would combine the template in `own` with the functions in `folder`.
  if (folder.endsWith('.serverless') && folder !== own) report(`Rename ${folder}: only ${own} may have this name.`);
  try {
    return JSON.parse(await readFile(join(folder, 'serverless-state.json'), 'utf8')).service;
  } catch (error) {
    report(`Cannot read the package in ${folder}: ${error.message}`);
  }
}

/** Rejects a package that was built for something else. The parameters of the deployment have no effect on it. */
function checkPackage(packaged, wanted, report) {
  for (const name of ['stage', 'region'])
    if (packaged[name] !== wanted[name]) report(`The package is for ${name} ${packaged[name]}, not ${wanted[name]}.`);
  const names = Object.keys({ ...packaged.environment, ...wanted.environment });
  const different = names.filter((name) => !isDeepStrictEqual(packaged.environment[name], wanted.environment[name]));
  if (different.length > 0)
    report(
      `The package has other values of ${different.join(', ')}. Package again with the parameters of this deployment.`,
    );
}

/** Validates the environment as the functions do at start. */
async function checkEnvironment(environment, report) {
  Object.assign(process.env, environment);
  try {
    await import('../../lib/platform/config.ts');
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) throw error;
    report(`The functions cannot start with these parameters:\n${z.prettifyError(error)}`);
  }
}

function checkCache(stage, url, report) {
  if (stage === 'local' || !URL.canParse(url)) return;
  const { username, password, hostname } = new URL(url);
  if (username !== '' || password !== '')
    report(
      'cache_url contains a password, which would be visible to everyone who can view a function. Use a cache without a password, or cache=on.',
    );
  if (isThisMachine(hostname))
    report(
      'cache_url points to localhost, which inside Lambda is the function itself. Use the address of a reachable Redis, or remove it.',
    );
}

function isThisMachine(hostname) {
  const address = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(address)
    ? ['loopback', 'unspecified'].includes(ipaddr.process(address).range())
    : /^(.*\.)?localhost\.?$/i.test(hostname);
}

function checkDeployment(stage, { AlarmEmail }, report) {
  if (stage === 'local')
    report('Stage "local" must not be deployed, because there anyone can register as ADMIN. Deploy dev or prod.');
  if (stage === 'prod' && AlarmEmail.Properties.Endpoint === '')
    report('No alarm recipient. Set alarm_email under params.prod in serverless.yml.');
}

/** Looks up the name only, so that deploying does not require permission to read secrets. Also checks the credentials. */
async function checkTokenKeys(provider, prefix, report) {
  const name = `${prefix}/token-keys`;
  const client = new SSMClient(await provider.getAwsSdkV3Config());
  const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: [name] }];
  try {
    // A page can be empty although the parameter is on the next one.
    for await (const { Parameters } of paginateDescribeParameters({ client }, { ParameterFilters }))
      if (Parameters.length > 0) return;
  } catch (error) {
    return report(`Cannot check whether ${name} exists, so nothing was deployed: ${error.message}`);
  } finally {
    client.destroy();
  }
  report(
    `Parameter ${name} not found in ${provider.getRegion()}. Functions need it to verify tokens. ` +
      'Create it as described in docs/runbook.md, "Before the first deployment".',
  );
}

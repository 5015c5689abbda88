/** The program `tapline`: commands and flags. */

import { Command } from 'commander'
import { formatProblem, ConfigError } from './config/problems/problems.ts'
import { suggestion } from './config/problems/suggestion.ts'
import type { Flags } from './config/sources/layers.ts'
import { packageVersion } from './gateway/version.ts'
import type { RequestFacts } from './cli/explain.ts'
import type { MigrateFlags } from './cli/migrate.ts'
import type { TranslateFlags } from './cli/translate.ts'

/** The exit code of a configuration that cannot be used (sysexits: EX_CONFIG). */
const badConfiguration = 78

const program = new Command('tapline')
  .description('An AI gateway whose every step is a plugin in a pipeline that you can read.')
  .option('--config <file>', 'the configuration file (else tapline.yaml, config/config.yaml, config.yaml)')
  .option('--port <port>', 'the port to listen on')
  .option('--host <host>', 'the address to listen on')
  .option('--workers <number>', 'how many processes serve the port')
  .option('--insecure', 'listen as configured though nothing asks for a key')
  .option(
    '--set <path=value>',
    'set one setting, for example --set server.base_path=/g; may be given several times',
    (given: string, before: readonly string[] | undefined) => [...(before ?? []), given],
  )
  .option('--health', 'ask a running gateway whether it lives; exit 0 if so')
  .option('--health-timeout <duration>', 'how long to wait for it', '2s')
  .option('--ready', 'ask a running gateway whether it is ready; exit 0 if so')
  .option('--ready-timeout <duration>', 'how long to wait for it', '4s')
  .option('--reload', 'the same as the command reload')
  .option('--version', 'print the version')
  .allowExcessArguments()
  .hook('preAction', (_, command) => {
    if (command !== program) refuseFurther(command)
  })
  .action(async (flags: Flags & { version?: true; reload?: true; health?: true; ready?: true; healthTimeout: string; readyTimeout: string }) => {
    refuseCommand(program.args[0])
    if (flags.version === true) return console.log(`tapline ${(await packageVersion()).version} (node ${process.versions.node}, plugin contract 1)`)
    if (flags.health === true || flags.ready === true) return await (await import('./cli/probe.ts')).probe(flags)
    if (flags.reload === true) return await (await import('./cli/reload.ts')).reload(flags)
    await (await import('./cli/start.ts')).start(flags)
  })

program
  .command('check')
  .description('check the configuration; every problem is printed')
  .option('--json', 'as JSON')
  .action(async ({ json }: { json?: true }) => (await import('./cli/check.ts')).check(flags(), json === true))
program
  .command('explain <pipeline>')
  .description('print what a pipeline compiles to: each phase, each tap, where it came from; of a request with these facts, the workflow that it meets')
  .option('--model <model>', 'the model that the request names, or provider/model')
  .option('--provider <provider>', 'the instance that it names')
  .option('--user-path <path>', 'the user path that it is made for')
  .action(async (pipeline: string, facts: RequestFacts) => (await import('./cli/explain.ts')).explain(flags(), pipeline, facts))
program
  .command('translate')
  .description('print what a provider would be sent for the request on standard input, and what would be lost')
  .requiredOption('--to <provider>', 'the instance, or instance/model')
  .option('--from <dialect>', 'the dialect of the request')
  .option('--json', 'as JSON')
  .action(async (options: TranslateFlags) => (await import('./cli/translate.ts')).translate(flags(), options))
program
  .command('reload')
  .description('check the configuration, then have the running gateway take it over')
  .action(async () => (await import('./cli/reload.ts')).reload(flags()))
program
  .command('worker', { hidden: true })
  .description('what the program starts itself, where several processes serve')
  .action(async () => (await import('./cli/worker.ts')).worker())
program
  .command('init')
  .description('write a commented tapline.yaml')
  .option('--force', 'overwrite one that is there')
  .action(async ({ force }: { force?: true }) => (await import('./cli/init.ts')).init(process.cwd(), force === true))
program
  .command('new <kind> <name>')
  .description('write the skeleton of a plugin, a provider, a dialect or a store, with its test')
  .action(async (kind: string, name: string) => (await import('./cli/new.ts')).scaffold(process.cwd(), kind, name))
program
  .command('test [files...]')
  .description('run tests of plugins and providers: those named, or all below the working directory')
  .action(async (files: readonly string[]) => (await import('./cli/test.ts')).runTests(files))

program
  .command('migrate <gateway> <file>')
  .description('write a tapline.yaml that says what the file of another gateway says (litellm), and report what was converted, changed and left out')
  .option('--out <directory>', 'where to write it; the working directory by default')
  .option('--force', 'overwrite one that is there')
  .action(async (gateway: string, file: string, options: MigrateFlags) => (await import('./cli/migrate.ts')).migrate(process.cwd(), gateway, file, options))

const secrets = program.command('secrets').description('secrets that are kept in the database')
secrets
  .command('reencrypt')
  .description('encrypt those that are not, or not with the newest data key')
  .option('--rotate-data-key', 'make a new data key first')
  .action(async ({ rotateDataKey }: { rotateDataKey?: true }) => (await import('./cli/secrets.ts')).reencrypt(flags(), rotateDataKey === true))

const config = program.command('config').description('look at the configuration')
config
  .command('check')
  .option('--json', 'as JSON')
  .action(async ({ json }: { json?: true }) => (await import('./cli/check.ts')).check(flags(), json === true))
config
  .command('show')
  .description('print every setting with its source')
  .action(async () => (await import('./cli/check.ts')).show(flags()))
config
  .command('schema')
  .description('print the JSON Schema of tapline.yaml')
  .action(async () => (await import('./cli/check.ts')).printSchema(flags()))

/** What is no flag is meant as a command. @throws Error for one that there is not */
function refuseCommand(name: string | undefined): void {
  if (name === undefined) return
  const known = program
    .createHelp()
    .visibleCommands(program)
    .map(command => command.name())
  const advice = isYaml(name) ? `; for this file, write --config ${name}` : suggestion(name, known)
  throw new Error(`there is no command "${name}"${advice}; there are: ${known.join(', ')}`)
}

/** Those that read no configuration. */
const withoutConfiguration: ReadonlySet<string> = new Set(['init', 'new', 'migrate', 'test'])

/** @throws Error for an argument that a command does not take, and would not look at */
function refuseFurther(command: Command): void {
  const { args, registeredArguments: taken } = command
  const further = taken.some(({ variadic }) => variadic) ? undefined : args[taken.length]
  if (further === undefined) return
  const name = [command.parent === program ? [] : [command.parent?.name()], command.name()].flat().join(' ')
  const usage = ['tapline', name, ...taken.map(argument => `<${argument.name()}>`)].join(' ')
  const given = ['tapline', name, ...args.slice(0, taken.length)].join(' ')
  const advice = isYaml(further) && !withoutConfiguration.has(command.name()) ? `; for this file, write ${given} --config ${further}` : ''
  throw new Error(`"${further}" is one argument too many: expected ${usage}${advice}`)
}

function isYaml(argument: string): boolean {
  return /\.ya?ml$/i.test(argument)
}

/** Flags take one dash or two. */
function withTwoDashes(argument: string): string {
  return /^-[a-z]{2}/.test(argument) ? `-${argument}` : argument
}

function flags(): Flags {
  return program.opts<Flags>()
}

/** Nothing is left that could end what is waited for; without a word, that would pass for a success. */
function endUndone(): void {
  console.error('tapline: ended before it was done: a plugin waits for what never comes')
  process.exitCode = 1
}

process.once('beforeExit', endUndone)
try {
  await program.parseAsync(process.argv.map(withTwoDashes))
} catch (cause) {
  if (cause instanceof ConfigError) {
    for (const problem of cause.problems) console.error(formatProblem(problem))
    process.exitCode = badConfiguration
  } else {
    console.error(`tapline: ${cause instanceof Error ? cause.message : String(cause)}`)
    process.exitCode = 1
  }
}
process.off('beforeExit', endUndone)

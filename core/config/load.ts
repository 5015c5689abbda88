/** Loads the configuration: finds the file, lays variables and flags over it, reads and checks everything, once. */

import { dirname, resolve } from 'node:path'
import { LoadError } from '../plugin/load.ts'
import type { ProviderDefinition } from '../plugin/provider.ts'
import { composeSchema } from './schema/compose.ts'
import type { SettingsOwner } from './schema/compose.ts'
import { configOf } from './config.ts'
import type { Config } from './config.ts'
import { readEnvironment } from './sources/environment.ts'
import type { Environment } from './sources/environment.ts'
import { Faults } from './problems/faults.ts'
import { readConfigFile } from './sources/find-file.ts'
import { readText as readFromDisk, type ReadText } from './sources/kept-texts.ts'
import { shown } from './schema/expectation.ts'
import { readBoolean } from './schema/grammar.ts'
import { Judge } from './problems/judge.ts'
import { Layers } from './sources/layers.ts'
import type { Flags } from './sources/layers.ts'
import { readOlderKeys, retireVariables } from './older-settings.ts'
import type { Problem } from './problems/place.ts'
import { isTree, join } from './pointer.ts'
import type { Tree } from './pointer.ts'
import { ConfigError } from './problems/problems.ts'
import { readProviders } from './providers/providers.ts'
import type { Listening } from './providers/own-address.ts'
import type { Reading } from './providers/register.ts'
import { blame } from './provenance.ts'
import { Report } from './problems/report.ts'
import type { SettingSchema } from './schema/schema.ts'
import { secretResolver } from './sources/secrets.ts'
import { settle } from './schema/settle.ts'
import { Spellings } from './sources/spelling.ts'
import { suggestion } from './problems/suggestion.ts'
import type { YamlFile } from './sources/yaml-file.ts'

/** The files of a configuration, by absolute paths, where there are any. */
export type ReadFrom = Pick<Config, 'file' | 'dotenv'>

export interface ConfigInput {
  /** Relative paths start here. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly flags?: Flags | undefined
  /** What the configuration was read from that this one shall replace: where no other file is named, it must still be there, and so must `.env`. */
  readonly previous?: ReadFrom | undefined
  /** How the file and `.env` are read: from the disk where nobody says otherwise. */
  readonly readText?: ReadText | undefined
  /** The plugins that take options from settings. */
  readonly settings: readonly SettingsOwner[]
  readonly providerTypes: readonly ProviderDefinition[]
  /** Loads a provider type that is not among them: a package, or a path from the directory `from`. @throws Error that says why not */
  readonly loadProviderType?: (type: string, from: string) => Promise<ProviderDefinition>
}

/** A configuration, and what is wrong with the form of it. */
export interface SoundConfig {
  /** What of it is right. */
  readonly config: Config
  readonly problems: readonly Problem[]
}

/** Reads and checks, for who goes on to compile what is right and tells of all problems at once. @throws ConfigError where nothing can be made of it */
export async function loadSound(input: ConfigInput): Promise<SoundConfig> {
  const report = new Report()
  const { cwd, env, flags, previous, readText = readFromDisk } = input
  const environment = await readEnvironment(cwd, env, previous?.dotenv, report, readText)
  const spellings = new Spellings(environment, report)
  const isStrict = readStrictness(spellings, report)
  const written = await readConfigFile({ cwd, flag: flags?.config, previous: previous?.file }, spellings, report, readText)
  const older = input.settings.flatMap(owner => owner.older ?? [])
  const file = written === undefined ? undefined : readOlderKeys(written, older, environment, report)
  retireVariables(older, spellings, environment, report)
  const providerTypes = [...input.providerTypes, ...(await furtherTypes(input, file, report))]
  const schema = composeSchema(input.settings, providerTypes, report)
  const layers = layer(input, schema, file, spellings, report)
  const directory = file === undefined ? cwd : dirname(resolve(cwd, file.file))
  const settleTree = (tree: Tree, into: Report) => {
    const judge = new Judge(layers.provenance, into, isStrict)
    const reading = { ...readingOf(environment, layers, into, judge), directory }
    const readBlocks = (blocks: Tree, listening: Listening) => readProviders(blocks, providerTypes, schema, environment, { ...reading, listening })
    return { ...settle(tree, schema, reading, readBlocks), judge }
  }
  const settled = settleTree(layers.tree, report)
  const { problems } = report
  const faults = new Faults(problems, schema)
  const sound = problems.length === 0 ? settled : settleSound(layers.tree, faults, settleTree)
  if (sound === undefined) throw new ConfigError(problems)
  return { config: configOf({ ...sound, owners: input.settings, schema, layers, report, environment, file, faults }), problems }
}

/** Whatever is wrong with a provider leaves it out by itself. @returns undefined where what is left is not right either */
function settleSound<T>(tree: Tree, faults: Faults, settleTree: (tree: Tree, into: Report) => T): T | undefined {
  const sound = faults.soundPart(tree)
  if (sound === undefined) return undefined
  const report = new Report()
  const settled = settleTree(sound, report)
  return report.problems.every(({ pointer }) => pointer.startsWith('/providers/')) ? settled : undefined
}

/** Whether unknown keys are fatal. */
function readStrictness(spellings: Spellings, report: Report): boolean {
  const variable = spellings.find('CONFIG_STRICT')
  const isStrict = variable === undefined ? true : readBoolean(variable.value)
  if (isStrict === undefined && variable !== undefined) {
    const [expected, got] = ['true or false', shown(variable.value)]
    report.problem({ ...blame(variable), pointer: '', expected, got, message: `expected ${expected}, got ${got}` })
  }
  return isStrict ?? true
}

/** The types that the file names and the default set does not have. */
async function furtherTypes(
  { providerTypes, loadProviderType, cwd }: ConfigInput,
  file: YamlFile | undefined,
  report: Report,
): Promise<readonly ProviderDefinition[]> {
  const blocks = file?.value['providers']
  if (loadProviderType === undefined || file === undefined || !isTree(blocks)) return []
  const loaded = await Promise.all(
    Object.entries(blocks).map(async ([name, block]) => {
      const type = isTree(block) ? block['type'] : undefined
      if (typeof type !== 'string' || providerTypes.some(known => known.name === type)) return []
      try {
        return [await loadProviderType(type, dirname(resolve(cwd, file.file)))]
      } catch (cause) {
        report.problem(notLoaded(cause, type, name, file))
        return []
      }
    }),
  )
  return [...new Map(loaded.flat().map(definition => [definition.name, definition])).values()]
}

function notLoaded(cause: unknown, type: string, name: string, { places }: YamlFile): Problem {
  const pointer = join('/providers', name, 'type')
  const problem = { ...places.get(pointer), pointer, got: type }
  if (!(cause instanceof LoadError)) return { ...problem, message: cause instanceof Error ? cause.message : String(cause) }
  return { ...problem, expected: cause.expected, message: cause.message + suggestion(type, cause.names) }
}

function layer({ flags = {}, settings }: ConfigInput, schema: SettingSchema, file: YamlFile | undefined, spellings: Spellings, report: Report): Layers {
  const layers = new Layers(schema, file, report)
  layers.applyVariables(
    spellings,
    settings.flatMap(({ older }) => older ?? []),
  )
  layers.applyFlags(flags)
  layers.applyPresence(
    settings.flatMap(({ presence }) => presence ?? []),
    spellings,
  )
  spellings.warnOfMisspelt()
  return layers
}

function readingOf({ lookup }: Environment, { provenance }: Layers, report: Report, judge: Judge): Reading {
  return {
    lookup,
    resolve: secretResolver(lookup),
    provenance,
    report,
    judge,
    fail: (pointer, message) => judge.refuse(pointer, message),
    conceal: (...value) => judge.filledIn.add(...value),
  }
}

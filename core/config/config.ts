/** A loaded configuration: checked, frozen, and able to say where each value came from. */

import type { TaplineSettings } from '../../schemas/config.schema.ts'
import { pointerTo, settingsOf } from './schema/compose.ts'
import type { SettingsOwner } from './schema/compose.ts'
import { editorSchema } from './schema/editor-schema.ts'
import type { Environment } from './sources/environment.ts'
import type { Faults } from './problems/faults.ts'
import type { Judge } from './problems/judge.ts'
import type { Layers } from './sources/layers.ts'
import type { Blamed, Place, Problem } from './problems/place.ts'
import { deepFreeze, getIn } from './pointer.ts'
import type { Tree } from './pointer.ts'
import type { Provenance } from './provenance.ts'
import type { ProviderConfig } from './providers/config.ts'
import type { Report } from './problems/report.ts'
import { schemaAt, variableOf } from './schema/schema.ts'
import type { SettingSchema } from './schema/schema.ts'
import type { Settled } from './schema/settle.ts'
import { redact } from './conceal.ts'
import type { Concealing } from './conceal.ts'
import { showSettings } from './show.ts'
import type { ShownSetting } from './show.ts'
import type { Lookup } from './sources/template.ts'
import type { YamlFile } from './sources/yaml-file.ts'

export interface Config {
  /** The core's own settings; milliseconds and bytes where the file says durations and sizes. */
  readonly values: TaplineSettings
  /** The registered instances, in the order of their names. */
  readonly providers: ReadonlyMap<string, ProviderConfig>
  /** The names of instances that are declared and not registered: they lack what their type needs. */
  readonly unregistered: readonly string[]
  /** The variables that would have made a provider, if none registered but the fallback; else empty. */
  readonly lookedFor: readonly string[]
  /** The file that was read, as an absolute path. */
  readonly file: string | undefined
  /** The `.env` that was read, likewise. */
  readonly dotenv: string | undefined
  /** They become more while it is compiled, where unknown keys are tolerated. */
  readonly warnings: readonly string[]
  /** Has those told that come once it serves, such as of workflows that are made meanwhile. */
  tellFurther(tell: (warning: string) => void): void
  /** What was left out, and why. */
  readonly errors: readonly string[]
  /** The same, as data. */
  readonly leftOut: readonly Problem[]
  /** The variables that `.env` supplied. */
  readonly dotenvNames: readonly string[]
  /** The value of a variable, of the process or of `.env`; undefined if it is unset or blank. */
  readonly variable: Lookup
  /** JSON Schema of the file, settings of plugins included, as editors understand it. */
  readonly schema: Readonly<Record<string, unknown>>
  /** The value of any setting, plugins' settings included; undefined if it has none. */
  get(pointer: string): unknown
  /** `default`, `yaml:LINE`, `env:NAME`, `dotenv:NAME` or `flag:NAME`. */
  source(pointer: string): string
  /** Where the file says it; undefined if it does not, or if a variable or flag overrides it. */
  place(pointer: string): Place | undefined
  /** Where a wrong value is to be mended: the line, variable or flag that gave it. */
  locate(pointer: string): Blamed
  /** The variable that gives the setting at a pointer, as Tapline spells it. */
  variableOf(pointer: string): string | undefined
  /** Told of unknown keys in what only a plugin knows; undefined where they are not tolerated. */
  readonly tolerate: ((problem: Problem) => void) | undefined
  /** Whether the setting at a pointer, or a part of it, was left out for its form. */
  isFaulty(pointer: string): boolean
  settingsOf(plugin: string): PluginSettings
  /** Every setting that has a value, secrets redacted. */
  show(): readonly ShownSetting[]
  /** A value that was made of settings, secrets redacted. @param schema what is known of it */
  redact(value: unknown, schema: SettingSchema | undefined): unknown
  /** A problem without what placeholders were filled in with. */
  hide(problem: Problem): Problem
}

/** What the settings say about a plugin's options. */
export interface PluginSettings {
  /**
   * By option name, only what is set somewhere; read and checked like a step's own options, to be laid under them.
   */
  readonly values: Readonly<Record<string, unknown>>
  /** By option name. */
  readonly sources: Readonly<Record<string, string>>
  /** What gave the option. */
  readonly places: Readonly<Record<string, Blamed>>
  /** Whether the file has the block of the plugin's `presence`. */
  readonly present: boolean
  /** Whether some of it was left out for its form. */
  readonly isFaulty: boolean
}

/** Everything that a configuration is made of. */
export interface Loaded extends Settled {
  readonly owners: readonly SettingsOwner[]
  readonly schema: SettingSchema
  readonly layers: Layers
  readonly judge: Judge
  readonly report: Report
  readonly environment: Environment
  readonly faults: Faults
  readonly file: YamlFile | undefined
}

/** Freezes what was loaded. */
export function configOf(loaded: Loaded): Config {
  const { owners, values, providers, schema, layers, judge, faults } = loaded
  const { provenance } = layers
  const { filledIn } = judge
  const optionsOf: Concealing['optionsOf'] = plugin => owners.find(owner => owner.plugin === plugin)?.schema
  const plugins = new Map(owners.map(owner => [owner.plugin, pluginSettings(owner, values, provenance, faults)]))
  return Object.freeze<Config>({
    values: deepFreeze(values) as unknown as TaplineSettings,
    providers: deepFreeze(providers.instances),
    unregistered: providers.unregistered,
    lookedFor: providers.lookedFor,
    file: loaded.file?.file,
    dotenv: loaded.environment.dotenv,
    get warnings() {
      return loaded.report.warnings
    },
    tellFurther: tell => loaded.report.tellFurther(tell),
    errors: loaded.report.errors,
    leftOut: loaded.report.leftOut,
    dotenvNames: loaded.environment.dotenvNames,
    variable: loaded.environment.lookup,
    get schema() {
      return editorSchema(schema)
    },
    get: pointer => getIn(values, pointer),
    source: pointer => provenance.source(pointer),
    place: pointer => provenance.place(pointer),
    locate: pointer => blamed(provenance, pointer),
    variableOf: pointer => variableOf(schemaAt(schema, pointer)),
    tolerate: judge.tolerate,
    isFaulty: pointer => faults.touch(pointer),
    settingsOf: plugin => plugins.get(plugin) ?? { values: {}, sources: {}, places: {}, present: false, isFaulty: false },
    show: () =>
      showSettings(values, schema, {
        source: pointer => provenance.source(pointer),
        isConcealed: pointer => filledIn.isSecret(pointer),
        optionsOf,
      }),
    redact: (value, schema) => redact(value, schema, { isConcealed: (_, text) => filledIn.isSecretText(text), optionsOf }, ''),
    hide: problem => filledIn.hide(problem),
  })
}

function pluginSettings(owner: SettingsOwner, values: Tree, provenance: Provenance, faults: Faults): PluginSettings {
  const present = owner.presence !== undefined && provenance.isWritten(pointerTo(owner.presence))
  const given = settingsOf(owner).flatMap(({ option, pointer }) => {
    const source = provenance.given(pointer)
    return source === undefined ? [] : [{ option, value: getIn(values, pointer), source, place: blamed(provenance, pointer) }]
  })
  return deepFreeze<PluginSettings>({
    values: Object.fromEntries(given.map(({ option, value }) => [option, value])),
    sources: Object.fromEntries(given.map(({ option, source }) => [option, source])),
    places: Object.fromEntries(given.map(({ option, place }) => [option, place])),
    present,
    isFaulty: settingsOf(owner).some(({ pointer }) => faults.touch(pointer)),
  })
}

function blamed(provenance: Provenance, pointer: string): Blamed {
  return provenance.place(pointer) ?? { pointer, ...provenance.locate(pointer) }
}

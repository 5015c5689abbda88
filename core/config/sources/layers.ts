/** The layers above the defaults, merged leaf by leaf: the file, then variables, then flags. */

import type { Variable } from './environment.ts'
import { fromText } from './env-text.ts'
import type { OlderSetting, OlderVariable } from '../older-settings.ts'
import { getIn, isTree, join, setIn } from '../pointer.ts'
import type { Tree } from '../pointer.ts'
import { pointerTo } from '../schema/compose.ts'
import { blame, Provenance } from '../provenance.ts'
import type { Origin } from '../provenance.ts'
import type { Report } from '../problems/report.ts'
import { childSchema, envFamilies, envSettings, schemaAt } from '../schema/schema.ts'
import type { SettingSchema } from '../schema/schema.ts'
import type { Spellings } from './spelling.ts'
import type { YamlFile } from './yaml-file.ts'

/** What the command line says. */
export interface Flags {
  readonly config?: string | undefined
  readonly port?: string | undefined
  readonly host?: string | undefined
  readonly workers?: string | undefined
  readonly insecure?: boolean | undefined
  /** Each `dotted.path=value`. */
  readonly set?: readonly string[] | undefined
}

/** Values as written, before placeholders are filled in and units are read. */
export class Layers {
  readonly tree: Tree
  readonly provenance: Provenance
  readonly #schema: SettingSchema
  readonly #report: Report

  constructor(schema: SettingSchema, file: YamlFile | undefined, report: Report) {
    this.tree = structuredClone(file?.value ?? {})
    this.provenance = new Provenance(file)
    this.#schema = schema
    this.#report = report
  }

  /** Lays the variables over the file. @param older names that settings had once */
  applyVariables(spellings: Spellings, older: readonly OlderSetting[] = []): void {
    for (const entry of older) if ('env' in entry) this.#applyOlder(entry, spellings)
    for (const { pointer, schema, env, form } of envSettings(this.#schema)) {
      const variable = spellings.find(env, form)
      if (variable !== undefined) this.#applyText(pointer, schema, variable.value, variable)
    }
    for (const { pointer, schema, prefix } of envFamilies(this.#schema)) {
      for (const [name, variable] of spellings.family(prefix)) this.#applyText(join(pointer, name), childSchema(schema, name), variable.value, variable)
    }
  }

  /** Lays the flags over all else. */
  applyFlags({ port, host, workers, insecure, set = [] }: Flags): void {
    if (port !== undefined) this.#applyFlag('/server/port', port, '--port')
    if (host !== undefined) this.#applyFlag('/server/host', host, '--host')
    if (workers !== undefined) this.#applyFlag('/server/workers', workers, '--workers')
    if (insecure === true) this.#applyFlag('/server/allow_open', 'true', '--insecure')
    for (const assignment of set) this.#applySet(assignment)
  }

  /**
   * Sets `<block>.enabled` for each block that is there by its presence alone, or whose variable is set to nothing.
   */
  applyPresence(blocks: readonly string[], spellings: Spellings): void {
    for (const block of blocks.map(pointerTo)) {
      const enabled = join(block, 'enabled')
      const { env, env_form: form } = schemaAt(this.#schema, enabled) ?? {}
      const blank = env === undefined ? undefined : spellings.findBlank(env, form)
      const isFlagged = this.provenance.origin(enabled)?.kind === 'flag'
      if (blank !== undefined && !isFlagged) this.#apply(enabled, false, { kind: 'env', name: blank })
      else if (this.#isSwitchedOnBy(block)) this.#switchOn(enabled, block)
    }
  }

  /** To be overridden by the setting's own variable. */
  #applyOlder({ env, becomes }: OlderVariable, spellings: Spellings): void {
    const variable = spellings.find(env)
    if (variable !== undefined) this.#applyText(pointerTo(becomes), schemaAt(this.#schema, pointerTo(becomes)), variable.value, variable)
  }

  #isSwitchedOnBy(block: string): boolean {
    const written = getIn(this.tree, block)
    const isOpen = written === null || (isTree(written) && written['enabled'] === undefined)
    return isOpen && this.provenance.isWritten(block) && schemaAt(this.#schema, join(block, 'enabled')) !== undefined
  }

  #switchOn(enabled: string, block: string): void {
    setIn(this.tree, enabled, true)
    this.provenance.imply(enabled, block)
  }

  #applySet(assignment: string): void {
    const [, path, value] = /^([^=]+)=(.*)$/s.exec(assignment) ?? []
    if (path === undefined || value === undefined) this.#report.problem({ env: '--set', pointer: '', message: 'expected dotted.path=value' })
    else this.#applyFlag(pointerTo(path), value, '--set')
  }

  #applyFlag(pointer: string, text: string, name: string): void {
    this.#applyText(pointer, schemaAt(this.#schema, pointer), text, { kind: 'flag', name })
  }

  #applyText(pointer: string, schema: SettingSchema | undefined, text: string, origin: Origin | Variable): void {
    try {
      const value = fromText(schema, text)
      const written = getIn(this.tree, pointer)
      const isMerged = Array.isArray(written) && written.length > 0 && Array.isArray(value)
      if (schema?.identity === undefined || !isMerged) this.#apply(pointer, value, origin)
      else this.#mergeItems(pointer, written, value, schema.identity, origin)
    } catch (cause) {
      const expected = 'JSON without repeated keys'
      this.#report.problem({ ...blame(origin), pointer, expected, message: `expected ${expected}, got ${(cause as Error).message}` })
    }
  }

  /** Items replace those of the same identity; the others are added. */
  #mergeItems(pointer: string, written: readonly unknown[], items: readonly unknown[], identity: string, origin: Origin): void {
    const nameOf = (item: unknown) => (isTree(item) ? item[identity] : undefined)
    let end = written.length
    for (const item of items) {
      const same = written.findIndex(other => nameOf(other) !== undefined && nameOf(other) === nameOf(item))
      this.#apply(join(pointer, same === -1 ? end++ : same), item, origin)
    }
  }

  #apply(pointer: string, value: unknown, origin: Origin): void {
    setIn(this.tree, pointer, value)
    this.provenance.override(pointer, origin)
  }
}

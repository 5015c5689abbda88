/** Lays the variables of provider instances over the blocks of the file. */

import { fromText } from '../sources/env-text.ts'
import { getIn, join, setIn } from '../pointer.ts'
import { blame } from '../provenance.ts'
import type { Provenance } from '../provenance.ts'
import type { Report } from '../problems/report.ts'
import { isText, Template, Verbatim } from '../sources/template.ts'
import type { Lookup } from '../sources/template.ts'
import type { Draft } from './draft.ts'
import type { InstanceVariables } from './family.ts'

export interface Overlay {
  readonly drafts: Map<string, Draft>
  readonly provenance: Provenance
  readonly report: Report
  readonly lookup: Lookup
}

/** Lays the variables of one instance over its block, or makes a new instance of them. */
export function applyInstance(variables: InstanceVariables, overlay: Overlay): void {
  const target = targetOf(variables, overlay)
  if (target === undefined) return
  applyKeys(variables, target, overlay)
  for (const { field, variable } of variables.fields) {
    if (!takes(target, field.pointer, [variable.name], overlay)) continue
    const pointer = target.draft.pointer + field.pointer
    try {
      setIn(target.draft.block, field.pointer, fromText(field.schema, variable.value))
      overlay.provenance.override(pointer, variable)
    } catch (cause) {
      overlay.report.problem({ ...blame(variable), pointer, message: `expected a value that can be read, got ${(cause as Error).message}` })
    }
  }
}

/** The instance that the variables are for; if it only borrows them, they fill what its block leaves empty. */
interface Target {
  readonly draft: Draft
  readonly borrows: boolean
}

function targetOf({ family: { definition }, instance, isSuffixed, keys, fields }: InstanceVariables, { drafts, report }: Overlay): Target | undefined {
  const named = drafts.get(instance)
  if (named?.definition.name === definition.name) return { draft: named, borrows: false }
  const first = keys[0] ?? fields[0]?.variable
  if (named !== undefined) {
    const message = `the type is ${named.definition.name}, but ${first?.name} is for an instance of this name of type ${definition.name}; name the block otherwise`
    report.problem({ ...(first === undefined ? {} : blame(first)), pointer: named.pointer, message })
    return undefined
  }
  const sameType = isSuffixed ? [] : [...drafts.values()].filter(draft => draft.definition.name === definition.name)
  const [only] = sameType
  if (only !== undefined && sameType.length === 1) return { draft: only, borrows: true }
  if (only !== undefined) {
    report.warn(`${first?.name} is not used: the providers ${sameType.map(({ name }) => name).join(', ')} are all of type ${definition.name}`)
    return undefined
  }
  const draft: Draft = { name: instance, definition, block: {}, pointer: join('/providers', instance) }
  drafts.set(instance, draft)
  return { draft, borrows: false }
}

/** Keys of the environment replace all keys of the file. */
function applyKeys({ keys }: InstanceVariables, target: Target, overlay: Overlay): void {
  const [first] = keys
  const { block, pointer } = target.draft
  const written = isEmpty(block['api_keys'], overlay.lookup) ? '/api_key' : '/api_keys'
  const names = keys.map(({ name }) => name)
  if (first === undefined || !takes(target, written, names, overlay)) return
  delete block['api_key']
  block['api_keys'] = keys.map(({ value }) => new Verbatim(value))
  overlay.provenance.override(join(pointer, 'api_keys'), first)
  for (const [index, key] of keys.entries()) overlay.provenance.override(join(pointer, 'api_keys', index), key)
}

/** Whether a variable's value goes into the block: never over a flag, and over the file unless the instance only borrows. */
function takes({ draft, borrows }: Target, field: string, names: readonly string[], { provenance, report, lookup }: Overlay): boolean {
  if (provenance.origin(draft.pointer + field)?.kind === 'flag') return false
  if (!borrows || isEmpty(getIn(draft.block, field), lookup)) return true
  report.warn(`${names.join(', ')} is not used: the provider ${draft.name} has its own ${field.slice(1).replaceAll('/', '.')}`)
  return false
}

function isEmpty(value: unknown, lookup: Lookup): boolean {
  if (isText(value)) return new Template(value, lookup).isBlank
  return value === undefined || value === null || (Array.isArray(value) && value.every(item => isEmpty(item, lookup)))
}

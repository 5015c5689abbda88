/** Makes a registered instance of one that was added at run time, by the rules for those of the configuration. */

import { AddedProviderFault, type AddedProvider } from '../../services/added-providers.ts'
import type { ProviderDefinition } from '../../plugin/provider.ts'
import { Judge } from '../problems/judge.ts'
import { deepFreeze, isTree, join, keysOf } from '../pointer.ts'
import type { Tree } from '../pointer.ts'
import { Provenance } from '../provenance.ts'
import { Report } from '../problems/report.ts'
import { secretResolver } from '../sources/secrets.ts'
import { isSecret } from '../schema/schema.ts'
import { suggestion } from '../problems/suggestion.ts'
import { Verbatim, type Lookup } from '../sources/template.ts'
import { blockSchema } from '../schema/compose.ts'
import type { ProviderConfig } from './config.ts'
import type { Listening } from './own-address.ts'
import { register } from './register.ts'

export interface AddedDeps {
  readonly types: ReadonlyMap<string, ProviderDefinition>
  readonly lookup: Lookup
  readonly listening: Listening
}

const source = 'stored'
/** What is shorter is a word by accident, and no secret. */
const shortestHidden = 4

/** @throws AddedProviderFault */
export function registerAdded({ name, block, mayRefer }: AddedProvider, { types, lookup, listening }: AddedDeps): ProviderConfig {
  const definition = typeOf(block['type'], types)
  const report = new Report()
  const provenance = new Provenance(undefined)
  const judge = new Judge(provenance, report, true)
  const draft = { name, definition, block: verbatim(block) as Tree, pointer: join('/providers', name) }
  const config = register(draft, {
    lookup,
    listening,
    provenance,
    report,
    judge,
    resolve: mayRefer ? secretResolver(lookup) : refuseReference,
    fail: (pointer, message) => judge.refuse(pointer, message),
    conceal: (...value) => judge.filledIn.add(...value),
  })
  const [fault] = [...report.problems, ...report.leftOut]
  if (config !== undefined && fault === undefined) return deepFreeze({ ...config, source })
  const param = fault === undefined ? undefined : memberOf(fault.pointer, name)
  const message = fault?.message ?? [...report.warnings].at(-1) ?? `the provider ${name} cannot be registered`
  throw new AddedProviderFault(withoutSecrets(message, block, definition), { param })
}

/** The member of a provider's block to which a pointer into the configuration leads; undefined if it leads elsewhere. */
export function memberOf(pointer: string, name: string): string | undefined {
  const [top, provider, ...member] = keysOf(pointer)
  return top === 'providers' && provider === name && member.length > 0 ? member.join('.') : undefined
}

/** A message about an added instance, without the secrets that it may repeat. */
export function withoutSecrets(message: string, block: AddedProvider['block'], definition: ProviderDefinition | undefined): string {
  const schema = definition === undefined ? undefined : blockSchema(definition)
  const secret = Object.entries(block)
    .filter(([member]) => schema === undefined || isSecret(schema, `/${member}`))
    .flatMap(([, value]) => value)
  return secret.reduce<string>(
    (shown, text) => (typeof text === 'string' && text.length >= shortestHidden ? shown.replaceAll(text, '<redacted>') : shown),
    message,
  )
}

/** Those that run code of the operator's choice are the operator's alone. */
function typeOf(type: unknown, types: AddedDeps['types']): ProviderDefinition {
  const definition = typeof type === 'string' ? types.get(type) : undefined
  if (definition === undefined)
    throw new AddedProviderFault(`there is no provider type ${JSON.stringify(type)}${suggestion(String(type), types.keys())}`, { param: 'type' })
  if (definition.namesPackages === true)
    throw new AddedProviderFault(`providers of type ${definition.name} can only be declared in the configuration`, { param: 'type' })
  return definition
}

function verbatim(value: unknown): unknown {
  if (typeof value === 'string') return new Verbatim(value)
  if (Array.isArray(value)) return value.map(verbatim)
  return isTree(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, verbatim(item)])) : value
}

function refuseReference(): never {
  throw new Error('secret references of administrators do not count (secrets.allow_in_admin)')
}

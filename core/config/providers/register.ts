/** Makes a registered instance of a draft, or says why it is not registered. */

import { check } from '../schema/check.ts'
import { blockSchema } from '../schema/compose.ts'
import { expand } from '../sources/expand.ts'
import type { Expansion } from '../sources/expand.ts'
import type { Judge } from '../problems/judge.ts'
import { isTree, join, keysOf } from '../pointer.ts'
import type { Tree } from '../pointer.ts'
import type { Provenance } from '../provenance.ts'
import type { Report } from '../problems/report.ts'
import { Verbatim } from '../sources/template.ts'
import type { Lookup } from '../sources/template.ts'
import type { ConfiguredModel, ProviderConfig } from './config.ts'
import type { Draft } from './draft.ts'
import { leadsBack, type Listening } from './own-address.ts'
import { proxyVariables } from './proxy.ts'
import { prune, unresolvedIn } from './prune.ts'
import type { Dropped, Pruned } from './prune.ts'
import { baseUrl, proxyUrl } from './urls.ts'

export interface Reading extends Expansion {
  /** The folder of the configuration. */
  readonly directory?: string
  readonly provenance: Provenance
  readonly report: Report
  readonly judge: Judge
}

export interface Registry extends Reading {
  /** Where the gateway listens. */
  readonly listening: Listening
}

/** @returns undefined for an instance that lacks what its type needs (with a warning), that cannot be set up (with an error), or that has problems */
export function register(draft: Draft, registry: Registry): ProviderConfig | undefined {
  const pruned = withBaseUrl(prune(draft.block, registry.lookup), draft, registry)
  const lacking = whatIsLacking(draft, pruned, registry)
  if (lacking !== undefined) {
    tellUnknownKeys(draft, registry)
    return unregistered(draft, lacking, registry)
  }
  for (const { pointer, placeholders } of pruned.dropped) {
    registry.report.warn(`${(draft.pointer + pointer).slice(1).replaceAll('/', '.')} is dropped: ${placeholders} is not set`)
  }
  const block = { ...pruned.block, type: draft.definition.name }
  return finish(draft, expand(block, blockSchema(draft.definition), draft.pointer, registry), registry)
}

/** Where the block says no base URL, the vendor's variables may. */
function withBaseUrl(pruned: Pruned, { definition: { baseUrlVariables = [] } }: Draft, { lookup }: Registry): Pruned {
  const given = baseUrlVariables.map(name => lookup(name)).find(value => value !== undefined)
  return given === undefined || pruned.block['base_url'] !== undefined ? pruned : { ...pruned, block: { ...pruned.block, base_url: new Verbatim(given) } }
}

const leavingSecretsAlone: Pick<Expansion, 'resolve' | 'fail' | 'conceal'> = { resolve: () => '', fail: () => {}, conceal: () => {} }

/** A misspelt key is told of, even if the block is left out; it may be why. */
function tellUnknownKeys(draft: Draft, registry: Registry): void {
  const schema = blockSchema(draft.definition)
  const { value, findings } = check(schema, expand(draft.block, schema, draft.pointer, { ...registry, ...leavingSecretsAlone }))
  const unknown = registry.judge.meant(findings).filter(({ kind }) => kind === 'unknown')
  registry.judge.judge(value, unknown, draft.pointer)
}

function unregistered({ name }: Draft, why: string, { report }: Registry): undefined {
  report.warn(`the provider ${name} is not registered: ${why}`)
}

function whatIsLacking({ definition }: Draft, { block, dropped }: Pruned, { lookup }: Registry): string | undefined {
  const unset = unresolvedIn(block['base_url'], lookup)
  if (unset !== '') return `its base_url needs ${unset}, which is not set`
  const has = { api_key: hasKey(block), base_url: block['base_url'] !== undefined }
  const { needs = [], needsOneOf = [] } = definition
  if (needs.includes('api_key') && !has.api_key) return keyless(dropped)
  if (needs.includes('base_url') && !has.base_url && definition.baseUrl === undefined) return 'it has no base_url'
  return needsOneOf.length > 0 && !needsOneOf.some(need => has[need]) ? `it has no ${needsOneOf.join(' and no ')}` : undefined
}

function hasKey({ api_key: single, api_keys: listed }: Tree): boolean {
  return single !== undefined || (listed !== undefined && !(Array.isArray(listed) && listed.length === 0))
}

function keyless(dropped: readonly Dropped[]): string {
  const unset = dropped.filter(({ pointer }) => pointer.startsWith('/api_key')).map(({ placeholders }) => placeholders)
  return unset.length === 0 ? 'it has no api_key' : `its api_key needs ${unset.join(', ')}, which is not set`
}

function finish(draft: Draft, written: unknown, registry: Registry): ProviderConfig | undefined {
  const { value, findings: found } = check(blockSchema(draft.definition), written)
  const findings = registry.judge.meant(found)
  const missing = findings.filter(({ kind, pointer }) => kind === 'missing' && keysOf(pointer).length === 1)
  if (missing.length > 0) unregistered(draft, `it has no ${missing.map(({ pointer }) => pointer.slice(1)).join(', ')}`, registry)
  const others = findings.filter(finding => !missing.includes(finding))
  const isUsable = registry.judge.judge(value, others, draft.pointer)
  if (!isUsable || missing.length > 0 || !isTree(value)) return undefined
  const urls = urlsOf(draft, value, registry)
  return urls && instance(draft, { ...value, ...urls }, registry)
}

/** Its URLs as they are called; undefined, with an error that says where to mend it, if one of them cannot be one. */
function urlsOf({ name, definition, pointer }: Draft, block: Tree, { provenance, report, listening }: Registry): Readonly<Record<string, string>> | undefined {
  const urls: Record<string, string> = {}
  for (const [field, read] of [
    ['base_url', (text: string) => definition.baseUrlFor?.(text) ?? outward(baseUrl(text), listening)],
    ['proxy_url', proxyUrl],
  ] as const) {
    const given = block[field]
    if (typeof given !== 'string') continue
    try {
      urls[field] = read(given)
    } catch (cause) {
      const at = join(pointer, field)
      report.leaveOut({ ...provenance.locate(at), pointer: at, message: `the provider ${name} is left out: its ${field} ${(cause as Error).message}` })
      return undefined
    }
  }
  return urls
}

/** @throws Error where the gateway would call itself */
function outward(url: string, listening: Listening): string {
  if (leadsBack(url, listening)) throw new Error("is this gateway's own address, which is for its clients")
  return url
}

function instance(draft: Draft, block: Tree, { provenance, lookup, directory }: Registry): ProviderConfig {
  const { definition } = draft
  const { api_key: single = [], api_keys: listed = [], ...settings } = block
  if (block['api_keys'] === undefined) provenance.imply(join(draft.pointer, 'api_keys'), join(draft.pointer, 'api_key'))
  const variables = set([...(definition.variables ?? []), ...proxyVariables], lookup)
  return {
    ...pick(settings, ['base_url', 'proxy_url', 'resilience']),
    name: draft.name,
    type: draft.definition.name,
    keys: [...new Set([single, listed].flat() as string[])],
    models: ((block['models'] as (string | ConfiguredModel)[] | undefined) ?? []).map(model => (typeof model === 'string' ? { id: model } : model)),
    settings,
    ...(definition.variables === undefined && Object.keys(variables).length === 0 ? {} : { variables }),
    ...(definition.namesPackages === true && directory !== undefined ? { directory } : {}),
    source: provenance.given(draft.pointer) ?? 'default',
  }
}

/** The variables that are set. */
function set(names: readonly string[], lookup: Lookup): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map(name => [name, lookup(name)]).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function pick(tree: Tree, keys: readonly string[]): Tree {
  return Object.fromEntries(keys.filter(key => tree[key] !== undefined).map(key => [key, tree[key]]))
}

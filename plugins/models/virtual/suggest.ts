/** Which models could stand in for one: proposed to administrators, never chosen by itself. */

import { gatewayError, type ModelMetadata, type Target } from '../../../core/index.ts'
import type { FailoverSuggestion } from '../../../schemas/admin/virtual-models.schema.ts'
import type { VirtualDeps } from './deps.ts'

const mostSuggestions = 5

interface Candidate {
  readonly provider: string
  readonly model: string
  readonly metadata: ModelMetadata
}

interface Ranked {
  readonly elo: number
  readonly rank: number
}

export function suggest({ registry }: VirtualDeps, source: string): FailoverSuggestion {
  const [primary] = registry.reached(source)
  if (primary === undefined) throw gatewayError('not_found', `nobody has the model ${JSON.stringify(source)}`, { param: 'source' })
  const all = registry.inventories.flatMap(({ provider, entries }) =>
    [...entries.values()].map((entry): Candidate => ({ provider: provider.name, model: entry.id, metadata: registry.metadata(provider, entry) ?? {} })),
  )
  const self = all.find(({ provider, model }) => provider === primary.provider.name && model === primary.model)
  if (self === undefined) return { targets: [] }
  const others = all.filter(other => other !== self && isAlike(self, other, primary))
  const ordered = others.map(other => ({ other, rank: closeness(self, other) })).sort((one, two) => compare(one.rank, two.rank))
  return { targets: ordered.slice(0, mostSuggestions).map(({ other }) => ({ model: nameOf(other), reason: reasonOf(self, other) })) }
}

/** The same model elsewhere stands in for any; another one only where it is for the same, and it is known how good the first is. */
function isAlike(self: Candidate, other: Candidate, { provider }: Target): boolean {
  if (modeOf(self) !== modeOf(other)) return false
  return (other.model === self.model && other.provider !== provider.name) || rankingOf(self) !== undefined
}

/** Smaller comes first, member by member. */
function closeness(self: Candidate, other: Candidate): readonly (number | string)[] {
  const [own, its] = [rankingOf(self), rankingOf(other)]
  const [elo, rank] =
    own === undefined || its === undefined ? [Number.MAX_VALUE, Number.MAX_VALUE] : [Math.abs(own.elo - its.elo), Math.abs(own.rank - its.rank)]
  return [other.model === self.model ? 0 : 1, familyOf(other) === familyOf(self) ? 0 : 1, elo, rank, -shared(self, other), nameOf(other)]
}

function compare(one: readonly (number | string)[], other: readonly (number | string)[]): number {
  const at = one.findIndex((value, index) => value !== other[index])
  return at < 0 ? 0 : (one[at] as number) < (other[at] as number) ? -1 : 1
}

function reasonOf(self: Candidate, other: Candidate): string {
  if (other.model === self.model) return 'the same model at another provider'
  if (familyOf(other) === familyOf(self)) return 'of the same family'
  const [own, its] = [rankingOf(self), rankingOf(other)]
  return own === undefined || its === undefined ? 'for the same use' : `${Math.abs(own.elo - its.elo)} Elo apart`
}

/** The first ranking that is known, for example of Chatbot Arena. */
function rankingOf({ metadata }: Candidate): Ranked | undefined {
  const rankings: unknown = metadata['rankings']
  if (typeof rankings !== 'object' || rankings === null) return undefined
  return Object.values(rankings).find(
    (ranking): ranking is Ranked =>
      typeof ranking === 'object' && ranking !== null && typeof (ranking as Ranked).elo === 'number' && typeof (ranking as Ranked).rank === 'number',
  )
}

function modeOf({ metadata }: Candidate): string {
  const said = metadata['categories'] ?? metadata['modes']
  return Array.isArray(said) && typeof said[0] === 'string' ? said[0] : 'chat'
}

function familyOf({ model, metadata }: Candidate): string {
  const said = metadata['family']
  return typeof said === 'string' ? said : (model.slice(model.lastIndexOf('/') + 1).split(/[-.:\d]/, 1)[0] ?? '')
}

function shared(self: Candidate, other: Candidate): number {
  const of = ({ metadata }: Candidate) =>
    Object.entries((metadata['capabilities'] ?? {}) as Record<string, unknown>).flatMap(([name, has]) => (has === true ? name : []))
  const its = new Set(of(other))
  return of(self).filter(name => its.has(name)).length
}

function nameOf({ provider, model }: Candidate): string {
  return `${provider}/${model}`
}

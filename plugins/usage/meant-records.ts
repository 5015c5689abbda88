/** The records that somebody means whose costs are to be computed anew. */

import { gatewayError, type AdminCall } from '../../core/index.ts'
import { invalidValue } from '../../core/errors.ts'
import type { Filter } from '../../core/storage/journal.ts'
import { rangeOf } from '../shared/admin/ranges.ts'
import { canonicalIds, readModelSelector, selectorsFor, type ModelSelector, type Spellings } from '../shared/models/model-selector.ts'
import type { UsageJournal } from './journal.ts'
import { narrowed } from './questions.ts'

export interface MeantRecordsDeps extends Spellings {
  readonly journal: UsageJournal
  readonly now: number
  /** The names of those that are declared and not there. */
  readonly absentProviders: Iterable<string>
}

/** @throws GatewayError for days, a path or a selector that cannot be meant */
export async function meantRecords({ body, timeZone, confine }: AdminCall, deps: MeantRecordsDeps): Promise<Filter> {
  const { selector, confirmation: _, ...asked } = body as Readonly<Record<string, string | number>>
  if (String(asked['user_path'] ?? '/').trim() === '') throw invalidValue('user_path', 'user_path must not be empty')
  const { from, to } = rangeOf(asked, { timeZone, now: deps.now })
  const filter = { from, to, ...narrowed(asked, confine) }
  return selector === undefined ? filter : await selected(filter, String(selector), deps)
}

interface RecordedModel {
  /** The type of the instance. */
  readonly type: string
  readonly provider: string
  readonly model: string
}

/** Beside the other filters: a model that both name must be the same one. Providers of records count as those that are there. */
async function selected(filter: Filter & { readonly from: number; readonly to: number }, text: string, deps: MeantRecordsDeps): Promise<Filter> {
  const recorded = await recordedModels(deps.journal, filter)
  const selector = readModelSelector(text, [...deps.providers.keys(), ...deps.absentProviders, ...recorded.map(({ provider }) => provider)])
  if (selector === undefined)
    throw gatewayError('invalid_value', 'selector names no provider that is configured, or has records of these days', { param: 'selector' })
  if (selector.kind === 'global') return filter
  return { ...filter, any: namedBy(selector, recorded, deps).map(named => ({ ...named, ...(filter.any === undefined ? {} : { any: filter.any }) })) }
}

async function recordedModels(journal: UsageJournal, { from, to }: { readonly from: number; readonly to: number }): Promise<readonly RecordedModel[]> {
  const { groups } = await journal.sums({ filter: { from, to }, by: ['provider', 'provider_name', 'model'], measures: [] })
  return groups.map(({ key }) => ({ type: String(key['provider']), provider: String(key['provider_name']), model: String(key['model']) }))
}

/** One of them holds for each record that has a price by the selector: models are found in whichever spelling they were recorded. */
function namedBy(selector: ModelSelector, recorded: readonly RecordedModel[], deps: MeantRecordsDeps): readonly Filter[] {
  const { provider, model } = selector
  const literally = { ...(provider === undefined ? {} : { provider_name: provider }), ...(model === undefined ? {} : { model }) }
  const canonical = canonicalIds(deps.providers, deps.types)
  const isSpelling = (one: RecordedModel) =>
    one.model !== model && selectorsFor([{ selector }], one.provider, one.model, (name, id) => canonical(name, id, one.type)).length > 0
  const spellings = model === undefined ? [] : recorded.filter(isSpelling)
  return [literally, ...spellings.map(one => ({ provider_name: one.provider, model: one.model }))].map(equals => ({ equals }))
}

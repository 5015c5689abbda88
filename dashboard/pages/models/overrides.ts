/** What administrators say of models, where it goes before what is known otherwise: prices and metadata, by selector. */

import { useQuery } from '@tanstack/preact-query'
import type { MetadataOverride, ModelMetadata } from '../../../schemas/admin/model-metadata.schema.ts'
import type { PricingOverrideView } from '../../../schemas/admin/pricing.schema.ts'
import type { PriceList } from '../../../schemas/records/pricing.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get, Refusal } from '../../data/api.ts'
import { textIn } from '../../data/form.ts'
import type { Rows } from '../../parts/data-table.tsx'

/** The form that is asked for. Without a selector, it asks for one itself. */
export type Asked = { readonly form: 'prices' | 'metadata'; readonly selector: string | undefined } | { readonly form: 'access'; readonly selector: string }

export type Write = (method: 'PUT' | 'DELETE', path: string, body: object) => Promise<void>

export type Override = { readonly selector: string; readonly updated_at: string } & (
  | { readonly form: 'prices'; readonly pricing: PriceList }
  | { readonly form: 'metadata'; readonly metadata: ModelMetadata }
)

export interface KnownOverrides {
  /** By selector, as people write it. */
  readonly prices: ReadonlyMap<string, PriceList>
  readonly metadata: ReadonlyMap<string, ModelMetadata>
  readonly rows: Rows<Override>
}

/** The endpoint of each kind. */
export const paths = { prices: '/model-pricing-overrides', metadata: '/model-metadata-overrides' } as const

export function useOverrides({ global }: Reach): KnownOverrides {
  const prices = useQuery({ queryKey: ['overrides', 'prices'], queryFn: async () => await get<PricingOverrideView[]>(paths.prices), enabled: global })
  const metadata = useQuery({ queryKey: ['overrides', 'metadata'], queryFn: async () => await get<MetadataOverride[]>(paths.metadata), enabled: global })
  const rows: Override[] | undefined = prices.data &&
    metadata.data && [
      ...prices.data.map(({ selector, pricing, updated_at }) => ({ form: 'prices' as const, selector: shownSelector(selector), pricing, updated_at })),
      ...metadata.data.map(({ selector, metadata: said, updated_at }) => ({
        form: 'metadata' as const,
        selector: shownSelector(selector),
        metadata: said,
        updated_at,
      })),
    ]
  return {
    prices: new Map(rows?.flatMap(row => (row.form === 'prices' ? [[row.selector, row.pricing] as const] : []))),
    metadata: new Map(rows?.flatMap(row => (row.form === 'metadata' ? [[row.selector, row.metadata] as const] : []))),
    rows: {
      data: rows?.toSorted((one, other) => (one.selector < other.selector ? -1 : 1)),
      error: prices.error ?? metadata.error,
      refetch: () => [prices.refetch(), metadata.refetch()],
    },
  }
}

/** `provider/` is stored for what people write as `provider/*`. */
export function shownSelector(selector: string): string {
  return selector === '/' ? '*' : selector.endsWith('/') ? `${selector}*` : selector
}

/** What a form is about. @throws Refusal if it asks for a selector, and what is there for that one would be lost */
export function selectorIn(form: FormData, selector: string | undefined, there: ReadonlyMap<string, unknown>): string {
  if (selector !== undefined) return selector
  const asked = textIn(form, 'selector')
  if (there.has(asked)) throw new Refusal(409, { message: `Something is set for ${asked} already: edit that.`, param: 'selector' })
  return asked
}

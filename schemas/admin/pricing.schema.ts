/** What the admin API says and takes of prices that administrators set. Made by schemas/generate.ts; edit pricing.schema.json instead. */

/**
 * All of them, by selector.
 *
 * This interface was referenced by `PricingOverrideBodies`'s JSON-Schema
 * via the `definition` "PricingOverrideList".
 */
export type PricingOverrideList = PricingOverrideView[]
/**
 * `provider/model`, `provider/*`, `model` or `*`; a provider is an instance.
 *
 * This interface was referenced by `PricingOverrideBodies`'s JSON-Schema
 * via the `definition` "PricingSelector".
 */
export type PricingSelector = string

/**
 * What the admin API says and takes of prices that administrators set
 */
export interface PricingOverrideBodies {
  [k: string]: unknown
}
/**
 * What schemas/records/pricing.schema.json says of it.
 *
 * This interface was referenced by `PricingOverrideBodies`'s JSON-Schema
 * via the `definition` "PriceList".
 */
export interface PriceList {
  [k: string]: unknown
}
/**
 * Prices that replace those which are known of some models.
 *
 * This interface was referenced by `PricingOverrideBodies`'s JSON-Schema
 * via the `definition` "PricingOverrideView".
 */
export interface PricingOverrideView {
  /**
   * As it is stored: `provider/model`, `provider/`, `model` or `/`.
   */
  selector: string
  /**
   * What the selector names; the first kind that has a price counts.
   */
  scope_kind: 'exact' | 'provider' | 'model' | 'global'
  pricing: PriceList
  created_at: string
  updated_at: string
}
/**
 * Prices for a selector, in the place of those that stood there.
 *
 * This interface was referenced by `PricingOverrideBodies`'s JSON-Schema
 * via the `definition` "PricingOverrideWrite".
 */
export interface PricingOverrideWrite {
  selector: PricingSelector
  pricing: PriceList
}
/**
 * The selector whose prices shall go.
 *
 * This interface was referenced by `PricingOverrideBodies`'s JSON-Schema
 * via the `definition` "PricingOverrideName".
 */
export interface PricingOverrideName {
  selector: PricingSelector
}

/** The models, as administrators see them. Made by schemas/generate.ts; edit models.schema.json instead. */

/**
 * The models of all providers.
 *
 * This interface was referenced by `ModelBodies`'s JSON-Schema
 * via the `definition` "Models".
 */
export type Models = AdminModel[]
/**
 * What models are for.
 *
 * This interface was referenced by `ModelBodies`'s JSON-Schema
 * via the `definition` "ModelCategory".
 */
export type ModelCategory = 'all' | 'text_generation' | 'embedding' | 'image' | 'audio' | 'video' | 'utility'
/**
 * What models are for, and how many there are.
 *
 * This interface was referenced by `ModelBodies`'s JSON-Schema
 * via the `definition` "ModelCategories".
 */
export type ModelCategories = {
  category: ModelCategory
  display_name: string
  count: number
}[]

/**
 * The models, as administrators see them
 */
export interface ModelBodies {
  [k: string]: unknown
}
/**
 * One model of one provider.
 *
 * This interface was referenced by `ModelBodies`'s JSON-Schema
 * via the `definition` "AdminModel".
 */
export interface AdminModel {
  model: {
    id: string
    object: 'model'
    /**
     * Seconds since 1970.
     */
    created: number
    owned_by: string
    /**
     * All that is known of it.
     */
    metadata?: {
      [k: string]: unknown
    }
  }
  provider_type: string
  provider_name: string
  /**
   * What callers name to get this very model.
   */
  selector: string
  /**
   * The provider could not be asked the last time.
   */
  stale: boolean
  /**
   * Who may use it, the lists of keys and user paths aside.
   */
  access: {
    /**
     * False: nobody.
     */
    enabled: boolean
    /**
     * The selector of the policy that decides; null where none does.
     */
    policy: string | null
    /**
     * Only these paths and what is below, beside the groups; none and no groups: everybody.
     */
    user_paths: string[]
    groups: string[]
  }
  /**
   * Its prices in USD; empty where none is known.
   */
  pricing: {
    [k: string]: unknown
  }
  /**
   * Where each price comes from.
   */
  pricing_sources: {
    [k: string]: string
  }
}

/** The service `catalogue`: what is known of models without asking who serves them, where it is not what comes with Tapline. */

import type { ModelMetadata } from '../plugin/provider.ts'

export interface Catalogue {
  /** Whether the catalogue that comes with Tapline counts; else what `of` says does, and nothing else. */
  readonly isBundled: boolean
  /**
   * What the operator's list says of a model.
   * @param provider its instance: entries of its name count before those of its type
   * @param ids how the model may be called, the best first
   */
  of(provider: { readonly name: string; readonly type: string }, ids: readonly string[]): ModelMetadata | undefined
  /** Called whenever it says something else. @returns how to end it */
  onChange(listener: () => void): () => void
}

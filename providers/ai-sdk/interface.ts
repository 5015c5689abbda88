/** What of a package's provider and models is used: the same in versions 2 to 4 of the interface, but for the shapes that `version.ts` knows. */

import type { JsonObject } from '../../core/index.ts'

export interface SdkProvider {
  (model: string): LanguageModel
  languageModel?(model: string): LanguageModel
  embeddingModel?(model: string): EmbeddingModel
  textEmbeddingModel?(model: string): EmbeddingModel
  readonly [method: string]: unknown
}

/** What goes with every call. */
export interface CallExtras {
  readonly headers: Readonly<Record<string, string>>
  readonly abortSignal: AbortSignal | undefined
}

export interface LanguageModel {
  readonly specificationVersion: string
  doGenerate(options: object): PromiseLike<JsonObject>
  doStream(options: object): PromiseLike<{ readonly stream: AsyncIterable<unknown> }>
}

export interface EmbeddingModel {
  readonly specificationVersion: string
  readonly maxEmbeddingsPerCall: number | undefined | PromiseLike<number | undefined>
  readonly supportsParallelCalls: boolean | PromiseLike<boolean>
  doEmbed(options: object): PromiseLike<{ readonly embeddings: readonly (readonly number[])[]; readonly usage?: { readonly tokens: number } }>
}

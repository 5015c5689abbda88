/** What administrators say of models. Made by schemas/generate.ts; edit model-metadata.schema.json instead. */

/**
 * `provider/model`, `provider/*`, `model` or `*`.
 *
 * This interface was referenced by `ModelMetadataBodies`'s JSON-Schema
 * via the `definition` "Selector".
 */
export type Selector = string
/**
 * All that was said.
 *
 * This interface was referenced by `ModelMetadataBodies`'s JSON-Schema
 * via the `definition` "MetadataOverrides".
 */
export type MetadataOverrides = MetadataOverride[]

/**
 * What administrators say of models
 */
export interface ModelMetadataBodies {
  [k: string]: unknown
}
/**
 * What was said of the models that a selector means.
 *
 * This interface was referenced by `ModelMetadataBodies`'s JSON-Schema
 * via the `definition` "MetadataOverride".
 */
export interface MetadataOverride {
  selector: Selector
  /**
   * One model of one provider, all of a provider, an id on any provider, or everything.
   */
  scope_kind: 'exact' | 'provider' | 'model' | 'global'
  metadata: ModelMetadata
  created_at: string
  updated_at: string
}
/**
 * What is known of a model.
 *
 * This interface was referenced by `ModelMetadataBodies`'s JSON-Schema
 * via the `definition` "ModelMetadata".
 */
export interface ModelMetadata {
  /**
   * Its name for people.
   */
  display_name?: string
  /**
   * Where administrators find it.
   *
   * @minItems 1
   */
  categories?: ('text_generation' | 'embedding' | 'image' | 'audio' | 'video' | 'utility')[]
  /**
   * What it is for: chat, embedding …
   *
   * @minItems 1
   */
  modes?: string[]
  /**
   * Tokens that fit in.
   */
  context_window?: number
  /**
   * Tokens that it may answer.
   */
  max_output_tokens?: number
  /**
   * The model behind it, where its id does not say.
   */
  base_model?: string
  capabilities?: Capabilities
}
/**
 * What a model can do.
 *
 * This interface was referenced by `ModelMetadataBodies`'s JSON-Schema
 * via the `definition` "Capabilities".
 */
export interface Capabilities {
  /**
   * It takes images.
   */
  vision?: boolean
  /**
   * It takes documents.
   */
  pdf_input?: boolean
  audio_input?: boolean
  audio_output?: boolean
  video_input?: boolean
  image_output?: boolean
  /**
   * It calls tools.
   */
  tools?: boolean
  /**
   * It calls several tools at once.
   */
  parallel_tools?: boolean
  tool_choice?: boolean
  /**
   * It keeps to a JSON schema.
   */
  structured_outputs?: boolean
  json_mode?: boolean
  reasoning?: boolean
  prompt_caching?: boolean
  web_search?: boolean
  streaming?: boolean
  system_messages?: boolean
  batch?: boolean
}
/**
 * What shall be said of the models that a selector means.
 *
 * This interface was referenced by `ModelMetadataBodies`'s JSON-Schema
 * via the `definition` "MetadataOverrideWrite".
 */
export interface MetadataOverrideWrite {
  selector: Selector
  metadata: ModelMetadata
}
/**
 * Of which models nothing shall be said any more.
 *
 * This interface was referenced by `ModelMetadataBodies`'s JSON-Schema
 * via the `definition` "MetadataOverrideDelete".
 */
export interface MetadataOverrideDelete {
  selector: Selector
}

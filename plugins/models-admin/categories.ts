/** What models are for, in the few words by which administrators sort them. */

import type { ModelMetadata } from '../../core/index.ts'

/** In the order in which they are shown. */
export const categories = {
  text_generation: 'Text generation',
  embedding: 'Embedding',
  image: 'Image',
  audio: 'Audio',
  video: 'Video',
  utility: 'Utility',
} as const

export type Category = keyof typeof categories

const byMode: Readonly<Record<string, Category>> = {
  chat: 'text_generation',
  completion: 'text_generation',
  responses: 'text_generation',
  text_generation: 'text_generation',
  embedding: 'embedding',
  embeddings: 'embedding',
  image: 'image',
  image_generation: 'image',
  image_edit: 'image',
  audio: 'audio',
  speech: 'audio',
  tts: 'audio',
  transcription: 'audio',
  audio_transcription: 'audio',
  audio_speech: 'audio',
  realtime: 'audio',
  video: 'video',
  video_generation: 'video',
}

/** What is said of the model counts, else what its modes say; a model of which nobody says anything generates text. */
export function categoriesOf(metadata: ModelMetadata | undefined): ReadonlySet<Category> {
  const said = textsOf(metadata?.['categories']).filter((name): name is Category => Object.hasOwn(categories, name))
  if (said.length > 0) return new Set(said)
  const modes = textsOf(metadata?.['modes'])
  return new Set(modes.length === 0 ? ['text_generation'] : modes.map(mode => (Object.hasOwn(byMode, mode) ? (byMode[mode] as Category) : 'utility')))
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
}

/** What is priced by something else than tokens: characters, seconds, images, pages. */

import type { RateName } from './price-list.ts'

export interface Unit {
  readonly side: 'input' | 'output'
  readonly rate: RateName
  /** The first that is there counts. */
  readonly names: readonly string[]
  /** Only where no tokens of the answer were counted. */
  readonly insteadOfTokens?: true
}

const units: readonly Unit[] = [
  { side: 'input', rate: 'per_character_input', names: ['characters', 'input_characters', 'character_count'] },
  { side: 'input', rate: 'per_second_input', names: ['seconds', 'input_seconds', 'duration_seconds', 'audio_seconds', 'input_audio_seconds'] },
  { side: 'output', rate: 'per_second_output', names: ['output_seconds', 'video_seconds', 'output_audio_seconds'] },
  { side: 'input', rate: 'per_page', names: ['pages', 'pages_processed', 'page_count'] },
  { side: 'input', rate: 'input_per_image', names: ['input_images', 'input_image_count'] },
  { side: 'output', rate: 'per_image', names: ['images', 'image_count', 'output_images', 'output_image_count'], insteadOfTokens: true },
]

/** Types that count the images of a prompt as tokens, one by one. */
const ofTypes: Readonly<Record<string, readonly Unit[]>> = {
  xai: units.map(unit => (unit.rate === 'input_per_image' ? { ...unit, names: ['image_tokens', 'prompt_image_tokens', ...unit.names] } : unit)),
}

export function unitsOf(type: string): readonly Unit[] {
  return Object.hasOwn(ofTypes, type) ? (ofTypes[type] ?? units) : units
}

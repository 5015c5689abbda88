/** Which files of requests and replies are kept. */

import type { OptionsOf } from '../../../core/index.ts'
import type { MediaKind } from '../body-text.ts'
import type { schema } from '../schema.ts'

type Options = OptionsOf<typeof schema>

export function keepsMedia(options: Options, side: 'input' | 'output', kind: MediaKind): boolean {
  if (!options.log_bodies) return false
  if (kind === 'audio') return options.log_audio_bodies
  const { log_image_bodies: isOn, log_image_bodies_scope: scope } = options
  return kind === 'image' && isOn && (scope === 'all' || scope === side)
}

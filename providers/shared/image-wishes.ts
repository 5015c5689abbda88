/** What callers wish of a picture, for vendors that draw by ratio. */

import { gatewayError } from '../../core/index.ts'
import type { Losses } from '../../core/neutral/losses.ts'

/** Hints for the looks of the picture, which such vendors do not take. */
export const hintsOfLooks = ['quality', 'style', 'background', 'moderation', 'output_format', 'output_compression', 'partial_images'] as const

interface Shape {
  readonly aspect_ratio?: unknown
  readonly size?: unknown
}

/** The ratio that the caller says, or the nearest to its size. @throws GatewayError 400 for a size that is none */
export function ratioOf({ aspect_ratio: said, size }: Shape, ratios: readonly string[], vendor: string, losses: Losses): string | undefined {
  if (typeof said === 'string') return said
  if (typeof size !== 'string' || size === 'auto') return undefined
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? []
  const wanted = Number(width) / Number(height)
  if (!Number.isFinite(wanted) || wanted === 0)
    throw gatewayError('invalid_value', 'size must be auto, or a width and a height such as 1024x1024', { param: 'size' })
  const [nearest = '1:1'] = ratios.toSorted((one, other) => distance(one, wanted) - distance(other, wanted))
  losses.silent('size', `${vendor} draws by ratio: ${nearest}`)
  return nearest
}

function distance(ratio: string, wanted: number): number {
  const [width, height] = ratio.split(':')
  return Math.abs(Math.log(Number(width) / Number(height) / wanted))
}

/** Images by xAI: drawn by ratio, and edited in JSON. Facts: https://docs.x.ai/developers/model-capabilities/images/generation */

import type { CollectedPart, JsonObject, OperationAdapter } from '../../core/index.ts'
import { sniffMime } from '../../core/document/data-url.ts'
import { isObject } from '../../core/neutral/arguments.ts'
import { dataUrl } from '../../core/neutral/media.ts'
import { readFrom } from '../../core/neutral/usage.ts'
import { drop } from './fields.ts'
import { hintsOfLooks, ratioOf } from './image-wishes.ts'
import { said, textOf, type Rule } from './rule.ts'

const ratios = ['1:1', '3:4', '4:3', '9:16', '16:9', '2:3', '3:2', '9:20', '20:9', '1:2', '2:1']

/** For generations. */
export const xaiImages: Rule = (body, call) => {
  if (call.operation !== 'images') return
  const { root } = body
  const own = said(root, 'aspect_ratio')
  const ratio = ratioOf({ aspect_ratio: textOf(own), size: textOf(said(root, 'size')) }, ratios, 'xAI', call.losses)
  if (root.get('size') !== undefined) body.unset(root, 'size')
  if (own === undefined && ratio !== undefined) body.set(root, 'aspect_ratio', JSON.stringify(ratio))
  drop('xAI', ...hintsOfLooks)(body, call)
}

const hintsOfEdits: readonly string[] = [...hintsOfLooks, 'input_fidelity']

/** The form of an edit, as JSON. */
export const xaiImageEdits: OperationAdapter = {
  request({ body, files, losses }) {
    const { size: _size, n: count, ...fields } = body
    const untaken = Object.keys(fields).filter(name => hintsOfEdits.includes(name))
    for (const name of untaken) losses.drop(name, 'not taken by xAI')
    const ratio = ratioOf(body, ratios, 'xAI', losses)
    return {
      ...Object.fromEntries(Object.entries(fields).filter(([name]) => !untaken.includes(name))),
      ...(count === undefined ? {} : { n: Number(count) }),
      ...(ratio === undefined ? {} : { aspect_ratio: ratio }),
      ...pictures(files),
    }
  },
  reply(json) {
    const { data, usage } = json
    const images = Array.isArray(data) ? data.length : 0
    return {
      type: 'application/json',
      body: Buffer.from(JSON.stringify(json)),
      ...(images === 0 ? {} : { usage: readFrom({ images, ...(isObject(usage) ? usage : {}) }, {}) }),
    }
  },
}

function pictures(files: readonly CollectedPart[]): JsonObject {
  const masks = files.filter(({ name }) => name === 'mask').map(asLink)
  const images = files.filter(({ name }) => name !== 'mask').map(asLink)
  const [image] = images
  return { ...(image === undefined ? {} : images.length === 1 ? { image } : { images }), ...(masks[0] === undefined ? {} : { mask: masks[0] }) }
}

function asLink({ type, bytes }: CollectedPart): JsonObject {
  const data = bytes.toString('base64')
  const mime = type?.startsWith('image/') === true ? type : (sniffMime(data) ?? 'image/png')
  return { type: 'image_url', url: dataUrl(mime, data) }
}

/** What the gateway checks of a form, while its parts come by. */

import { gatewayError, type GatewayError } from '../../../core/index.ts'
import type { FormPart, FormRules } from '../../../core/form/rules.ts'
import { missing } from '../../../core/neutral/members.ts'
import { refuseStream } from './validate.ts'

interface FormFacts {
  /** One part of each of these must be there, under one of its names. */
  readonly required: readonly (readonly string[])[]
  /** How many files there may be, by their names. */
  readonly files: readonly string[]
  readonly most: number
  /** Fields that are refused. */
  readonly refused?: ReadonlySet<string>
  readonly isImage?: boolean
}

const image = ['image', 'image[]']
const ofTranscriptionsOnly = new Set(['language', 'timestamp_granularities', 'timestamp_granularities[]'])

const facts: Readonly<Record<string, FormFacts>> = {
  transcriptions: { required: [['file'], ['model']], files: ['file'], most: 1 },
  translations: { required: [['file'], ['model']], files: ['file'], most: 1, refused: ofTranscriptionsOnly },
  image_edits: { required: [image, ['prompt'], ['model']], files: image, most: 16, isImage: true },
  image_variations: { required: [image, ['model']], files: image, most: 1, isImage: true },
}

export const formRules: FormRules = {
  part({ name, text }: FormPart, operation) {
    const { refused, isImage } = facts[operation] ?? {}
    if (refused?.has(name) === true) throw gatewayError('invalid_value', `${operation} takes no ${name}`, { param: name })
    if (name === 'stream' && isImage === true && saysYes(text)) refuseStream()
  },
  whole(names, operation) {
    const known = facts[operation]
    if (known === undefined) return
    const absent = known.required.find(any => !any.some(name => names.includes(name)))
    if (absent !== undefined) throw missing(absent[0] ?? '')
    const count = names.filter(name => known.files.includes(name)).length
    if (count > known.most) throw tooMany(known, count)
  },
  streams: fields => saysYes(fields.get('stream')),
}

function saysYes(text: string | undefined): boolean {
  return text !== undefined && ['true', '1', 'yes', 'on'].includes(text.trim().toLowerCase())
}

function tooMany({ files: [name = ''], most }: FormFacts, count: number): GatewayError {
  return gatewayError('invalid_value', `${name} may come ${most === 1 ? 'once' : `${most} times`}, not ${count} times`, { param: name })
}

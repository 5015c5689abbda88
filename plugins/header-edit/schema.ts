/** The options of the plugin `header-edit`. */

import { headerName as name, headerValue as value, type OptionsSchema } from '../../core/index.ts'

function values<const Description extends string>(description: Description) {
  return { type: 'object', default: {}, propertyNames: { type: 'string', pattern: name }, additionalProperties: { type: 'string', pattern: value }, description } as const
}

function names<const Description extends string>(description: Description) {
  return { type: 'array', default: [], items: { type: 'string', pattern: name }, description } as const
}

export const schema = {
  type: 'object',
  properties: {
    request_set: values('Headers of the request, for the steps below and, where headers of callers go along, for the provider. An empty value removes one.'),
    request_remove: names('Headers that are taken out of the request.'),
    response_set: values('Headers of the reply, in the place of those of that name. An empty value removes one.'),
    response_add: values('Headers of the reply, beside those of that name.'),
    response_remove: names('Headers that are taken out of the reply.'),
    upstream_set: values('Headers of the calls to providers, in the place of those of that name.'),
  },
} as const satisfies OptionsSchema

/** The options of the plugin `header-edit`. */

import type { OptionsSchema } from '../../core/index.ts'
import { headerName as name, headerValue as value } from '../../core/upstream/headers/header-edits.ts'

function values<const Description extends string>(description: Description) {
  return {
    type: 'object',
    default: {},
    propertyNames: { type: 'string', pattern: name },
    additionalProperties: { type: 'string', pattern: value },
    description,
  } as const
}

function names<const Description extends string>(description: Description) {
  return { type: 'array', default: [], items: { type: 'string', pattern: name }, description } as const
}

export const schema = {
  type: 'object',
  properties: {
    request_set: values("Headers of the request, for the steps below and, where callers' headers are forwarded, for the provider. An empty value removes one."),
    request_remove: names('Headers that are removed from the request.'),
    response_set: values('Headers of the reply, replacing those of that name. An empty value removes one.'),
    response_add: values('Headers of the reply, in addition to those of that name.'),
    response_remove: names('Headers that are removed from the reply.'),
    upstream_set: values('Headers of the calls to providers, replacing those of that name.'),
  },
} as const satisfies OptionsSchema

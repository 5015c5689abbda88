/** Sets and removes headers of requests, of replies and of the calls to providers; of bodies it sees nothing, and streams go by. */

import { definePlugin, type OptionsOf, type Taps } from '../../core/index.ts'
import { HeaderEdits, type HeaderChanges } from '../../core/upstream/headers/header-edits.ts'
import { refusalToTouch } from '../../core/upstream/headers/header-names.ts'
import { schema } from './schema.ts'

type Options = OptionsOf<typeof schema>

export default definePlugin({
  name: 'header-edit',
  description: 'Sets and removes headers of requests, replies and the calls to providers.',
  schema,
  edits: false,
  phases: ['prompt', 'attempt', 'response', 'stream'],
  setup({ options }) {
    checkNames(options)
    const request = new HeaderEdits({ set: options.request_set, remove: options.request_remove })
    const reply = new HeaderEdits({ set: options.response_set, add: options.response_add, remove: options.response_remove })
    const upstream = new HeaderEdits({ set: options.upstream_set })
    return { ...(request.isEmpty ? {} : requestTaps(request)), ...(reply.isEmpty ? {} : replyTaps(reply)), ...(upstream.isEmpty ? {} : upstreamTaps(upstream)) }
  },
})

// What plugins ask for themselves is left alone.

function requestTaps(edits: HeaderEdits): Taps {
  return {
    prompt(exchange) {
      if (exchange.origin === 'client') exchange.editRequestHeaders(edits)
    },
  }
}

function replyTaps(edits: HeaderEdits): Taps {
  const edit: NonNullable<Taps['response']> = exchange => {
    if (exchange.origin === 'client') exchange.editReplyHeaders(edits)
  }
  return { response: edit, stream: { open: edit } }
}

function upstreamTaps(edits: HeaderEdits): Taps {
  return {
    attempt({ origin }, attempt) {
      if (origin === 'client') attempt.headerEdits.push(edits)
    },
  }
}

/** @throws Error naming the option and the header that policy must not touch */
function checkNames(options: Options): void {
  for (const [option, given] of Object.entries(options) as [keyof Options, HeaderChanges['remove'] | HeaderChanges['set']][]) {
    for (const name of Array.isArray(given) ? (given as readonly string[]) : Object.keys(given ?? {})) {
      const refusal = refusalToTouch(name)
      if (refusal !== undefined) throw new Error(`${option}: ${refusal}`)
    }
  }
}

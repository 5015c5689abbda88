/** The labels that the headers of a call say, read as the settings want it; made anew whenever those change. */

import { headerText, headerValues } from '../shared/headers/header-values.ts'
import type { IncomingRequest } from '../../core/index.ts'
import { splitLabels } from './split-labels.ts'
import { merged, nameOf, type TaggingHeader } from './tagging-header.ts'

/** What LiteLLM's clients say. */
const wellKnown: TaggingHeader = { header: 'x-litellm-tags', prefix: '', delimiter: ',', do_not_pass: false }

const none: readonly string[] = []

type Request = Pick<IncomingRequest, 'headers' | 'rawHeaders'>

interface Rule extends Pick<TaggingHeader, 'prefix' | 'delimiter'> {
  /** In lower case. */
  readonly name: string
}

export class HeaderLabels {
  readonly #rules: readonly Rule[]
  /** Lower-case names of headers that stay in the gateway. */
  readonly kept: ReadonlySet<string>

  /** @param headers in the order in which their labels come; the well-known one follows, unless it is among them */
  constructor(headers: readonly TaggingHeader[]) {
    const isSaid = headers.some(header => nameOf(header) === wellKnown.header)
    const all = isSaid ? headers : merged(headers, [wellKnown])
    this.#rules = all.map(header => ({ name: nameOf(header), prefix: header.prefix, delimiter: header.delimiter }))
    this.kept = new Set(headers.filter(({ do_not_pass: isKept }) => isKept).map(nameOf))
  }

  /** In order, and not yet without repetitions. */
  of(request: Request): readonly string[] {
    let found = none
    for (const rule of this.#rules) {
      if (request.headers[rule.name] !== undefined) found = [...found, ...said(rule, request)]
    }
    return found
  }
}

/** Each time that the header was sent by itself: put together, they would have a comma between them, whatever the delimiter is. */
function said({ name, prefix, delimiter }: Rule, request: Request): readonly string[] {
  const labels = headerValues(request, name).flatMap(value => splitLabels(headerText(value), delimiter))
  return prefix === '' ? labels : labels.map(label => (label.startsWith(prefix) ? label.slice(prefix.length).trim() : label)).filter(label => label !== '')
}

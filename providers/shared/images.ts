/** A rule for vendors that fetch no images. */

import type { JsonNode } from '../../core/index.ts'
import { refusal } from '../../core/neutral/losses.ts'
import { mayMention, messagesOf, partsOf, said, textOf, type Rule } from './rule.ts'

/** Images must come with the call. */
export function imageDataOnly(vendor: string): Rule {
  return body => {
    if (!mayMention(body, 'image_url')) return
    for (const { node, at } of partsOf(messagesOf(body))) {
      if (/^https?:/i.test(addressOf(node) ?? '')) throw refusal(`${at}.image_url.url`, `${vendor} fetches no images: send them as data URLs`)
    }
  }
}

function addressOf(part: JsonNode): string | undefined {
  const image = said(part, 'image_url')
  return textOf(image) ?? textOf(image?.get('url'))
}

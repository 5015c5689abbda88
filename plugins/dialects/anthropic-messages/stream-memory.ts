/** What a caller has seen of one stream, so that it can be ended well, and thinking that policy changed is not signed. */

import type { StreamEvent } from '../../../core/index.ts'
import { indexOf, textAt } from './places.ts'
import { kindOf } from './stream-events.ts'

/** The thinking of one block, as it came and as it left. */
interface Thought {
  said: string
  left: string
}

export class StreamMemory {
  hasBegun = false
  /** The block that is open. */
  open: number | undefined
  readonly #thoughts = new Map<string, Thought>()

  /** Thinking as it came. */
  said(key: string, text: string): void {
    const thought = this.#thoughts.get(key)
    if (thought === undefined) this.#thoughts.set(key, { said: text, left: '' })
    else thought.said += text
  }

  /** Text that left in an event of its own. */
  added(key: string, text: string): void {
    const thought = this.#thoughts.get(key)
    if (thought !== undefined) thought.left += text
  }

  /** An event as it leaves; a signature of other thinking than was said becomes none: it would be refused with the history. */
  left(event: StreamEvent): void {
    switch (kindOf(event)) {
      case 'message_start':
        this.hasBegun = true
        break
      case 'content_block_start':
        this.#begin(event)
        break
      case 'content_block_delta':
        if (this.#thoughts.size > 0) this.#grow(event)
        break
      case 'content_block_stop':
        this.open = undefined
    }
  }

  #begin({ document }: StreamEvent): void {
    this.open = indexOf(document?.root)
    this.added(`${this.open}/thinking`, textAt(document?.root.get('content_block'), 'thinking')?.string() ?? '')
  }

  #grow({ document }: StreamEvent): void {
    const delta = document?.root.get('delta')
    const key = `${indexOf(document?.root)}/thinking`
    this.added(key, textAt(delta, 'thinking')?.string() ?? '')
    const signature = textAt(delta, 'signature')
    const thought = this.#thoughts.get(key)
    if (signature !== undefined && thought !== undefined && thought.said !== thought.left) document?.replace(signature, '""')
  }
}

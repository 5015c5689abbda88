/** Events that differ in nothing but their text are joined where texts are held back anyway, and nowhere else. */

import { expect } from 'chai'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import type { StreamTap } from '../../../core/plugin/define.ts'
import { chatChunks } from '../../../core/testing/chat-samples.ts'
import { StreamRule } from '../../../core/stream/rule.ts'
import { chatStream } from '../../../plugins/dialects/openai-chat/stream.ts'
import { streamTexts } from '../../support/stream-texts.ts'

/** How many events a rule looked at, and what left. */
function run(regions: readonly Buffer[], ...taps: StreamTap<never>[]): { readonly seen: number; readonly left: string } {
  const running = new StreamRule(taps.map(tap => ({ name: 'tap', tap })), chatStream, () => 'closed').open({} as Exchange)
  let seen = 0
  let left = ''
  for (const region of regions) {
    for (const event of running.eventsIn(region)) {
      seen += 1
      left += String(Buffer.concat(running.event(event) as Buffer[]))
    }
  }
  return { seen, left: left + String(Buffer.concat(running.end() as Buffer[])) }
}

const redact: StreamTap<never> = { lookbehind: 8, text: text => text.replaceAll('secret', '[x]') }
const pieces = ['a ', 'sec', 'ret', ' é', '漢', ' "quoted"', ' end']
const events = chatChunks({ pieces })
const expected = { '0/content': 'a [x] é漢 "quoted" end' }

describe('events of a stream that is guarded', () => {
  it('are joined where they come together, and say the same', () => {
    const { seen, left } = run([Buffer.from(events.join(''))], redact)
    expect(seen).to.be.lessThan(events.length)
    expect(streamTexts(left).texts).to.deep.equal(expected)
    expect(streamTexts(left).dones).to.equal(1)
  })

  it('say the same wherever the regions part', () => {
    for (let at = 1; at < events.length; at++) {
      const { left } = run([events.slice(0, at), events.slice(at)].map(part => Buffer.from(part.join(''))), redact)
      expect(streamTexts(left).texts).to.deep.equal(expected)
    }
  })

  it('stay by themselves where nothing is held back, and where somebody looks at each', () => {
    const all = Buffer.from(events.join(''))
    expect(run([all], { text: text => text })).to.deep.equal({ seen: events.length, left: all.toString() })
    expect(run([all], redact, { observe: () => undefined }).seen).to.equal(events.length)
  })

  it('stay by themselves where more than the text differs', () => {
    const numbered = events.map((event, i) => event.replace('"model"', `"n":${i},"model"`))
    expect(run([Buffer.from(numbered.join(''))], redact).seen).to.equal(numbered.length)
  })
})

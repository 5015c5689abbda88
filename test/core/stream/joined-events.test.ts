/** Events that differ in nothing but their text are joined where texts are held back anyway, and nowhere else. */

import { expect } from 'chai'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import type { StreamTap } from '../../../core/plugin/define.ts'
import { chatChunks } from '../../../core/testing/chat-samples.ts'
import { StreamRule } from '../../../core/stream/rule.ts'
import { chatStream } from '../../../plugins/dialects/openai-chat/stream.ts'
import { streamTexts } from '../../support/stream-texts.ts'

/** In how many pieces the events left, and what they said. */
function run(regions: readonly Buffer[], ...taps: StreamTap<never>[]): { readonly pieces: number; readonly left: string } {
  const running = new StreamRule(
    taps.map(tap => ({ name: 'tap', tap })),
    chatStream,
    () => 'closed',
  ).open({} as Exchange)
  const leaving: Buffer[] = []
  for (const region of regions) expect(running.pass(region, leaving)).to.equal(undefined)
  return { pieces: leaving.length, left: Buffer.concat([...leaving, ...(running.end() as Buffer[])]).toString() }
}

const redact: StreamTap<never> = { lookbehind: 8, text: text => text.replaceAll('secret', '[x]') }
const pieces = ['a ', 'sec', 'ret', ' é', '漢', ' "quoted"', ' end']
const events = chatChunks({ pieces })
const expected = { '0/content': 'a [x] é漢 "quoted" end' }

describe('events of a stream that is guarded', () => {
  it('are joined where they come together, and say the same', () => {
    const { pieces: leaving, left } = run([Buffer.from(events.join(''))], redact)
    expect(leaving).to.be.lessThan(events.length)
    expect(streamTexts(left).texts).to.deep.equal(expected)
    expect(streamTexts(left).dones).to.equal(1)
  })

  it('say the same wherever the regions part', () => {
    for (let at = 1; at < events.length; at++) {
      const { left } = run(
        [events.slice(0, at), events.slice(at)].map(part => Buffer.from(part.join(''))),
        redact,
      )
      expect(streamTexts(left).texts).to.deep.equal(expected)
    }
  })

  it('stay by themselves where nothing is held back, and where somebody looks at each', () => {
    const all = Buffer.from(events.join(''))
    expect(run([all], { text: text => text })).to.deep.equal({ pieces: events.length, left: all.toString() })
    expect(run([all], redact, { observe: () => undefined }).pieces).to.be.at.least(events.length)
  })

  it('stay by themselves where more than the text differs', () => {
    const numbered = events.map((event, i) => event.replace('"model"', `"n":${i},"model"`))
    expect(run([Buffer.from(numbered.join(''))], redact).pieces).to.be.at.least(numbered.length)
  })
})

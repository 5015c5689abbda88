import { expect } from 'chai'
import { GatewayError, gatewayError } from '../../../core/errors.ts'
import { ArgumentsWindow } from '../../../core/stream/arguments.ts'
import type { Transform } from '../../../core/stream/window.ts'
import { Random } from './random.ts'

const refusal = gatewayError('guardrail_blocked', 'no')
const redact =
  (pattern: RegExp, by = '[x]'): Transform =>
  text =>
    text.replace(pattern, by)

function run(transform: Transform, pieces: readonly string[], lookbehind = 8): string | GatewayError {
  const window = new ArgumentsWindow(lookbehind, transform)
  let left = ''
  for (const step of [...pieces.map(piece => () => window.push(piece)), () => window.flush()]) {
    const leaves = step()
    if (leaves instanceof GatewayError) return leaves
    left += leaves
  }
  return left
}

/** The text whole, cut in two everywhere, and unit by unit. */
function splits(text: string): string[][] {
  const halves = Array.from({ length: text.length + 1 }, (_, cut) => [text.slice(0, cut), text.slice(cut)])
  return [[text], ...halves, text.split('')]
}

function always(transform: Transform, text: string, expected: string): void {
  for (const pieces of splits(text)) expect(run(transform, pieces), JSON.stringify(pieces)).to.equal(expected)
}

describe('ArgumentsWindow', () => {
  it('redacts a word in a value, wherever it is split', () => {
    always(redact(/hunter2/g), '{"password": "my hunter2!", "n": [1, "hunter2"]}', '{"password": "my [x]!", "n": [1, "[x]"]}')
  })

  it('matches what escapes spell', () => {
    always(redact(/hunter2/g), String.raw`{"a":"\u0068unte\u00722"}`, '{"a":"[x]"}')
    always(redact(/a\nb/g), String.raw`{"a":"1a\nb2"}`, '{"a":"1[x]2"}')
    always(redact(/😀/gu), String.raw`["x\ud83d\ude00x😀"]`, '["x[x]x[x]"]')
  })

  it('escapes what it writes', () => {
    always(redact(/x/g, '"\\\n'), '{"a":"1x2"}', String.raw`{"a":"1\"\\\n2"}`)
  })

  it('keeps the spelling of what nobody edits', () => {
    const text = String.raw`{ "\u0061" : "caf\u00e9 \/ \ud83d\ude00 \"q\" 😀", "b":[-1.50e+3, true,false ,null,{}] }`
    always(text => text, text, text)
  })

  it('leaves keys, numbers and words alone', () => {
    always(redact(/a|1|true/g), '{"a":1,"b":[true,"a1"]}', '{"a":1,"b":[true,"[x][x]"]}')
  })

  it('takes each value for a text of its own', () => {
    always(redact(/ab/g), '["a","b","ab"]', '["a","b","[x]"]')
    always(redact(/^b/g), '["ab","b"]', '["ab","[x]"]')
  })

  it('takes what is not JSON for one text', () => {
    for (const text of ['hunter2 it is', '{"a": hunter2}', '["a" hunter2]', '{"a":"b"} hunter2', 'hunter2', '{hunter2', 'truehunter2', '-hunter2']) {
      always(redact(/hunter2/g), text, text.replace('hunter2', '[x]'))
    }
    always(redact(/false-x/g), 'false-x', '[x]')
    always(redact(/hunter2/g), String.raw`{"a":"\x hunter2"}`, String.raw`{"a":"\x [x]"}`)
    always(redact(/hunter2/g), `${'9'.repeat(70)}hunter2`, `${'9'.repeat(70)}[x]`)
  })

  it('lets go of arguments that end too early', () => {
    always(redact(/hunter2/g), '{"a":"hunter2 an', '{"a":"[x] an')
    always(redact(/x/g), String.raw`{"a":"b\u00`, String.raw`{"a":"b\u00`)
    always(redact(/x/g), '{"a":tru', '{"a":tru')
    always(redact(/x/g), '{"a":12', '{"a":12')
  })

  it('refuses a value, wherever it is split', () => {
    for (const pieces of splits('{"a":"my secret"}')) {
      expect(
        run(text => (text.includes('secret') ? refusal : text), pieces),
        JSON.stringify(pieces),
      ).to.equal(refusal)
    }
  })

  it('says what transforming each value would have said: random documents, spellings and pieces', () => {
    const random = new Random(5)
    const alphabet = ['a', 'b', 'c', '"', '\\', '\n', 'é', '😀', '/']
    for (let round = 0; round < 1500; round++) {
      const n = random.integer(1, 6)
      const pattern = new RegExp(random.text(['a', 'b', 'é'], 1, n + 1), 'g')
      const transform = redact(pattern, '#"')
      const values = Array.from({ length: random.integer(1, 4) }, () => random.text(alphabet, 0, 15))
      const document = JSON.stringify(Object.fromEntries(values.map((value, i) => [`k${i}`, [value, i, null]])))
      const spelled = document.replace(/é/g, () => random.pick(['é', '\\u00e9', '\\u00E9']))
      const expected = Object.fromEntries(values.map((value, i) => [`k${i}`, [transform(value), i, null]]))
      const left = run(transform, random.pieces(spelled, random.pick([1, 4, 40])), n)
      expect(JSON.parse(left as string), `${pattern} in ${spelled}`).to.deep.equal(expected)
    }
  })
})

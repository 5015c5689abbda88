import { expect } from 'chai'
import { inputItems, keptItems, withoutId } from '../../../core/neutral/kept-items.ts'
import { JsonDocument } from '../../../core/document/document.ts'

const kept = (items: readonly string[], seed = 's') => keptItems(items, seed, null).map(({ json }) => json)

describe('items that are kept', () => {
  const forms: Record<string, [item: string, form: RegExp]> = {
    'a message without a type': [
      '{"role":"user","content":"hi"}',
      /^\{"role":"user","content":\[\{"type":"input_text","text":"hi"\}\],"type":"message","id":"msg_[0-9a-f]{32}"\}$/,
    ],
    'an answer in a bare string': [
      '{"type":"message","role":"assistant","content":"h\\u0069"}',
      /"content":\[\{"type":"output_text","text":"h\\u0069","annotations":\[\]\}\]/,
    ],
    'a message with an id and parts': [
      '{ "id":"msg_1", "type":"message","role":"user","content":[] }',
      /^\{ "id":"msg_1", "type":"message","role":"user","content":\[\] \}$/,
    ],
    'an empty id': ['{"type":"message","role":"user","content":[],"id":""}', /"id":"msg_[0-9a-f]{32}"/],
    'an id that is null': ['{"type":"reasoning","id":null}', /"id":"rs_[0-9a-f]{32}"/],
    'a call': ['{"type":"function_call","call_id":"c1"}', /"id":"fc_c1"/],
    'what a call came to': ['{"type":"function_call_output","call_id":"c1","output":"x"}', /"id":"fco_c1"/],
    'a call of a custom tool': ['{"type":"custom_tool_call","call_id":"c1"}', /"id":"ctc_c1"/],
    'what that came to': ['{"type":"custom_tool_call_output","call_id":"c1"}', /"id":"ctco_c1"/],
    'a call without an id of its own': ['{"type":"function_call"}', /"id":"item_[0-9a-f]{32}"/],
    'an item of another type': [
      '{"type":"telemetry","n":12345678901234567890,"f":1.0}',
      /^\{"type":"telemetry","n":12345678901234567890,"f":1.0,"id":"item_[0-9a-f]{32}"\}$/,
    ],
  }
  for (const [name, [item, form]] of Object.entries(forms)) it(`are in normal form: ${name}`, () => expect(kept([item])[0]).to.match(form))

  it('have the same ids whenever they are derived of the same seed, and others of another', () => {
    const items = ['{"role":"user","content":"a"}', '{"role":"user","content":"a"}']
    expect(kept(items)).to.deep.equal(kept(items))
    expect(new Set([...kept(items), ...kept(items, 'other')])).to.have.length(4)
  })

  it('never get an id that another has', () => {
    const call = '{"type":"function_call","call_id":"c1"}'
    expect(keptItems([call, call, call], 's', null, new Set(['fc_c1'])).map(({ id }) => id)).to.deep.equal(['fc_c1_2', 'fc_c1_3', 'fc_c1_4'])
  })

  const again: Record<string, [item: string, sent: string]> = {
    'without their ids': ['{"id":"fc_1","type":"function_call","status":"completed"}', '{"type":"function_call","status":"completed"}'],
    "without the status that a user's message got": ['{"type":"message","role":"user","id":"m","status":"completed"}', '{"type":"message","role":"user"}'],
    'with the status of an answer': [
      '{"type":"message","role":"assistant","status":"incomplete","id":"m"}',
      '{"type":"message","role":"assistant","status":"incomplete"}',
    ],
    'whole, if they are nothing but an id': ['{"type":"item_reference","id":"m"}', '{"type":"item_reference","id":"m"}'],
  }
  for (const [name, [item, sent]] of Object.entries(again)) it(`are sent again ${name}`, () => expect(withoutId(item)).to.equal(sent))

  it("are a user's message where the input is a bare string", () => {
    expect(inputItems(JsonDocument.parse(Buffer.from('{"input":"h\\u0069"}')).root.get('input'))).to.deep.equal([
      '{"type":"message","role":"user","content":"h\\u0069"}',
    ])
    expect(inputItems(undefined)).to.deep.equal([])
  })
})

import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { check } from '../../../plugins/admin/checked.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

describe('the check of what administrators send', () => {
  it('forgets the schema of an endpoint that is gone, for each reload may make others', async () => {
    const colours = checked()
    await turn()
    collectGarbage()
    expect(colours.deref()).to.equal(undefined)
  })
})

/** @returns a part of a schema that was checked against, and that nobody else has */
function checked(): WeakRef<object> {
  const colours = ['red', 'green']
  const schema = { type: 'object', properties: { colour: { enum: colours } } }
  check(schema, { colour: 'red' })
  expect(() => check(schema, { colour: 'blue' })).to.throw('colour must be equal to one of the allowed values: red, green')
  return new WeakRef(colours)
}

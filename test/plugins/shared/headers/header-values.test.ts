import { expect } from 'chai'
import { headerValues } from '../../../../plugins/shared/headers/header-values.ts'

type Case = readonly [what: string, headers: Readonly<Record<string, string | string[]>>, sent: readonly string[], name: string, values: readonly string[]]

describe('the values of a header', () => {
  const cases: readonly Case[] = [
    ['none of one that was not sent', {}, [], 'x-a', []],
    ['none of a name that every object has', {}, [], 'constructor', []],
    ['an empty one', { 'x-a': '' }, ['X-A', ''], 'x-a', ['']],
    ['one, in whatever case it is asked for', { 'x-a': '1' }, ['X-A', '1'], 'X-a', ['1']],
    ['each that was sent', { 'x-a': '1, 2, 3' }, ['X-A', '1, 2', 'X-B', '9', 'x-a', '3'], 'x-a', ['1, 2', '3']],
    ['those of a list', { 'set-cookie': ['a', 'b'] }, ['Set-Cookie', 'a', 'Set-Cookie', 'b'], 'set-cookie', ['a', 'b']],
    ['what a step put in the place of what was sent', { 'x-a': 'bound' }, ['X-A', 'sent'], 'x-a', ['bound']],
    ['the same, of one that was sent twice', { 'x-a': 'bound' }, ['X-A', 'sent', 'X-A', 'again'], 'x-a', ['bound']],
  ]
  for (const [what, headers, rawHeaders, name, values] of cases) {
    it(`are ${what}`, () => expect(headerValues({ headers, rawHeaders: [...rawHeaders] }, name)).to.deep.equal(values))
  }
})

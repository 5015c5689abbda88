import { expect } from 'chai'
import type { Problem } from '../../../../core/config/problems/place.ts'
import { applyPatches, namedStep } from '../../../../core/pipeline/plan/patch.ts'
import type { Patch, WrittenStep } from '../../../../core/pipeline/plan/source.ts'

const steps = ['a', 'b', 'c'].map(name => namedStep(name, undefined))

function patched(...patches: readonly Patch[]) {
  const problems: Problem[] = []
  const result = applyPatches(steps, patches, 'chat', pointer => ({ file: 'f', line: 1, column: 1, pointer }), problems)
  return { names: result.map(({ name }) => name).join(' '), result, problems: problems.map(({ pointer, message }) => `${pointer}: ${message}`) }
}

describe('patches', () => {
  for (const [name, patches, names] of [
    ['insert at the end', [{ insert: 'x' }], 'a b c x'],
    ['insert before', [{ insert: 'x', before: 'a' }], 'x a b c'],
    ['insert after', [{ insert: 'x', after: 'b' }], 'a b x c'],
    ['insert between', [{ insert: 'x', after: 'a', before: 'c' }], 'a x b c'],
    [
      'insert beside what was inserted',
      [
        { insert: 'x', after: 'c' },
        { insert: 'y', after: 'x' },
      ],
      'a b c x y',
    ],
    ['remove', [{ remove: 'b' }], 'a c'],
    ['move', [{ remove: 'a' }, { insert: 'a', after: 'c' }], 'b c a'],
    ['replace, under the old name', [{ replace: 'b', with: 'x' }], 'a b c'],
    ['replace, under a new name', [{ replace: 'b', with: { use: 'x', name: 'y' } }], 'a y c'],
    ['set', [{ set: 'b', options: { n: 1 } }], 'a b c'],
  ] as const satisfies readonly (readonly [string, readonly Patch[], string])[]) {
    it(`${name}: ${names}`, () => expect(patched(...patches)).to.deep.include({ names, problems: [] }))
  }

  it('lay options over options', () => {
    const { result } = patched({ set: 'b', options: { x: 1, y: 1 } }, { set: 'b', options: { y: 2 }, on_error: 'open', timeout: 5 })
    expect(result[1]).to.deep.include({ options: { x: 1, y: 2 }, on_error: 'open', timeout: 5 })
  })

  it('leave the list that they are given alone', () => {
    patched({ remove: 'a' }, { set: 'b', options: { n: 1 } })
    expect(steps.map(({ name, options }) => [name, options])).to.deep.equal([
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
    ])
  })

  it('that cannot be applied are left out and told, all of them', () => {
    const { names, problems } = patched(
      { remove: 'x' },
      { insert: 'y', after: 'x' },
      { insert: 'a' },
      { insert: 'y', after: 'c', before: 'a' },
      { set: 'bb' },
      { remove: 'c' },
    )
    expect(names).to.equal('a b')
    expect(problems.map(text => text.split(':')[0])).to.deep.equal([
      '/pipelines/chat/0/remove',
      '/pipelines/chat/1/after',
      '/pipelines/chat/2/insert',
      '/pipelines/chat/3/insert',
      '/pipelines/chat/4/set',
    ])
  })

  for (const [written, name] of [
    ['auth', 'auth'],
    ['./no-secrets.ts', 'no-secrets'],
    ['/opt/x/guard.js', 'guard'],
    ['@acme/guard', 'guard'],
    ['tapline-plugin-x', 'tapline-plugin-x'],
    [{ use: './x.ts', name: 'mine' }, 'mine'],
  ] as readonly (readonly [WrittenStep, string])[]) {
    it(`name ${JSON.stringify(written)} "${name}"`, () => expect(namedStep(written, undefined).name).to.equal(name))
  }
})

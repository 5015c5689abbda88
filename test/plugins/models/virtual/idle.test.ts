import { expect } from 'chai'
import { defaults, type VirtualModel } from '../../../../plugins/models/virtual/definition.ts'
import { isIdle } from '../../../../plugins/models/virtual/idle.ts'

const policy = (source: string, more: Partial<VirtualModel> = {}): VirtualModel => ({ ...defaults, source, ...more })

describe('a policy', () => {
  const off = { enabled: false }
  const rows: readonly [string, boolean, VirtualModel, boolean, readonly VirtualModel[]][] = [
    ['that opens what is open changes nothing', true, policy('openai/x'), true, []],
    ['that closes what is open counts', false, policy('openai/x', off), true, []],
    ['that opens what is closed by default counts', false, policy('openai/x'), false, []],
    ['that closes what is closed by default changes nothing', true, policy('openai/x', off), false, []],
    ['with paths counts', false, policy('openai/x', { user_paths: ['/a'] }), true, []],
    ['with groups counts', false, policy('openai/x', { groups: ['g'] }), true, []],
    ['with words counts', false, policy('openai/x', { description: 'ours' }), true, []],
    ['with a slowdown counts', false, policy('openai/x', { slowdown: 1 }), true, []],
    ['without a slowdown where one would be inherited counts', false, policy('openai/x', { slowdown: 0 }), true, [policy('/', { slowdown: 1 })]],
    ['that says less than a broader one with a slowdown counts', false, policy('openai/x'), true, [policy('/', { slowdown: 1 })]],
    ['that opens what its provider closes counts', false, policy('openai/x'), true, [policy('openai/', off)]],
    ['that closes what its provider closes changes nothing', true, policy('openai/x', off), true, [policy('openai/', off)]],
    ['that closes what the model closes anywhere changes nothing', true, policy('openai/x', off), true, [policy('x', off)]],
    ['is judged by the strongest of the broader ones', true, policy('openai/x'), true, [policy('/', off), policy('openai/')]],
    ['that opens what only some may use counts', false, policy('openai/x'), true, [policy('openai/', { user_paths: ['/a'] })]],
    ['of a provider is judged by what holds for all', true, policy('openai/', off), true, [policy('/', off)]],
    ['of all is judged by the default', true, policy('/'), true, [policy('openai/', off)]],
    [
      'beside a redirect of a broader name is judged without that',
      true,
      policy('openai/x'),
      true,
      [policy('x', { enabled: false, targets: [{ model: 'y', weight: 1 }] })],
    ],
    ['is none with targets', false, policy('openai/x', { targets: [{ model: 'y', weight: 1 }] }), true, []],
  ]
  for (const [what, expected, model, byDefault, others] of rows)
    it(what, () => {
      const access = { enabledByDefault: byDefault } as Parameters<typeof isIdle>[1]['access']
      expect(isIdle(model, { access, providers: ['openai'] }, new Map(others.map(other => [other.source, other])))).to.equal(expected)
    })
})

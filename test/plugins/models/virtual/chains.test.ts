import { expect } from 'chai'
import { chainFault, usersOf } from '../../../../plugins/models/virtual/chains.ts'
import { defaults, type VirtualModel } from '../../../../plugins/models/virtual/definition.ts'

/** `a>b,c` is a virtual model `a` with the targets `b` and `c`. */
const set = (...texts: string[]): ReadonlyMap<string, VirtualModel> =>
  new Map(
    texts.map(text => {
      const [source = '', targets = ''] = text.split('>')
      return [
        source,
        {
          ...defaults,
          source,
          targets: targets
            .split(',')
            .filter(target => target !== '')
            .map(model => ({ model, weight: 1 })),
        },
      ]
    }),
  )
const line = (length: number) => set(...Array.from({ length }, (_, index) => `m${index}>m${index + 1}`))

describe('chains of virtual models', () => {
  const rows: readonly [string, ReadonlyMap<string, VirtualModel>, string | undefined][] = [
    ['that end at real models pass', set('a>b', 'b>openai/x'), undefined],
    ['that lead in a circle are spelled out', set('a>b', 'b>a'), 'virtual models lead in a circle: a → b → a'],
    ['that lead into a circle show the circle alone', set('a>b', 'b>c', 'c>b'), 'virtual models lead in a circle: b → c → b'],
    ['whose second target leads back are circles', set('a>x,b', 'b>y,a'), 'virtual models lead in a circle: a → b → a'],
    ['that name themselves mean the real model', set('a>a', 'b>a'), undefined],
    ['of eight pass', line(8), undefined],
    ['of nine are too long', line(9), 'virtual models are chained more than 8 deep: m0 → m1 → m2 → m3 → m4 → m5 → m6 → m7 → m8'],
    [
      'of nine are too long in whatever order they stand',
      new Map([...line(9)].reverse()),
      'virtual models are chained more than 8 deep: m0 → m1 → m2 → m3 → m4 → m5 → m6 → m7 → m8',
    ],
    ['that meet again are no circles', set('a>b,c', 'b>d', 'c>d', 'd>x'), undefined],
    ['through a policy end there', set('a>b', 'b>'), undefined],
  ]
  for (const [what, models, fault] of rows) it(what, () => expect(chainFault(models)).to.equal(fault))

  it('tell who uses a virtual model', () => {
    expect(usersOf('b', set('a>b', 'b>b', 'c>x,b', 'd>x').values())).to.deep.equal(['a', 'c'])
  })

  it('are walked in no time where many meet', () => {
    const layers = Array.from({ length: 7 }, (_, layer) =>
      Array.from({ length: 30 }, (_n, index) => `l${layer}-${index}>${Array.from({ length: 30 }, (_m, next) => `l${layer + 1}-${next}`).join(',')}`),
    )
    expect(chainFault(set(...layers.flat()))).to.equal(undefined)
  })
})

/** Lossless documents: reading, splicing, forking. */

import { expect } from 'chai'
import { JsonDocument, JsonError, type JsonNode } from '../../../core/document/document.ts'
import { Random, randomJson, randomString } from './random-json.ts'

function parse(json: string): JsonDocument {
  return JsonDocument.parse(Buffer.from(json))
}

/** Renders after an edit. */
function edited(json: string, edit: (document: JsonDocument, root: JsonNode) => void): string {
  const document = parse(json)
  edit(document, document.root)
  return document.render().toString()
}

function get(node: JsonNode, ...path: (string | number)[]): JsonNode {
  return path.reduce((at, step) => (typeof step === 'string' ? at.get(step) : at.items()[step])!, node)
}

describe('JsonDocument', () => {
  describe('reading', () => {
    const { root } = parse(' {"s":"a\\u00e9\\n","n":1.0,"t":true,"f":false,"z":null,"a":[1,"two",[3]],"o":{"\\u006dodel":"x","k":{}}} ')

    for (const [name, kind, value] of [
      ['s', 'string', 'aé\n'],
      ['n', 'number', 1],
      ['t', 'boolean', true],
      ['f', 'boolean', false],
      ['z', 'null', null],
      ['a', 'array', [1, 'two', [3]]],
      ['o', 'object', { model: 'x', k: {} }],
    ] as const)
      it(`knows a ${kind}: ${name}`, () => {
        expect(root.get(name)?.kind).to.equal(kind)
        expect(root.get(name)?.value()).to.deep.equal(value)
      })

    it('reads what was spelled here when somebody looks', () => {
      const document = JsonDocument.of(Buffer.from('{"a": 1}'))
      expect([document.edited, document.render()]).to.deep.equal([false, document.bytes])
      document.set(document.root, 'b', '2')
      expect(document.render().toString()).to.equal('{"a": 1,"b":2}')
    })

    it('finds members by their decoded name', () => expect(get(root, 'o', 'model').string()).to.equal('x'))
    it('takes no spelling for a name', () => expect(parse('{"a\\nb":1}').root.get('a\\nb')).to.equal(undefined))
    it('finds names of every script', () => expect(parse('{"é漢😀":1}').root.get('é漢😀')?.value()).to.equal(1))
    it('finds the last of duplicates', () => expect(parse('{"model":1,"\\u006dodel":2,"mode":3}').root.get('model')?.value()).to.equal(2))
    it('takes __proto__ for a name', () => {
      const { root } = parse('{"__proto__":{"a":1}}')
      expect(root.get('__proto__')?.value()).to.deep.equal({ a: 1 })
      expect(root.get('toString')).to.equal(undefined)
      expect(root.members().map(member => member.name)).to.deep.equal(['__proto__'])
    })
    it('lists duplicates among the members', () => {
      expect(
        parse('{"a":1, "a" : 2}')
          .root.members()
          .map(({ name, value }) => [name, value.value()]),
      ).to.deep.equal([
        ['a', 1],
        ['a', 2],
      ])
    })
    it('says undefined, or nothing, of what is not there', () => {
      const scalar = get(root, 's')
      expect([scalar.get('x'), get(root, 'a').get('x'), scalar.items(), scalar.members(), root.items(), get(root, 'a').members()]).to.deep.equal([
        undefined,
        undefined,
        [],
        [],
        [],
        [],
      ])
    })
    it('gives a string of strings only', () => expect(() => get(root, 'n').string()).to.throw(TypeError, 'a JSON number is no string'))
    it('keeps the spelling of numbers', () => expect(get(root, 'n').json()).to.equal('1.0'))
    for (const [number, isPlain] of [
      ...['0', '7', '-1', '0.5', '-12.25', '123456789012345', '1e+21', '1e-7'].map(text => [text, true] as const),
      ...['-0', '1.0', '0.50', '1e5', '1E+21', '-0.0', '0e0', '1234567890123456', '0.1234567890123456789'].map(text => [text, false] as const),
    ]) {
      it(`${isPlain ? 'knows' : 'does not say'} that ${number} is spelled as JavaScript does`, () => {
        for (const text of [number, `[1,${number}]`, `{"a":{"b":[${number}]}}`]) {
          expect(parse(text).hasPlainNumbers, text).to.equal(isPlain)
          if (isPlain) expect(JSON.stringify(JSON.parse(text))).to.equal(text)
        }
      })
    }
    it('does not say so of many fractions, nor of what was edited, nor of what nobody has read', () => {
      expect(parse(`[${'0.5,'.repeat(50)}0.5]`).hasPlainNumbers).to.equal(false)
      expect(JsonDocument.of(Buffer.from('[1]')).hasPlainNumbers).to.equal(false)
      const document = parse('{"a":1}')
      const fork = document.fork()
      document.set(document.root, 'a', '1.0')
      expect([document.hasPlainNumbers, fork.hasPlainNumbers, document.fork().hasPlainNumbers]).to.deep.equal([false, true, false])
    })
    it('gives the same node each time', () => expect(get(root, 'a', 2)).to.equal(get(root, 'a', 2)))
    it('lists every string inside, but no name', () => {
      expect(
        parse('{"a":["b",{"c":"d","e":[[]]}],"f":"g"}')
          .root.strings()
          .map(node => node.string()),
      ).to.deep.equal(['b', 'd', 'g'])
      const { root } = parse('[[["x"]]]')
      const known = get(root, 0, 0)
      expect(root.strings()).to.deep.equal([get(known, 0)])
      expect(get(root, 0, 0)).to.equal(known)
    })
    it('tells where a value stands', () => {
      const { start, end } = parse('{"a": [1] }').root.get('a')!
      expect([start, end]).to.deep.equal([6, 9])
    })
    it('refuses to decode what the scan was too lenient with', () => {
      const { root } = parse(`{"a":"${'x'.repeat(80)}\\q"}`)
      expect(() => root.get('a')?.string()).to.throw(JsonError, 'at byte 5')
      expect(() => root.value()).to.throw(JsonError)
    })
  })

  describe('render', () => {
    it('gives the very buffer of an unedited document', () => {
      const bytes = Buffer.from(' {"a":1} ')
      const document = JsonDocument.parse(bytes)
      document.root.value()
      expect(document.render()).to.equal(bytes)
      expect(document.edited).to.equal(false)
    })
    it('writes once for many askers', () => {
      const document = parse('{"a":1}')
      document.set(document.root, 'a', '2')
      expect(document.render()).to.equal(document.render())
      document.set(document.root, 'a', '3')
      expect(document.render().toString()).to.equal('{"a":3}')
    })
  })

  describe('edits', () => {
    const cases: [what: string, before: string, edit: (document: JsonDocument, root: JsonNode) => void, after: string][] = [
      ['replaces a value', ' { "a" : 1.0 , "b":12345678901234567890 } ', (d, r) => d.replace(get(r, 'a'), '"x"'), ' { "a" : "x" , "b":12345678901234567890 } '],
      ['replaces the root', ' [1] ', (d, r) => d.replace(r, '{}'), ' {} '],
      [
        'replaces inside a replacement',
        '{"a":1}',
        (d, r) => {
          d.replace(get(r, 'a'), '[1, 2]')
          d.replace(get(r, 'a', 1), '3')
        },
        '{"a":[1, 3]}',
      ],
      [
        'replaces twice',
        '{"a":1}',
        (d, r) => {
          d.replace(get(r, 'a'), '[1]')
          d.replace(get(r, 'a'), '2')
        },
        '{"a":2}',
      ],
      [
        'replaces after an edit inside',
        '[[1]]',
        (d, r) => {
          d.insert(get(r, 0), 0, '0')
          d.replace(get(r, 0), '2')
        },
        '[2]',
      ],
      ['sets the last of duplicates', '{"a":1,"a":2,"b":3}', (d, r) => d.set(r, 'a', '9'), '{"a":1,"a":9,"b":3}'],
      ['appends a member', '{\n  "a": 1\n}', (d, r) => d.set(r, 'b', '2'), '{\n  "a": 1,"b":2\n}'],
      ['appends to an empty object', '{ }', (d, r) => d.set(r, '__proto__', '2'), '{"__proto__":2 }'],
      ['appends a member of any name', '{}', (d, r) => d.set(r, 'a"\n', '2'), '{"a\\"\\n":2}'],
      [
        'sets what was appended',
        '{}',
        (d, r) => {
          d.set(r, 'a', '1')
          d.set(r, 'a', '2')
        },
        '{"a":2}',
      ],
      ['unsets the only member', '{ "a": 1 }', (d, r) => d.unset(r, 'a'), '{ }'],
      ['unsets the first member', '{ "a": 1, "b": 2 }', (d, r) => d.unset(r, 'a'), '{ "b": 2 }'],
      ['unsets the last member', '{ "a": 1, "b": 2 }', (d, r) => d.unset(r, 'b'), '{ "a": 1 }'],
      ['unsets every duplicate', '{"a":1,"b":2,"\\u0061":3,"c":4,"a":5}', (d, r) => d.unset(r, 'a'), '{"b":2,"c":4}'],
      ['unsets nothing', '{"b":2}', (d, r) => d.unset(r, 'a'), '{"b":2}'],
      [
        'unsets and sets',
        '{"a":1,"b":2}',
        (d, r) => {
          d.unset(r, 'a')
          d.set(r, 'a', '3')
        },
        '{"b":2,"a":3}',
      ],
      ['inserts first', '[ 1, 2 ]', (d, r) => d.insert(r, 0, '0'), '[0, 1, 2 ]'],
      ['inserts between', '[ 1 , 2 ]', (d, r) => d.insert(r, 1, '0'), '[ 1 ,0, 2 ]'],
      ['inserts last', '[ 1, 2 ]', (d, r) => d.insert(r, 2, '0'), '[ 1, 2,0 ]'],
      ['inserts into an empty array', '[]', (d, r) => d.insert(r, 0, '{"a":1}'), '[{"a":1}]'],
      [
        'inserts, reading what was inserted',
        '[3]',
        (d, r) => {
          d.insert(r, 0, '1')
          d.insert(r, 1, '2')
        },
        '[1,2,3]',
      ],
      ['removes the first', '[ 1, 2, 3 ]', (d, r) => d.remove(r, get(r, 0)), '[ 2, 3 ]'],
      ['removes the last', '[ 1, 2, 3 ]', (d, r) => d.remove(r, get(r, 2)), '[ 1, 2 ]'],
      ['removes several', '[ 1, 2, 3 ]', (d, r) => d.remove(r, get(r, 2), get(r, 0)), '[ 2 ]'],
      ['edits strings that were found deep inside', '[[["a"]],["b"]]', (d, r) => r.strings().forEach(node => d.replace(node, '"x"')), '[[["x"]],["x"]]'],
      [
        'removes all',
        '[ 1, 2 ]',
        (d, r) => {
          d.remove(r, get(r, 1))
          d.remove(r, get(r, 0))
        },
        '[ ]',
      ],
      [
        'removes all, and inserts',
        '[ 1 ]',
        (d, r) => {
          d.remove(r, get(r, 0))
          d.insert(r, 0, '2')
        },
        '[2 ]',
      ],
      [
        'edits an inserted item',
        '[]',
        (d, r) => {
          d.insert(r, 0, '{"a":1}')
          d.set(get(r, 0), 'a', '2')
        },
        '[{"a":2}]',
      ],
      [
        'edits deep inside',
        '{"a":[{"b":[1, {"c" : "x"}]}],"z":1.0}',
        (d, r) => d.replace(get(r, 'a', 0, 'b', 1, 'c'), '"y"'),
        '{"a":[{"b":[1, {"c" : "y"}]}],"z":1.0}',
      ],
    ]
    for (const [what, before, edit, after] of cases) it(what, () => expect(edited(before, edit)).to.equal(after))

    it('are seen by every reading', () => {
      const document = parse('{"a":{"b":[1]}}')
      const list = get(document.root, 'a', 'b')
      document.insert(list, 1, '"two"')
      document.replace(get(list, 0), '{"c":3}')
      expect(document.root.value()).to.deep.equal({ a: { b: [{ c: 3 }, 'two'] } })
      expect(get(list, 0).kind).to.equal('object')
      expect(get(document.root, 'a').json()).to.equal('{"b":[{"c":3},"two"]}')
    })

    it('can wait until somebody looks', () => {
      const document = parse('{"a":[1],"b":2}')
      let spelled = 0
      const spell = () => `"${++spelled}"`
      document.replaceLater(get(document.root, 'a', 0), spell)
      expect([document.edited, spelled]).to.deep.equal([true, 0])
      expect(document.render().toString()).to.equal('{"a":["1"],"b":2}')
      expect(get(document.root, 'a', 0).string()).to.equal('1')
      document.replaceLater(get(document.root, 'a', 0), spell)
      const fork = document.fork()
      expect([fork, document].map(each => each.render().toString())).to.deep.equal(Array(2).fill('{"a":["2"],"b":2}'))
    })

    it('leave a list that was read before as it was', () => {
      const document = parse('[1,2]')
      const items = document.root.items()
      document.remove(document.root, get(document.root, 0))
      expect(items).to.have.length(2)
      expect(document.root.items()).to.have.length(1)
    })

    const refused: [what: string, edit: (document: JsonDocument, root: JsonNode) => void, message: string][] = [
      ['of a node of another document', d => d.replace(parse('1').root, '2'), 'not, or no longer, in this document'],
      ['of a node of a fork', d => d.replace(d.fork().root, '2'), 'not, or no longer'],
      [
        'inside a value that was replaced',
        (d, r) => {
          const node = get(r, 'a', 0)
          d.replace(get(r, 'a'), '1')
          d.replace(node, '2')
        },
        'no longer',
      ],
      [
        'inside a replacement that was replaced',
        (d, r) => {
          d.replace(get(r, 'a'), '[1]')
          const node = get(r, 'a', 0)
          d.replace(get(r, 'a'), '1')
          d.replace(node, '2')
        },
        'no longer',
      ],
      [
        'of an item that was removed',
        (d, r) => {
          const node = get(r, 'a', 0)
          d.remove(get(r, 'a'), node)
          d.replace(node, '2')
        },
        'no longer',
      ],
      ['that removes an item of another array', (d, r) => d.remove(get(r, 'a'), get(r, 'b', 0)), 'not in this array'],
      ['that sets a member of an array', (d, r) => d.set(get(r, 'a'), 'x', '1'), 'a JSON array is no object'],
      ['that inserts into an object', (d, r) => d.insert(r, 0, '1'), 'a JSON object is no array'],
      ['out of range', (d, r) => d.insert(get(r, 'a'), 3, '1'), 'no place 3 in 1 items'],
      ['that is no JSON', (d, r) => d.replace(get(r, 'a'), '{'), 'unexpected end'],
      ['that is more than one value', (d, r) => d.insert(get(r, 'a'), 0, '1,2'), 'not one JSON value'],
      ['that is no value', (d, r) => d.insert(get(r, 'a'), 0, ''), 'not one JSON value'],
      ['that breaks out', (d, r) => d.set(r, 'x', '1}'), 'unexpected data'],
    ]
    for (const [what, edit, message] of refused)
      it(`throws at an edit ${what}`, () => {
        const document = parse('{"a":[1],"b":[2]}')
        expect(() => edit(document, document.root)).to.throw(message)
      })
  })

  describe('fork', () => {
    it('keeps the edits of each apart', () => {
      const document = parse('{"a":[1,{"b":2}],"m":"x"}')
      document.set(get(document.root, 'a', 1), 'b', '3')
      const fork = document.fork()
      fork.set(fork.root, 'm', '"y"')
      fork.insert(get(fork.root, 'a'), 0, '0')
      document.set(document.root, 'm', '"z"')
      document.set(get(document.root, 'a', 1), 'b', '4')
      expect(fork.render().toString()).to.equal('{"a":[0,1,{"b":3}],"m":"y"}')
      expect(document.render().toString()).to.equal('{"a":[1,{"b":4}],"m":"z"}')
    })
    it('renders the very buffer when nothing is edited', () => {
      const document = parse('{"a":1}')
      expect(document.fork().fork().render()).to.equal(document.bytes)
    })
    it('takes replaced values along, and they can be edited further', () => {
      const document = parse('{"a":1}')
      document.replace(document.root, '{"a":[1,2]}')
      document.remove(get(document.root, 'a'), get(document.root, 'a', 0))
      const fork = document.fork().fork()
      fork.insert(get(fork.root, 'a'), 1, '3')
      expect(fork.render().toString()).to.equal('{"a":[2,3]}')
      expect(document.render().toString()).to.equal('{"a":[2]}')
    })
  })

  for (const length of [0, 1, 999, 1000, 1001, 5000])
    it(`reads and edits a list of ${length} objects`, () => {
      const list = Array.from({ length }, (_, id) => ({ id, of: [{ id }] }))
      const document = parse(JSON.stringify({ list, model: 'm' }))
      const items = document.root.get('list')?.items() ?? []
      expect(items.map(item => item.value())).to.deep.equal(list)
      for (const item of items) document.set(get(item, 'of', 0), 'id', '0')
      expect(JSON.parse(document.render().toString())).to.deep.equal({ list: list.map(({ id }) => ({ id, of: [{ id: 0 }] })), model: 'm' })
    })

  it('edits random documents at random, as the same edits of the parsed value would', () => {
    const random = new Random(3)
    for (let i = 0; i < 3000; i++) editAtRandom(random)
  })

  it('leaves every byte outside a replaced value as it was', () => {
    const random = new Random(4)
    for (let i = 0; i < 3000; i++) {
      const document = parse(` ${randomJson(random)}\n`)
      const node = random.pick(everyNode(document.root))
      const replacement = randomString(random)
      const expected = Buffer.concat([document.bytes.subarray(0, node.start), Buffer.from(replacement), document.bytes.subarray(node.end)])
      document.replace(node, replacement)
      expect(document.render().toString()).to.equal(expected.toString())
    }
  })
})

/** Edits a document and a model of it, a list of pairs for an object, side by side; forks on the way. */
function editAtRandom(random: Random): void {
  let document = parse(randomJson(random))
  for (let edits = random.below(8); edits > 0; edits--) {
    if (random.below(3) === 0) document = document.fork()
    const node = random.pick(everyNode(document.root))
    const before = pairs(node)
    const json = randomJson(random, 2)
    const value = pairs(parse(json).root)
    const after = edit(random, document, node, json, before, value)
    expect(pairs(node)).to.deep.equal(after)
    expect(pairs(parse(document.render().toString()).root)).to.deep.equal(pairs(document.root))
    expect(document.root.value()).to.deep.equal(JSON.parse(document.render().toString()))
  }
}

function edit(random: Random, document: JsonDocument, node: JsonNode, json: string, before: unknown, value: unknown): unknown {
  const choice = random.below(3)
  if (node.kind === 'array' && choice === 0) {
    const index = random.below(node.items().length + 1)
    document.insert(node, index, json)
    return (before as unknown[]).toSpliced(index, 0, value)
  }
  if (node.kind === 'array' && choice === 1 && node.items().length > 0) {
    const index = random.below(node.items().length)
    document.remove(node, node.items()[index]!)
    return (before as unknown[]).toSpliced(index, 1)
  }
  if (node.kind === 'object' && choice < 2) {
    const name = random.pick([...node.members().map(member => member.name), 'model', 'new'])
    const members = (before as { members: [string, unknown][] }).members
    if (choice === 0) {
      document.unset(node, name)
      return { members: members.filter(([other]) => other !== name) }
    }
    const last = members.findLastIndex(([other]) => other === name)
    document.set(node, name, json)
    return { members: last < 0 ? [...members, [name, value]] : members.with(last, [name, value]) }
  }
  document.replace(node, json)
  return value
}

/** The value with duplicate members kept and numbers as they are spelled. */
function pairs(node: JsonNode): unknown {
  switch (node.kind) {
    case 'array':
      return node.items().map(pairs)
    case 'object':
      return { members: node.members().map(({ name, value }) => [name, pairs(value)]) }
    default:
      return node.json()
  }
}

function everyNode(node: JsonNode): JsonNode[] {
  return [node, ...node.items().flatMap(everyNode), ...node.members().flatMap(({ value }) => everyNode(value))]
}

/** JSON Schemas as vendors take them. */

import { expect } from 'chai'
import { GatewayError } from '../../../core/errors.ts'
import type { Json } from '../../../core/neutral/request.ts'
import { checkSchema, objectSchema, openApiSchema, strictSchema, withoutMeta } from '../../../core/neutral/schema.ts'

interface Case {
  readonly name: string
  readonly schema: Json
  readonly becomes: Json
}

function each(change: (schema: Json) => Json, cases: readonly Case[]): void {
  for (const { name, schema, becomes } of cases) {
    it(name, () => expect(JSON.parse(JSON.stringify(change(schema)))).to.deep.equal(becomes))
  }
}

describe('a schema for constrained output', () => {
  each(strictSchema, [
    { name: 'says its bounds in the description', schema: { type: 'number', minimum: 0 }, becomes: { type: 'number', description: 'minimum: 0' } },
    {
      name: 'says them behind what is there',
      schema: { type: 'string', description: 'A port.', maxLength: 9, minLength: 1 },
      becomes: { type: 'string', description: 'A port. maxLength: 9, minLength: 1' },
    },
    {
      name: 'keeps minItems of 0 and 1',
      schema: { type: 'array', minItems: 1, items: { type: 'array', minItems: 2 } },
      becomes: { type: 'array', minItems: 1, items: { type: 'array', description: 'minItems: 2' } },
    },
    {
      name: 'closes every object',
      schema: { type: 'object', properties: { a: { properties: { b: {} } } } },
      becomes: { type: 'object', properties: { a: { properties: { b: {} }, additionalProperties: false } }, additionalProperties: false },
    },
    { name: 'closes what may be an object or null', schema: { type: ['object', 'null'] }, becomes: { type: ['object', 'null'], additionalProperties: false } },
    { name: 'closes what was open', schema: { type: 'object', additionalProperties: true }, becomes: { type: 'object', additionalProperties: false } },
    {
      name: 'turns oneOf into anyOf',
      schema: { oneOf: [{ type: 'string', pattern: 'a' }, { type: 'null' }] },
      becomes: { anyOf: [{ type: 'string', pattern: 'a' }, { type: 'null' }] },
    },
    {
      name: 'keeps both of two choices',
      schema: { anyOf: [{ type: 'string' }], oneOf: [{ maxLength: 2 }], allOf: [{}] },
      becomes: { allOf: [{}, { anyOf: [{ type: 'string' }] }, { anyOf: [{ description: 'maxLength: 2' }] }] },
    },
    { name: 'keeps the formats that are known', schema: { type: 'string', format: 'uuid' }, becomes: { type: 'string', format: 'uuid' } },
    { name: 'says the others', schema: { type: 'string', format: 'iri' }, becomes: { type: 'string', description: 'format: iri' } },
    {
      name: 'leaves out $schema, not, if, patternProperties',
      schema: JSON.parse('{"$schema":"x","type":"string","not":{},"if":{},"then":{},"else":{},"patternProperties":{}}') as Json,
      becomes: { type: 'string' },
    },
    {
      name: 'goes into definitions',
      schema: { $defs: { n: { type: 'number', multipleOf: 2 } }, $ref: '#/$defs/n' },
      becomes: { $defs: { n: { type: 'number', description: 'multipleOf: 2' } }, $ref: '#/$defs/n' },
    },
    {
      name: 'takes a property named like a keyword for a property',
      schema: { type: 'object', properties: { minimum: { type: 'number' } } },
      becomes: { type: 'object', properties: { minimum: { type: 'number' } }, additionalProperties: false },
    },
  ])

  it('is the same bytes each time', () => {
    const schema = { type: 'object', properties: { b: { type: 'number', minimum: 0, maximum: 9 }, a: {} } }
    expect(JSON.stringify(strictSchema(schema))).to.equal(JSON.stringify(strictSchema(structuredClone(schema))))
  })

  it('keeps a property named __proto__', () => {
    const schema = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}') as Json
    expect(JSON.stringify(strictSchema(schema))).to.equal('{"type":"object","properties":{"__proto__":{"type":"string"}},"additionalProperties":false}')
  })
})

describe('a schema for models that know OpenAPI', () => {
  each(
    schema => openApiSchema(schema, 'schema'),
    [
      {
        name: 'has its references filled in',
        schema: { $defs: { p: { type: 'string' } }, type: 'object', properties: { port: { $ref: '#/$defs/p' } } },
        becomes: { type: 'object', properties: { port: { type: 'string' } } },
      },
      { name: 'is open', schema: { $schema: 'x', type: 'object', additionalProperties: false }, becomes: { type: 'object' } },
      { name: 'says a constant as an enum', schema: { const: 'a' }, becomes: { enum: ['a'] } },
      { name: 'says a type with null as nullable', schema: { type: ['number', 'null'] }, becomes: { type: 'number', nullable: true } },
      {
        name: 'says a type of several as a choice',
        schema: { type: ['number', 'string', 'null'] },
        becomes: { anyOf: [{ type: 'number' }, { type: 'string' }], nullable: true },
      },
      {
        name: 'says a choice with null as nullable',
        schema: { anyOf: [{ type: 'number' }, { type: 'null' }], title: 'kg' },
        becomes: { type: 'number', nullable: true, title: 'kg' },
      },
      {
        name: 'says a choice of several with null as nullable',
        schema: { anyOf: [{ type: 'number' }, { type: 'null' }, { type: 'string' }] },
        becomes: { anyOf: [{ type: 'number' }, { type: 'string' }], nullable: true },
      },
      {
        name: 'keeps what stands beside a reference',
        schema: { $defs: { p: { type: 'string', description: 'A port.' } }, properties: { to: { $ref: '#/$defs/p', description: 'Whither.' } } },
        becomes: { properties: { to: { type: 'string', description: 'Whither.' } } },
      },
      { name: 'knows no definition that nobody gave', schema: { properties: { a: { $ref: '#/$defs/toString' } } }, becomes: { properties: { a: {} } } },
      { name: 'keeps the order of properties', schema: { propertyOrdering: ['b', 'a'] }, becomes: { propertyOrdering: ['b', 'a'] } },
    ],
  )

  it('ends where a reference leads back to itself', () => {
    const node = { type: 'object', properties: { left: { $ref: '#/$defs/n' }, right: { $ref: '#/$defs/n' } } }
    expect(openApiSchema({ $defs: { n: node }, $ref: '#/$defs/n' }, 'schema')).to.deep.equal({
      type: 'object',
      properties: { left: { type: 'object' }, right: { type: 'object' } },
    })
  })

  it('is refused where its references fill it beyond measure, or too deep', () => {
    const chain = (length: number, shape: (next: Json) => Json): Json => ({
      $defs: Object.fromEntries(Array.from({ length }, (_, n) => [`d${n}`, n === 0 ? { type: 'string' } : shape({ $ref: `#/$defs/d${n - 1}` })])),
      $ref: `#/$defs/d${length - 1}`,
    })
    expect(() =>
      openApiSchema(
        chain(30, next => ({ properties: { a: next, b: next } })),
        'text.format',
      ),
    )
      .to.throw(GatewayError, 'references')
      .that.includes({ status: 400, param: 'text.format' })
    expect(() =>
      openApiSchema(
        chain(5_000, items => ({ items })),
        'text.format',
      ),
    )
      .to.throw(GatewayError, '64 levels')
      .that.includes({ status: 400 })
  })
})

describe('a schema of arguments', () => {
  each(
    schema => objectSchema(schema),
    [
      { name: 'gets its type', schema: { properties: { a: {} } }, becomes: { type: 'object', properties: { a: {} } } },
      { name: 'stays', schema: { type: 'object' }, becomes: { type: 'object' } },
      { name: 'is an object if it says nothing', schema: {}, becomes: { type: 'object', properties: {} } },
      { name: 'is an object if its type is none', schema: { type: null, title: 't' }, becomes: { type: 'object', properties: {}, title: 't' } },
      { name: 'stays if it is composed', schema: { anyOf: [{ type: 'object' }] }, becomes: { anyOf: [{ type: 'object' }] } },
      { name: 'becomes an object if it is none', schema: true, becomes: { type: 'object', properties: {} } },
    ],
  )
  it('is an object where there is none', () => expect(objectSchema(undefined)).to.deep.equal({ type: 'object', properties: {} }))
  it('loses only its $schema', () => expect(withoutMeta({ $schema: 'x', $ref: '#' })).to.deep.equal({ $ref: '#' }))

  it('is refused where it is too deep, or too large', () => {
    const deep = Array.from({ length: 80 }).reduce<Json>(schema => ({ items: schema }), {})
    expect(() => checkSchema(deep, 'tools[0]'))
      .to.throw(GatewayError, '64 levels')
      .that.includes({ status: 400, param: 'tools[0]' })
    expect(() => checkSchema(JSON.parse(`${'{"items":'.repeat(50_000)}1${'}'.repeat(50_000)}`) as Json, 'tools[0]')).to.throw(GatewayError, '64 levels')
    expect(() => checkSchema({ enum: Array.from({ length: 300_000 }, (_, n) => n) }, 'tools[0]')).to.throw(GatewayError, 'larger')
    expect(() => checkSchema({ description: 'x'.repeat(1024 * 1024) }, 'tools[0]')).to.throw(GatewayError, 'larger')
    expect(() => checkSchema({ description: 'é'.repeat(600 * 1024) }, 'tools[0]')).to.throw(GatewayError, 'larger')
    expect(() => checkSchema({ type: 'object', properties: { a: {} } }, 'tools[0]')).not.to.throw()
  })
})

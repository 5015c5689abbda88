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
    { name: 'says them behind what is there', schema: { type: 'string', description: 'A port.', maxLength: 9, minLength: 1 }, becomes: { type: 'string', description: 'A port. maxLength: 9, minLength: 1' } },
    { name: 'keeps minItems of 0 and 1', schema: { type: 'array', minItems: 1, items: { type: 'array', minItems: 2 } }, becomes: { type: 'array', minItems: 1, items: { type: 'array', description: 'minItems: 2' } } },
    { name: 'closes every object', schema: { type: 'object', properties: { a: { properties: { b: {} } } } }, becomes: { type: 'object', properties: { a: { properties: { b: {} }, additionalProperties: false } }, additionalProperties: false } },
    { name: 'closes what was open', schema: { type: 'object', additionalProperties: true }, becomes: { type: 'object', additionalProperties: false } },
    { name: 'turns oneOf into anyOf', schema: { oneOf: [{ type: 'string', pattern: 'a' }, { type: 'null' }] }, becomes: { anyOf: [{ type: 'string', pattern: 'a' }, { type: 'null' }] } },
    { name: 'keeps the formats that are known', schema: { type: 'string', format: 'uuid' }, becomes: { type: 'string', format: 'uuid' } },
    { name: 'says the others', schema: { type: 'string', format: 'iri' }, becomes: { type: 'string', description: 'format: iri' } },
    { name: 'leaves out $schema, not, if, patternProperties', schema: JSON.parse('{"$schema":"x","type":"string","not":{},"if":{},"then":{},"else":{},"patternProperties":{}}') as Json, becomes: { type: 'string' } },
    { name: 'goes into definitions', schema: { $defs: { n: { type: 'number', multipleOf: 2 } }, $ref: '#/$defs/n' }, becomes: { $defs: { n: { type: 'number', description: 'multipleOf: 2' } }, $ref: '#/$defs/n' } },
    { name: 'takes a property named like a keyword for a property', schema: { type: 'object', properties: { minimum: { type: 'number' } } }, becomes: { type: 'object', properties: { minimum: { type: 'number' } }, additionalProperties: false } },
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
  each(openApiSchema, [
    { name: 'has its references filled in', schema: { $defs: { p: { type: 'string' } }, type: 'object', properties: { port: { $ref: '#/$defs/p' } } }, becomes: { type: 'object', properties: { port: { type: 'string' } } } },
    { name: 'is open', schema: { $schema: 'x', type: 'object', additionalProperties: false }, becomes: { type: 'object' } },
    { name: 'says a constant as an enum', schema: { const: 'a' }, becomes: { enum: ['a'] } },
    { name: 'says a type with null as nullable', schema: { type: ['number', 'null'] }, becomes: { type: 'number', nullable: true } },
    { name: 'keeps the order of properties', schema: { propertyOrdering: ['b', 'a'] }, becomes: { propertyOrdering: ['b', 'a'] } },
  ])

  it('ends where a reference leads back to itself', () => {
    const schema = { $defs: { n: { type: 'object', properties: { next: { $ref: '#/$defs/n' } } } }, $ref: '#/$defs/n' }
    expect(JSON.stringify(openApiSchema(schema)).length).to.be.lessThan(10_000)
  })
})

describe('a schema of arguments', () => {
  each(schema => objectSchema(schema), [
    { name: 'gets its type', schema: { properties: { a: {} } }, becomes: { type: 'object', properties: { a: {} } } },
    { name: 'stays', schema: { type: 'object' }, becomes: { type: 'object' } },
    { name: 'becomes an object if it is none', schema: true, becomes: { type: 'object', properties: {} } },
  ])
  it('is an object where there is none', () => expect(objectSchema(undefined)).to.deep.equal({ type: 'object', properties: {} }))
  it('loses only its $schema', () => expect(withoutMeta({ $schema: 'x', $ref: '#' })).to.deep.equal({ $ref: '#' }))

  it('is refused where it is too deep, or too large', () => {
    const deep = Array.from({ length: 80 }).reduce<Json>(schema => ({ items: schema }), {})
    expect(() => checkSchema(deep, 'tools[0]')).to.throw(GatewayError, '64 levels').that.includes({ status: 400, param: 'tools[0]' })
    expect(() => checkSchema({ description: 'x'.repeat(1024 * 1024) }, 'tools[0]')).to.throw(GatewayError, 'larger')
    expect(() => checkSchema({ type: 'object', properties: { a: {} } }, 'tools[0]')).not.to.throw()
  })
})

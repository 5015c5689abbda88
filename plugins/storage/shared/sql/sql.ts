/** SQL in pieces: text is SQL, values are parameters, and names are quoted. Nothing else gets into a statement. */

import type { Value } from '../row-codec.ts'

/** A parameter; a list, or bytes, only where the database takes such. */
export type Parameter = Value | readonly Value[] | Uint8Array

export class Sql {
  readonly texts: readonly string[]
  readonly parameters: readonly Parameter[]
  /** Its texts are the very same ones each time that it is run. */
  readonly isStanding: boolean

  /** @param texts one more than there are parameters */
  constructor(texts: readonly string[], parameters: readonly Parameter[], isStanding = false) {
    this.texts = texts
    this.parameters = parameters
    this.isStanding = isStanding
  }

  /** @param mark spells the n-th parameter, from 1 on */
  text(mark: (index: number) => string): string {
    return this.texts.reduce((text, next, index) => `${text}${mark(index)}${next}`)
  }
}

/**
 * @example
 * sql`SELECT * FROM ${name('usage')} WHERE ${name('model')} = ${model}`
 */
export function sql(texts: TemplateStringsArray, ...values: readonly (Sql | Parameter)[]): Sql {
  const pieces = [texts[0] ?? '']
  const parameters: Parameter[] = []
  const add = (text: string) => {
    pieces[pieces.length - 1] += text
  }
  for (const [index, value] of values.entries()) {
    if (value instanceof Sql) {
      add(value.texts[0] ?? '')
      pieces.push(...value.texts.slice(1))
      parameters.push(...value.parameters)
    } else {
      pieces.push('')
      parameters.push(value)
    }
    add(texts[index + 1] ?? '')
  }
  return new Sql(pieces, parameters)
}

/** What stands for a value that is not known yet. */
class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/**
 * A statement that is run again and again: put together once, by `build`, which gets something that stands for each value.
 * @example
 * const find = statement<'id'>(({ id }) => sql`SELECT * FROM t WHERE id = ${id}`)
 * find({ id: 'a' })
 */
export function statement<Name extends string>(build: (values: Readonly<Record<Name, Sql>>) => Sql): (values: Readonly<Record<Name, Parameter>>) => Sql {
  const slots = new Proxy({}, { get: (_, name) => new Sql(['', ''], [new Slot(String(name)) as unknown as Parameter]) })
  const { texts, parameters } = build(slots as Record<Name, Sql>)
  const places = parameters as readonly (Parameter | Slot)[]
  return values =>
    new Sql(
      texts,
      places.map(place => (place instanceof Slot ? values[place.name as Name] : place)),
      true,
    )
}

/** A quoted name: `"t"."column"`. */
export function name(...parts: readonly string[]): Sql {
  return new Sql([parts.map(part => `"${part.replaceAll('"', '""')}"`).join('.')], [])
}

/** Text of a statement. Never call it with anything that did not stand in the source. */
export function raw(text: string): Sql {
  return new Sql([text], [])
}

export function join(pieces: readonly Sql[], between = ', '): Sql {
  return pieces.reduce((joined, piece, index) => (index === 0 ? piece : sql`${joined}${raw(between)}${piece}`), raw(''))
}

/** All of these; true if there are none. */
export function and(conditions: readonly Sql[]): Sql {
  return conditions.length === 0
    ? raw('1 = 1')
    : join(
        conditions.map(condition => sql`(${condition})`),
        ' AND ',
      )
}

/** One of these; false if there are none. */
export function or(conditions: readonly Sql[]): Sql {
  return conditions.length === 0
    ? raw('1 = 0')
    : join(
        conditions.map(condition => sql`(${condition})`),
        ' OR ',
      )
}

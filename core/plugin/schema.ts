/** Options schemas: JSON Schema with Tapline's value grammar, and the TypeScript type that follows from one. */

/**
 * A JSON Schema (2020-12) of options. Of a plugin's own options, only those that it names are taken, unless `additionalProperties` says otherwise.
 * Beyond the standard:
 * - `format: 'duration' | 'seconds' | 'size'`: written as `500ms`, `30s`, `10M`; the plugin gets a number, in milliseconds or bytes
 * - `setting`: the place in tapline.yaml that gives this option its default, for example `resilience.retry.max_retries`
 * - `env`: the base name of the environment variable for that setting; `env_form: 'prefixed'` if only `TAPLINE_…` may spell it, `bare` if never
 * - `env_family`: what all variables that begin so give, for a setting that maps names to texts: its members are named by what follows in their names
 * - `identity`: of a list of maps, the member by which items from the environment replace items of the file; without it, the list is replaced
 * - `secret`: never printed
 * - `input`: how a form asks for it, where that does not follow from the type
 */
export interface OptionsSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null' | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, OptionsSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | OptionsSchema
  readonly propertyNames?: OptionsSchema
  readonly items?: OptionsSchema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly oneOf?: readonly OptionsSchema[]
  readonly anyOf?: readonly OptionsSchema[]
  readonly if?: OptionsSchema
  readonly then?: OptionsSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly uniqueItems?: boolean
  readonly pattern?: string
  readonly format?: 'duration' | 'seconds' | 'size' | 'uri' | 'regex' | 'network'
  readonly setting?: string
  readonly env?: string
  readonly env_form?: 'any' | 'prefixed' | 'bare'
  readonly env_family?: string
  readonly identity?: string
  readonly secret?: boolean
  readonly input?: 'textarea' | 'model'
}

type Simplify<T> = { [K in keyof T]: T[K] } & {}

type Present<S extends OptionsSchema> = {
  [K in keyof S['properties']]: S['properties'][K] extends { default: unknown }
    ? K
    : S extends { required: readonly (infer R)[] }
      ? K extends R
        ? K
        : never
      : never
}[keyof S['properties']]

type ObjectOf<S extends OptionsSchema> = Simplify<
  { readonly [K in Present<S>]: S['properties'] extends Record<K, infer P extends OptionsSchema> ? OptionsOf<P> : never } & {
    readonly [K in Exclude<keyof S['properties'], Present<S>>]?: S['properties'] extends Record<K, infer P extends OptionsSchema> ? OptionsOf<P> : never
  }
>

type PlainOf<T> = T extends 'string' ? string : T extends 'number' | 'integer' ? number : T extends 'boolean' ? boolean : T extends 'null' ? null : unknown

/** The type of the options that pass a schema: members with a default, or required, are present; the others optional. */
export type OptionsOf<S extends OptionsSchema> = S extends { const: infer C }
  ? C
  : S extends { enum: readonly (infer E)[] }
    ? E
    : S extends { oneOf: readonly (infer O extends OptionsSchema)[] }
      ? OptionsOf<O>
      : S extends { anyOf: readonly (infer O extends OptionsSchema)[] }
        ? OptionsOf<O>
        : S extends { format: 'duration' | 'seconds' | 'size' }
          ? number
          : S extends { type: 'array'; items: infer I extends OptionsSchema }
            ? readonly OptionsOf<I>[]
            : S extends { type: 'array' }
              ? readonly unknown[]
              : S extends { type: 'object'; properties: object }
                ? ObjectOf<S>
                : S extends { type: 'object'; additionalProperties: infer V extends OptionsSchema }
                  ? Readonly<Record<string, OptionsOf<V>>>
                  : S extends { type: 'object' }
                    ? Readonly<Record<string, unknown>>
                    : S extends { type: infer T }
                      ? T extends readonly (infer U)[]
                        ? PlainOf<U>
                        : PlainOf<T>
                      : unknown

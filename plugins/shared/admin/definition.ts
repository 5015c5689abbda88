/** Schemas of the admin API, taken from the files in which they stand together. */

/** One of a file's definitions, as a schema that stands alone: what it refers to comes along. */
export function definition<Definitions extends object>(
  file: { readonly $defs: Definitions },
  name: keyof Definitions & string,
): Readonly<Record<string, unknown>> {
  return { $ref: `#/$defs/${name}`, $defs: file.$defs }
}

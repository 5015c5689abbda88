/** Where each value came from. */

import type { Variable } from './sources/environment.ts'
import type { Place, Problem } from './problems/place.ts'
import { upwards } from './pointer.ts'
import type { YamlFile } from './sources/yaml-file.ts'

/** A variable or a flag. */
export type Origin = Pick<Variable, 'name' | 'file' | 'line'> & { readonly kind: Variable['kind'] | 'flag' }

export class Provenance {
  readonly #file: YamlFile | undefined
  readonly #overrides = new Map<string, Origin>()
  readonly #implied = new Map<string, string>()

  constructor(file: YamlFile | undefined) {
    this.#file = file
  }

  /** Notes that a key stands for a setting that it implies: the block for its switch, one key for the list of keys. */
  imply(pointer: string, from: string): void {
    this.#implied.set(pointer, from)
  }

  /** Notes that the value at a pointer, and all below it, came from a variable or a flag. */
  override(pointer: string, origin: Origin): void {
    for (const below of this.#overrides.keys()) if (below.startsWith(`${pointer}/`)) this.#overrides.delete(below)
    this.#overrides.set(pointer, origin)
  }

  /** The variable or flag that gave the value, itself or as a part of something larger. */
  origin(pointer: string): Origin | undefined {
    for (const at of upwards(pointer)) if (this.#overrides.has(at)) return this.#overrides.get(at)
    return this.#overrides.get(this.#implied.get(pointer) ?? '')
  }

  /** Where the file says it, unless something stronger does. */
  place(pointer: string): Place | undefined {
    return this.origin(pointer) === undefined ? this.#written(pointer) : undefined
  }

  /** Whether the file has such a key, though something stronger may give its value. */
  isWritten(pointer: string): boolean {
    return this.#file?.places.has(pointer) ?? false
  }

  /** `default`, `yaml:LINE`, `env:NAME`, `dotenv:NAME` or `flag:NAME`. */
  source(pointer: string): string {
    const origin = this.origin(pointer)
    if (origin !== undefined) return `${origin.kind}:${origin.name}`
    const place = this.#written(pointer)
    return place === undefined ? 'default' : `yaml:${place.line}`
  }

  /** The source of the value or of a part of it; undefined if all of it is default. */
  given(pointer: string): string | undefined {
    const whole = this.source(pointer)
    if (whole !== 'default') return whole
    const part = this.#partOf(pointer)
    return part === undefined ? undefined : `${part.kind}:${part.name}`
  }

  /** Where a problem with the value is to be mended. */
  locate(pointer: string): Partial<Problem> {
    const origin = this.origin(pointer) ?? (this.isWritten(pointer) ? undefined : this.#partOf(pointer))
    if (origin !== undefined) return blame(origin)
    for (const at of upwards(pointer)) {
      const place = this.#file?.places.get(at)
      if (place !== undefined) return { file: place.file, line: place.line, column: place.column }
    }
    return this.#file === undefined ? {} : { file: this.#file.file }
  }

  /** The first variable or flag that gave something below a pointer. */
  #partOf(pointer: string): Origin | undefined {
    return this.#overrides.entries().find(([key]) => key.startsWith(`${pointer}/`))?.[1]
  }

  #written(pointer: string): Place | undefined {
    return this.#file?.places.get(pointer) ?? this.#file?.places.get(this.#implied.get(pointer) ?? '')
  }
}

/** The part of a problem that names a variable or flag. */
export function blame({ name, file, line }: Origin): Partial<Problem> {
  return file === undefined || line === undefined ? { env: name } : { file, line, env: name }
}

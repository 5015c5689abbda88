/** What is said of user paths: by the configuration, and by administrators. */

import { normaliseUserPath, type OptionsOf } from '../../core/index.ts'
import { readModelSelector } from '../shared/models/model-selector.ts'
import type { Records, Stored } from '../../core/storage/records.ts'
import { Snapshot } from '../../core/storage/snapshot.ts'
import type { schema } from './schema.ts'

/** A document of the collection, under its path. */
export interface PathNode {
  /** Selectors as they are stored; none: no restriction. */
  readonly allowed_models: readonly string[]
  readonly description: string
  /** Milliseconds since 1970. */
  readonly created_at: number
  readonly updated_at: number
}

export interface KnownNode extends Omit<PathNode, 'created_at' | 'updated_at'> {
  readonly managed: boolean
  readonly created_at: number | null
  readonly updated_at: number | null
}

export class PathNodes {
  readonly #managed: ReadonlyMap<string, KnownNode>
  readonly snapshot: Snapshot<PathNode>
  #all: ReadonlyMap<string, KnownNode>
  /** The paths whose callers may use some models only. */
  restrictedPaths: readonly string[] = []

  /**
   * @param providers the names of all instances that are declared, also of those that are not there
   * @param failed told why what is stored could not be read; what was read before stands
   * @throws Error if a path or a selector of the configuration is wrong
   */
  constructor(configured: OptionsOf<typeof schema>['users'], providers: readonly string[], records: Records<PathNode>, failed: (cause: unknown) => void) {
    this.#managed = new Map(
      configured.map(node => [
        pathOf(node.path),
        {
          allowed_models: node.allowed_models.map(text => selectorOf(text, node.path, providers)),
          description: node.description,
          managed: true,
          created_at: null,
          updated_at: null,
        },
      ]),
    )
    if (this.#managed.size < configured.length) throw new Error('users names one path twice')
    this.snapshot = new Snapshot(records, () => this.#index(), failed)
    this.#all = this.#managed
    this.#index()
  }

  get paths(): readonly string[] {
    return [...this.#all.keys()]
  }

  of(path: string): KnownNode | undefined {
    return this.#all.get(path)
  }

  stored(path: string): Stored<PathNode> | undefined {
    return this.snapshot.get(path)
  }

  /** The configuration counts before administrators. */
  #index(): void {
    const stored = this.snapshot.all.map(({ id, value }): [string, KnownNode] => [id, { ...value, managed: false }])
    this.#all = new Map([...stored, ...this.#managed])
    this.restrictedPaths = this.paths.filter(path => (this.of(path)?.allowed_models.length ?? 0) > 0)
  }
}

function pathOf(given: string): string {
  const path = normaliseUserPath(given)
  if (path === undefined || path === '') throw new Error(`users: ${JSON.stringify(given)} is no user path`)
  return path
}

function selectorOf(text: string, path: string, providers: readonly string[]): string {
  const selector = readModelSelector(text, providers)
  if (selector === undefined) throw new Error(`users: ${JSON.stringify(text)} of ${path} selects nothing; known providers: ${providers.join(', ')}`)
  return selector.text
}

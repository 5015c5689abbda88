/** What turns the configuration file of another gateway into tapline.yaml. */

import type { YamlFile } from '../config/sources/yaml-file.ts'

/** What became of one thing that the file says. */
export interface MigrationNote {
  /** `changed`: it is there, and means something else than it did. */
  readonly kind: 'converted' | 'changed' | 'left out'
  /** Where the file says it. */
  readonly pointer: string
  /** In words, without secrets. */
  readonly text: string
}

export interface Migrated {
  /** tapline.yaml. */
  readonly text: string
  readonly notes: readonly MigrationNote[]
  /** Whether the text holds secrets that the file held as text. */
  readonly holdsSecrets: boolean
}

export interface Migration {
  /** As `tapline migrate` is told it. */
  readonly name: string
  readonly description: string
  /** @throws ConfigError with all that is wrong with the form of the file */
  convert(file: YamlFile): Migrated
}

/** Makes a migration of the default set loadable by its name. */
export function defineMigration(migration: Migration): Migration {
  return migration
}

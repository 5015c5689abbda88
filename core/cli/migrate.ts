/** `tapline migrate <gateway> <file>`: writes a tapline.yaml that says what another gateway's file says, and reports what became of each part. */

import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Place } from '../config/problems/place.ts'
import { upwards } from '../config/pointer.ts'
import { ConfigError, formatProblem } from '../config/problems/problems.ts'
import { suggestion } from '../config/problems/suggestion.ts'
import { parseYaml } from '../config/sources/yaml-file.ts'
import type { YamlFile } from '../config/sources/yaml-file.ts'
import { defaultNames, load } from '../plugin/load.ts'
import type { Migrated, Migration, MigrationNote } from '../plugin/migration.ts'
import { writeNew } from './write-new.ts'

export interface MigrateFlags {
  /** The directory that tapline.yaml is written to. */
  readonly out?: string
  readonly force?: true
}

/** @throws ConfigError for a file that is not what it should be; Error for one that cannot be read or written */
export async function migrate(cwd: string, gateway: string, file: string, { out = '.', force }: MigrateFlags): Promise<void> {
  const migration = await migrationFor(gateway)
  const source = parseYaml(await textOf(resolve(cwd, file), file), resolve(cwd, file))
  if (source.problems.length > 0) throw new ConfigError(source.problems)
  const migrated = migration.convert(source)
  const target = join(resolve(cwd, out), 'tapline.yaml')
  await writeNew(target, migrated.text, {
    shown: target,
    overwrite: force === true,
    advice: '; --force overwrites it',
    ...(migrated.holdsSecrets ? { mode: 0o600 } : {}),
  })
  report(migrated, source, target)
}

async function migrationFor(gateway: string): Promise<Migration> {
  const names = await defaultNames('migration')
  if (!names.includes(gateway)) throw new Error(`no files of "${gateway}" can be converted${suggestion(gateway, names)}; those of: ${names.join(', ')}`)
  return (await load('migration', gateway, '/', { searchPaths: [], foreignAllowed: false })).definition
}

async function textOf(file: string, shown: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code = 'unknown reason' } = cause as NodeJS.ErrnoException
    throw new Error(`${shown} cannot be read (${code})`, { cause })
  }
}

function report({ notes, holdsSecrets }: Migrated, { places }: YamlFile, target: string): void {
  const placed = notes.map(note => ({ note, place: placeOf(note, places) }))
  for (const { note, place } of placed.toSorted((one, other) => (one.place?.line ?? 0) - (other.place?.line ?? 0))) {
    console.log(formatProblem({ ...place, pointer: note.pointer, message: `${note.kind}: ${note.text}` }))
  }
  const count = (kind: MigrationNote['kind']) => notes.filter(note => note.kind === kind).length
  console.log(`wrote ${target}: ${count('converted')} converted, ${count('changed')} changed, ${count('left out')} left out`)
  if (holdsSecrets) console.log('it holds secrets as text, as the file does: move them to variables')
}

function placeOf({ pointer }: MigrationNote, places: ReadonlyMap<string, Place>): Place | undefined {
  return upwards(pointer)
    .map(at => places.get(at))
    .find(place => place !== undefined)
}

/** The rules of the house that a compiler does not know: which way imports go, and what core must not know. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { init, parse } from 'es-module-lexer'
import { codes } from '../core/errors.ts'

interface Import {
  readonly from: string
  /** A path from the repository's root, or the name of a package. */
  readonly to: string
  /** Whether it is gone once types are stripped. */
  readonly isType: boolean
}

const root = join(import.meta.dirname, '..')
const files = globSync(['core/**/*.{ts,cjs}', 'plugins/**/*.ts', 'providers/**/*.ts', 'dashboard/**/*.{ts,cjs}'], { cwd: root }).sort()
const textOf = new Map(files.map(file => [file, readFileSync(join(root, file), 'utf8')]))

/** Packages with one door each. */
const doors: Readonly<Record<string, string>> = { undici: 'core/upstream/', tapable: 'core/pipeline/', koa: 'core/http/', '@koa/router': 'core/http/' }

/** Names of default parts that core says and means something of its own, and where. */
const coreWords: Readonly<Record<string, RegExp>> = {
  failover: /^core\/pipeline\//, // a kind of attempt
  health: /^core\/gateway\//, // a service
  labels: /^core\/testing\/store\//, // a column of the rows that stores are tried with
  meta: /^core\/neutral\//, // an event: sources of a text
  models: /^core\//, // an operation
  'openai-chat': /^core\/(testing\/|cli\/new\.ts$)/, // what the test kit and the skeletons speak
  retry: /^core\//, // a recovery, and a kind of attempt
  secrets: /^core\/(cli\/|main\.ts$)/, // what the store keeps sealed
  state: /^core\/neutral\//, // an event: what a vendor wants back
  storage: /^core\/(testing\/store-conformance|cli\/new-store)\.ts$/, // a service
  usage: /^core\/(neutral|upstream|testing)\//, // a step of a stream
  version: /^core\/gateway\//, // a service
  workflows: /^core\/(cli|gateway)\//, // a service
}

describe('the architecture', () => {
  let imports: readonly Import[]
  before(async () => {
    await init()
    imports = [...textOf].flatMap(([file, text]) => importsOf(file, text))
  })

  it('has core import from nothing beside it but the schemas', () => {
    expect(imports.filter(({ from, to }) => from.startsWith('core/') && isOurs(to) && !/^(core|schemas)\//.test(to)).map(arrow)).to.deep.equal([])
  })

  it('has a plugin import from core, the schemas, its own folder and what plugins share only; databases and vector stores, also what they share', () => {
    const shares = (room: string, { from, to }: Import) => from.startsWith(`plugins/${room}/`) && to.startsWith(`plugins/${room}/shared/`)
    const allowed = (found: Import) =>
      /^(core|schemas|plugins\/shared)\//.test(found.to) || found.to.startsWith(partOf(found.from)) || ['storage', 'vectors'].some(room => shares(room, found))
    expect(imports.filter(({ from, to }) => from.startsWith('plugins/') && isOurs(to) && !allowed({ from, to, isType: false })).map(arrow)).to.deep.equal([])
  })

  it('has a provider import from core, its own folder and what providers share only', () => {
    expect(
      imports
        .filter(({ from, to }) => from.startsWith('providers/') && isOurs(to) && !/^(core|providers\/shared)\//.test(to) && !to.startsWith(partOf(from)))
        .map(arrow),
    ).to.deep.equal([])
  })

  it('has the page import from itself and the schemas only, and nobody from it', () => {
    const crossing = imports.filter(({ from, to }) => isOurs(to) && from.startsWith('dashboard/') !== to.startsWith('dashboard/'))
    expect(
      crossing.filter(({ from, to }) => (from.startsWith('dashboard/') ? !to.startsWith('schemas/') : to.startsWith('dashboard/'))).map(arrow),
    ).to.deep.equal([])
  })

  it('has no part import the installed package of its own name', () => {
    expect(imports.filter(({ to }) => /^tapline(\/|$)/.test(to)).map(arrow)).to.deep.equal([])
  })

  for (const [name, door] of Object.entries(doors)) {
    it(`has only ${door} import ${name}`, () => {
      expect(imports.filter(({ from, to }) => to === name && !from.startsWith(door)).map(arrow)).to.deep.equal([])
    })
  }

  it('has no cycle of imports', () => {
    expect(cycles(imports.filter(({ isType }) => !isType))).to.deep.equal([])
  })

  it('has no cycle of imports between the rooms of core, and the parts around it', () => {
    const between = imports.filter(({ isType, to }) => !isType && isOurs(to)).map(({ from, to }) => ({ from: roomOf(from), to: roomOf(to) }))
    expect(cycles(between.filter(({ from, to }) => from !== to))).to.deep.equal([])
  })

  it('has core name no plugin, no dialect and no provider', () => {
    const names = new Set(
      globSync(['plugins/*', 'plugins/{dialects,storage,vectors}/*', 'providers/*'], { cwd: root })
        .map(path => path.replace(/^.*\/|\.ts$/g, ''))
        .filter(name => !/^(index|schema|shared)$/.test(name)),
    )
    const named = [...textOf]
      .filter(([file]) => file.startsWith('core/'))
      .flatMap(([file, text]) =>
        literalsOf(text)
          .filter(word => names.has(word) && coreWords[word]?.test(file) !== true)
          .map(word => `${file}: '${word}'`),
      )
    expect(named).to.deep.equal([])
  })

  it('has every file say in its first line what it is', () => {
    expect(files.filter(file => !/^(#!.*\n)?\/\*\* .+ \*\/\n/.test(textOf.get(file) ?? ''))).to.deep.equal([])
  })

  it('has every room of core on the map for contributors, and no other', () => {
    const map = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
    const mapped = [...map.matchAll(/^\| `(core\/[a-z]+)` \|/gm)].map(([, room]) => room)
    const rooms = [...textOf.keys()].filter(file => /^core\/.+\//.test(file)).map(roomOf)
    expect(mapped).to.have.members([...new Set(rooms)])
  })

  it('has every error code in the manual', function () {
    const manual = join(root, 'docs/errors.md')
    if (!existsSync(manual)) return this.skip()
    const text = readFileSync(manual, 'utf8')
    expect(Object.keys(codes).filter(code => !text.includes(`\`${code}\``))).to.deep.equal([])
  })
})

function importsOf(from: string, text: string): readonly Import[] {
  return parse(text, from)[0].flatMap(found => {
    const { specifier } = found
    if (specifier === null || specifier === undefined || specifier.startsWith('node:')) return []
    return [{ from, to: specifier.startsWith('.') ? join(dirname(from), specifier) : specifier, isType: 'typeOnly' in found && found.typeOnly }]
  })
}

/** Whether an import leads to a file of this repository. */
function isOurs(to: string): boolean {
  return /\.(ts|cjs|json)$/.test(to)
}

function arrow({ from, to }: Import): string {
  return `${from} → ${to}`
}

/** The folder of a plugin or provider; of a provider that is one file, the file. */
function partOf(file: string): string {
  return /^plugins\/(?:(?:dialects|migrations|shared|storage|vectors)\/)?[^/]+\/|^providers\/[^/]+\/?/.exec(file)?.[0] ?? file
}

/** `core/stream`; of what lies in no folder, the file. */
function roomOf(file: string): string {
  return file.startsWith('core/') ? file.split('/').slice(0, 2).join('/') : partOf(file)
}

/** Each cycle once, as the names on it. */
function cycles(arrows: readonly { readonly from: string; readonly to: string }[]): readonly string[] {
  const next = Map.groupBy(arrows, ({ from }) => from)
  const found: string[] = []
  const done = new Set<string>()
  const walk = (name: string, path: readonly string[]) => {
    if (path.includes(name)) found.push([...path.slice(path.indexOf(name)), name].join(' → '))
    if (path.includes(name) || done.has(name)) return
    for (const to of new Set(next.get(name)?.map(({ to }) => to))) walk(to, [...path, name])
    done.add(name)
  }
  for (const name of next.keys()) walk(name, [])
  return found
}

/** What a file has between quotes, comments aside. */
function literalsOf(text: string): readonly string[] {
  const code = text.replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
  return [...code.matchAll(/'([^'\n\\]*)'|"([^"\n\\]*)"/g)].map(([, single, double]) => single ?? double ?? '')
}

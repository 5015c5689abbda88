/** Pipelines as configuration writes them: the default files, and what the user's file says of them. */

import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { LineCounter, parseDocument, isNode } from 'yaml'
import type { Place } from '../../config/problems/place.ts'
import type { Step } from './step.ts'

/** A step as it may be written: a name, or a map. */
export type WrittenStep = string | Step

export type Patch =
  | { readonly insert: WrittenStep; readonly before?: string; readonly after?: string }
  | { readonly remove: string }
  | { readonly replace: string; readonly with: WrittenStep }
  | { readonly set: string; readonly options?: Readonly<Record<string, unknown>>; readonly on_error?: 'open' | 'closed'; readonly timeout?: number }

/** Callers of another dialect than the pipeline's, and how they are known. */
export interface DialectCase {
  readonly dialect: string
  /** A request header that only they send. */
  readonly header?: string
  /** A path that only they call, or one below it. */
  readonly path?: string
}

export interface WrittenPipeline {
  readonly extends?: string
  readonly steps?: readonly WrittenStep[]
  readonly patches?: readonly Patch[]
  /** `METHOD /path`, one or several; `{a.b}` in a path is a setting. Without a route it is there to be extended. */
  readonly route?: string | readonly string[]
  readonly operation?: string
  readonly dialect?: string
  readonly dialect_when?: readonly DialectCase[]
  readonly body?: 'json' | 'bytes' | 'form' | 'none'
}

/** One pipeline, and how to point at a part of it. */
export interface PipelineSource {
  readonly name: string
  readonly written: WrittenPipeline
  place(pointer: string): Place | undefined
}

/** Reads every `*.yaml` of a directory. */
export async function readPipelines(directory: URL): Promise<readonly PipelineSource[]> {
  const names = (await readdir(directory)).filter(name => name.endsWith('.yaml')).sort()
  return await Promise.all(names.map(name => readPipeline(fileURLToPath(new URL(name, directory)))))
}

/** By file, what was read last: what still says the same is not parsed again. */
const lately = new Map<string, { readonly text: string; readonly source: PipelineSource }>()

async function readPipeline(file: string): Promise<PipelineSource> {
  const text = await readFile(file, 'utf8')
  const before = lately.get(file)
  if (before?.text === text) return before.source
  const source = parsePipeline(text, file)
  lately.set(file, { text, source })
  return source
}

/** @throws Error if the text is not YAML with a `name` */
function parsePipeline(text: string, file: string): PipelineSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors[0] !== undefined) throw new Error(`${file}: ${document.errors[0].message}`)
  const { name, ...written } = document.toJS() as WrittenPipeline & { readonly name?: string }
  if (typeof name !== 'string') throw new Error(`${file}: a pipeline needs a name`)
  return {
    name,
    written,
    place(pointer) {
      const node: unknown = document.getIn(
        pointer
          .split('/')
          .slice(1)
          .map(part => (/^\d+$/.test(part) ? Number(part) : part)),
        true,
      )
      const { line, col } = lines.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0)
      return { file, line, column: col, pointer }
    },
  }
}

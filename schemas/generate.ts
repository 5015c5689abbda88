/** Makes config.schema.ts of config.schema.json: `node schemas/generate.ts`. */

import { writeFile } from 'node:fs/promises'
import { compile } from 'json-schema-to-typescript'
import source from './config.schema.json' with { type: 'json' }

const target = new URL('config.schema.ts', import.meta.url)
const banner = '/** The core\'s own settings, as they are once read. Made by schemas/generate.ts; edit config.schema.json instead. */'

type Node = { readonly [key: string]: unknown }

/** The text of config.schema.ts. */
export function generateTypes(): Promise<string> {
  return compile(asRead(source) as Parameters<typeof compile>[0], source.title, {
    bannerComment: banner,
    additionalProperties: true,
    unknownAny: true,
    ignoreMinAndMaxItems: true,
    style: { semi: false, singleQuote: true, printWidth: 160 },
  })
}

/** The schema of values that have been read: members with a default are there. */
function asRead(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asRead)
  if (!isNode(node)) return node
  const { default: _, ...rest } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, asRead(value)]))
  return isNode(node['properties']) ? { ...rest, required: present(node, node['properties']) } : rest
}

function present(node: Node, properties: Node): string[] {
  const defaulted = Object.entries(properties).filter(([, child]) => isNode(child) && 'default' in child).map(([key]) => key)
  return [...new Set([...(Array.isArray(node['required']) ? node['required'] as string[] : []), ...defaulted])]
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

if (import.meta.main) await writeFile(target, await generateTypes())

/** Makes a `.schema.ts` beside every `.schema.json` below this folder: `node schemas/generate.ts`. */

import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { compile } from 'json-schema-to-typescript'

type Node = { readonly [key: string]: unknown }

/** The schemas whose types are generated, as paths. */
export function schemaFiles(): readonly string[] {
  return globSync('**/*.schema.json', { cwd: import.meta.dirname })
    .sort()
    .map(file => join(import.meta.dirname, file))
}

/** The text of the TypeScript file that belongs beside a schema. */
export async function generateTypes(file: string): Promise<string> {
  const source = await readSchema(file)
  const others = await Promise.all(references(source).map(async path => [path, (await readSchema(join(dirname(file), path))).title] as const))
  const imports = others.map(([path, title]) => `\n\nimport type { ${title} } from './${path.replace(/\.json$/, '.ts')}'`)
  // A file of definitions alone describes several bodies.
  return await compile(asRead(source, new Map(others)) as Parameters<typeof compile>[0], source.title, {
    bannerComment: `/** ${source.description.replace(/\.$/, '')}. Made by schemas/generate.ts; edit ${basename(file)} instead. */${imports.join('')}`,
    cwd: import.meta.dirname,
    additionalProperties: true,
    unknownAny: true,
    unreachableDefinitions: source['properties'] === undefined,
    ignoreMinAndMaxItems: true,
    style: { semi: false, singleQuote: true, printWidth: 160 },
  })
}

async function readSchema(file: string): Promise<Node & { readonly title: string; readonly description: string }> {
  return JSON.parse(await readFile(file, 'utf8'))
}

/** The other files that a schema refers to, as it spells their paths. */
function references(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(references)
  if (!isNode(node)) return []
  return isElsewhere(node['$ref']) ? [node['$ref']] : [...new Set(Object.values(node).flatMap(references))]
}

function isElsewhere(reference: unknown): reference is string {
  return typeof reference === 'string' && !reference.startsWith('#')
}

/**
 * The schema of values that have been read: members with a default are there.
 * @param others the types of the other files that it refers to, by their paths
 */
function asRead(node: unknown, others: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(node)) return node.map(item => asRead(item, others))
  if (!isNode(node)) return node
  if (isElsewhere(node['$ref'])) return { tsType: others.get(node['$ref']) }
  const { default: _, ...rest } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, asRead(value, others)]))
  return isNode(node['properties']) ? { ...rest, required: present(node, node['properties']) } : rest
}

function present(node: Node, properties: Node): string[] {
  const defaulted = Object.entries(properties)
    .filter(([, child]) => isNode(child) && 'default' in child)
    .map(([key]) => key)
  return [...new Set([...(Array.isArray(node['required']) ? (node['required'] as string[]) : []), ...defaulted])]
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

if (import.meta.main) {
  for (const file of schemaFiles()) await writeFile(file.replace(/\.json$/, '.ts'), await generateTypes(file))
}

/** A compiled pipeline in words: each step and where it came from, each phase and its taps. */

import { redact, redacted } from '../../config/conceal.ts'
import type { Config } from '../../config/config.ts'
import { fromHere } from '../../config/problems/problems.ts'
import type { ResolvedPipeline, ResolvedStep } from './compile.ts'
import { buffersStreams, errorMode, tappedPhases, type PlacedStep } from './placed-step.ts'
import { phases, type PhaseName } from './step.ts'

const upwards: ReadonlySet<PhaseName> = new Set(['response', 'stream'])

/** Nobody waits for the taps of these. */
const withoutDeadline: ReadonlySet<PhaseName> = new Set(['settled', 'stream', 'complete', 'finished'])

/** Where nobody knows which texts came from secret references. */
const bySchema: Pick<Config, 'redact'> = { redact: (value, schema) => redact(value, schema, { isConcealed: () => false, optionsOf: () => undefined }, '') }

/** @param config redacts what must not be seen @returns lines of text; paths of the default set are given below the package */
export function explainPipeline(
  { pipeline, steps, placed }: ResolvedPipeline & { readonly placed: readonly PlacedStep[] },
  config: Pick<Config, 'redact'> = bySchema,
): string {
  const routes = pipeline.routes.map(({ method, path }) => `${method} ${path}`).join(', ')
  const head = [
    `pipeline ${pipeline.name}`,
    `  route      ${routes === '' ? 'none' : routes}`,
    `  operation  ${pipeline.operation}`,
    `  dialect    ${[pipeline.dialect ?? 'none', ...pipeline.dialectWhen.map(({ dialect, header, path }) => `${dialect} if ${header ?? path}`)].join(', ')}`,
  ]
  return [
    ...head,
    '',
    'steps, in the order of the way in',
    ...steps.flatMap(step => explainStep(step, config)),
    '',
    'phases',
    ...phases.flatMap(phase => explainPhase(phase, placed)),
  ].join('\n')
}

function explainStep({ step, spec, off, sources }: ResolvedStep, config: Pick<Config, 'redact'>): readonly string[] {
  const use = step.use === step.name ? '' : ` (${step.use})`
  const line = `  ${step.name}${use}  ${placeOf(step.place)}`
  if (off !== undefined) return [`${line}  compiles to nothing: ${off}`]
  const shown = config.redact(spec.options, spec.definition.schema) as Readonly<Record<string, unknown>>
  const options = Object.entries(shown).map(
    ([name, value]) => `      ${name} = ${value === redacted ? redacted : JSON.stringify(value)}  (${shortened(sources[name] ?? 'default')})`,
  )
  return [line, ...options]
}

function explainPhase(phase: PhaseName, placed: readonly PlacedStep[]): readonly string[] {
  const tapping = placed.filter(step => tappedPhases(step).includes(phase))
  if (tapping.length === 0) return []
  const ordered = upwards.has(phase) ? tapping.toReversed() : tapping
  return [
    `  ${phase}`,
    ...ordered.map(step => `    ${step.name}  fails ${errorMode(step, phase)}${deadline(step, phase)}${phase === 'stream' ? streamMode(step) : ''}`),
  ]
}

function deadline({ timeoutMs }: PlacedStep, phase: PhaseName): string {
  return timeoutMs === 0 || withoutDeadline.has(phase) ? '' : `, ${timeoutMs / 1000} s`
}

function streamMode(step: PlacedStep): string {
  const { stream } = step.instance.taps
  if (stream === 'pass') return ', streams go by'
  if (buffersStreams(step)) return ', buffers'
  return stream?.text === undefined ? ', observes' : `, transforms with a lookbehind of ${stream.lookbehind ?? 0}`
}

function placeOf(place: { readonly file: string; readonly line: number } | undefined): string {
  if (place === undefined) return ''
  return shortened(`${place.file}:${place.line}`)
}

/** The default pipelines are known by their names, wherever the package stands; the operator's file as messages name it. */
export function shortened(place: string): string {
  return fromHere(place).replace(/^.*\/(pipelines\/[a-z-]+\.yaml:\d+)$/, '$1')
}

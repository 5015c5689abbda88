/** What policy did with a request and its reply, and the revisions that it made of them. */

import { GatewayError, type Exchange } from '../../core/index.ts'
import { Blocked } from '../../core/pipeline/verdict.ts'
import { Warning } from '../../core/pipeline/warning.ts'
import type { TapFailure } from '../../core/pipeline/tap-failure.ts'
import { actionOf, type PolicyAction, type StreamEdits, type TapOutcome } from '../../core/pipeline/trace.ts'

const errorLength = 512
const nsPerMs = 1e6

/** As it is stored: there are several for most requests, and what they have nothing to say of is not there. */
export interface GuardrailEntry extends Partial<GuardrailFindings> {
  readonly seq: number
  readonly phase: string
  /** The place of its step in the pipeline; null of a strategy of virtual models. */
  readonly step: number | null
  readonly instance: string
  readonly type: string
  readonly action: PolicyAction | 'failure'
  readonly edited: boolean
}

interface GuardrailFindings {
  readonly code: string | null
  readonly message: string | null
  /** What kinds of things were found and how many. */
  readonly detail: Readonly<Record<string, unknown>> | null
  readonly error: string | null
  readonly fail_mode: string | null
  /** On `route`: what a strategy chose. */
  readonly target: string | null
  /** On `stream`: how many events became others, or nothing. */
  readonly replaced_events: number | null
  readonly dropped_events: number | null
  readonly duration_ns: number | null
}

/** What an entry says that says nothing of it. */
export const unsaid: GuardrailFindings = {
  code: null,
  message: null,
  detail: null,
  error: null,
  fail_mode: null,
  target: null,
  replaced_events: null,
  dropped_events: null,
  duration_ns: null,
}

export interface RevisionEntry {
  readonly seq: number
  readonly rewriter: string
  readonly bytes_before: number
  readonly bytes_after: number
  readonly tokens_saved: number
  /** What was changed, where that is no body. */
  readonly detail?: object
}

type Outcome = Pick<TapOutcome, 'phase' | 'instance' | 'said' | 'edited' | 'target'> & { readonly durationMs: number | null; readonly events?: StreamEdits }

const noEvents: StreamEdits = { replaced: 0, dropped: 0 }

/** In the order in which they acted; silent consent is told, too. */
export function guardrailsOf(exchange: Exchange): readonly GuardrailEntry[] {
  const { trace, plan } = exchange
  if (trace === undefined || (trace.outcomes.length === 0 && exchange.reply?.stream === undefined)) return []
  const failures = [...exchange.failures]
  return [...trace.outcomes, ...streamOutcomes(exchange)].map((outcome, index) => {
    const step = plan.steps.findIndex(({ name }) => name === outcome.instance)
    return {
      seq: index + 1,
      step: step < 0 ? null : step,
      type: plan.steps[step]?.type ?? outcome.instance,
      ...judged(outcome, takeFailure(failures, outcome)),
    }
  })
}

function judged(
  { phase, instance, said, edited, target, events, durationMs }: Outcome,
  failure: TapFailure | undefined,
): Omit<GuardrailEntry, 'seq' | 'step' | 'type'> {
  return {
    phase,
    instance,
    action: failure === undefined ? actionOf(said) : 'failure',
    edited: edited !== undefined || (events !== undefined && events.replaced + events.dropped > 0),
    ...(said instanceof GatewayError || said instanceof Warning ? wordsOf(said) : undefined),
    ...(failure === undefined ? undefined : { error: textOf(failure.cause), fail_mode: failure.mode }),
    ...(target === undefined ? undefined : { target }),
    ...(events === undefined ? undefined : { replaced_events: events.replaced, dropped_events: events.dropped }),
    ...(durationMs === null ? undefined : { duration_ns: Math.round(durationMs * nsPerMs) }),
  }
}

function wordsOf(said: GatewayError | Warning): Pick<GuardrailEntry, 'code' | 'message' | 'detail'> {
  const { code, message } = said
  return { code: code ?? null, message: message ?? null, detail: (said instanceof Blocked || said instanceof Warning ? said.detail : undefined) ?? null }
}

/** Who looked at the events of the stream. */
function streamOutcomes({ reply, plan, answeredBy, dialect, trace, warnings }: Exchange): readonly Outcome[] {
  if (reply?.stream === undefined || reply.framing !== 'events') return []
  const taps = plan.streamFrom(answeredBy, dialect).rule?.taps ?? []
  const editing = new Set(plan.steps.filter(({ guards }) => guards).map(({ name }) => name))
  const refused = trace?.refusedStream
  const warned = new Map(warnings.map(({ instance, phase, warning }) => [phase === 'stream' ? instance : '', warning]))
  const said = (name: string) => (refused?.instance === name ? refused.refusal : warned.get(name))
  return taps
    .filter(({ name }) => editing.has(name))
    .map(({ name }) => ({
      phase: 'stream',
      instance: name,
      said: said(name),
      edited: undefined,
      durationMs: null,
      events: trace?.streamEdits.get(name) ?? noEvents,
    }))
}

function takeFailure(failures: TapFailure[], { instance, phase }: Outcome): TapFailure | undefined {
  const at = failures.findIndex(failure => failure.instance === instance && failure.phase === phase)
  return at < 0 ? undefined : failures.splice(at, 1)[0]
}

function textOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, errorLength)
}

/** A request as policy changed it. */
export interface Revision {
  readonly entry: RevisionEntry
  /** Undefined where headers were changed. */
  readonly body: Buffer | undefined
}

type Unnumbered = Omit<Revision, 'entry'> & { readonly entry: Omit<RevisionEntry, 'seq'> }

/** Those of headers, one for each policy, then those of the body. */
export function revisionsOf(exchange: Exchange, options: RevisionOptions): readonly Revision[] {
  return [...ofHeaders(exchange, options), ...ofBody(exchange, options)].map(({ entry, body }, index) => ({ entry: { seq: index + 1, ...entry }, body }))
}

export interface RevisionOptions {
  /** One for each step that edited the body; else one for all of them. */
  readonly isStepwise: boolean
  /** Whether it is told which headers became what. */
  readonly logHeaders?: boolean
}

function ofHeaders({ trace, bytes }: Exchange, { logHeaders = false }: RevisionOptions): readonly Unnumbered[] {
  const size = bytes?.length ?? 0
  return (
    trace?.headerRevisions.map(({ rewriter, detail }) => ({
      entry: { rewriter, bytes_before: size, bytes_after: size, tokens_saved: 0, ...(logHeaders ? { detail } : {}) },
      body: undefined,
    })) ?? []
  )
}

function ofBody({ trace, bytes }: Exchange, { isStepwise }: RevisionOptions): readonly Unnumbered[] {
  const edits = trace?.outcomes.filter(({ phase, edited }) => phase === 'prompt' && edited !== undefined) ?? []
  if (edits.length === 0) return []
  const steps = isStepwise
    ? edits.map(({ instance, edited }) => ({ rewriter: instance, body: edited as Buffer }))
    : [{ rewriter: edits.map(({ instance }) => instance).join(','), body: edits.at(-1)?.edited as Buffer }]
  let before = bytes?.length ?? 0
  return steps.map(({ rewriter, body }) => {
    const entry = { rewriter, bytes_before: before, bytes_after: body.length, tokens_saved: 0 }
    before = body.length
    return { entry, body }
  })
}

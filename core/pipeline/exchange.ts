/** One request and its reply: what the taps of a pipeline look at and act on. */

import type { Logger } from 'pino'
import type { Conversation } from '../document/conversation.ts'
import type { JsonDocument } from '../document/document.ts'
import { GatewayError } from '../errors.ts'
import { setHeader } from '../flat-headers.ts'
import type { Form } from '../form/form.ts'
import type { PassedBody } from '../form/passed-body.ts'
import type { HeaderEdits } from '../upstream/headers/header-edits.ts'
import type { Loss } from '../neutral/losses.ts'
import type { CacheLayer } from '../services/caches.ts'
import type { Dialect, Usage } from '../plugin/dialect.ts'
import type { Target } from '../upstream/provider/target.ts'
import type { Attempt } from './attempt.ts'
import type { Caller } from './caller.ts'
import type { IncomingRequest } from './incoming-request.ts'
import type { Plan } from './plan/plan.ts'
import type { Reply } from '../upstream/reply.ts'
import type { PhaseName } from './plan/step.ts'
import { Stoppable } from './stoppable.ts'
import type { StreamEnds } from './delivery/stream-ends.ts'
import type { TapFailure } from './tap-failure.ts'
import type { Trace } from './trace.ts'
import { Warning, type GivenWarning, type WarningFacts } from './warning.ts'

const none: readonly never[] = []

export class Exchange extends Stoppable {
  readonly id: string
  request: IncomingRequest
  /** The compiled pipeline; a tap on `route` may choose another variant for the phases to come. */
  plan: Plan
  /** Monotonic milliseconds. */
  readonly startedAt: number
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
  /** Who makes the call: a client, a plugin, or a cache for its own needs. Policy looks at the calls of clients only. */
  origin: 'client' | 'plugin' | 'cache' = 'client'
  /** Guardrails of the configuration's list, and those of workflows, skip this call. */
  isExempt = false
  caller: Caller | undefined
  userPath = ''
  /** What the call is counted under, beside its path. */
  labels: readonly string[] = none
  /** Why the credential was refused, for the audit record alone. */
  refusedCredential: string | undefined
  /** The `method` of the refused credential (see `Caller`), where it could be told. */
  refusedMethod: string | undefined
  /** The dialect of the bodies; undefined where nobody reads them. */
  dialect: Dialect | undefined
  /** The dialect of errors, where it differs from that of the bodies. */
  refusalDialect: Dialect | undefined
  operation: string
  /** The request's body as a lossless document; undefined before it was read, and where it is not JSON. */
  body: JsonDocument | undefined
  /** The request's body as bytes, on routes that do not parse it. */
  bytes: Buffer | undefined
  /** The request's body as a form that flows, for routes that take one. */
  form: Form | undefined
  /** The request's body as it flows, for routes that do not read it, where it may be too long to be held. */
  passed: PassedBody | undefined
  /** The model that the caller named. */
  model = ''
  /** Whether that name is a virtual model, which stands for others. */
  isAlias = false
  /** Whether the caller asked for a stream. */
  streamed = false
  /** Method, path and headers of the call, where they are the caller's own (passthrough). */
  forward: { readonly method: string; readonly path: string; readonly headers: readonly string[] } | undefined
  /** Where the call may go, in order. */
  targets: Target[] = []
  /** The id of the version of the workflow that applies. */
  workflow: string | undefined
  readonly attempts: Attempt[] = []
  /** Slows the answer down: how much longer it takes to leave than it took to arrive, as a factor; 0 is not at all. */
  slowdown = 0
  /** How many bytes of a plain reply are held for the taps on `response`, if more than usual; a larger reply passes them by. */
  holdBytes = 0
  reply: Reply | undefined
  /** The error that the caller saw, or that broke a stream. */
  error: GatewayError | undefined
  /** The status that the caller saw; 499 if the caller had left. */
  status = 0
  /** Monotonic milliseconds at which the first byte of the reply was ready. */
  firstByteAt: number | undefined
  /** What the answer depends on besides the request and the plan, such as headers that policy adds to the call; part of the key of caches. */
  variesBy: readonly string[] = none
  /** How a cache took part, for example `hit`, `miss`, `bypass`. */
  cache: string | undefined
  /** Of a hit: which cache answered. */
  cacheLayer: CacheLayer['name'] = 'exact'
  /** The headers that the caller saw, flat; empty before they are given. */
  sentHeaders: readonly string[] = none
  /** Sees every byte that the caller is sent; see `copyTo`. */
  copy: ((bytes: Buffer) => void) | undefined
  /** Told of each attempt as it begins; see `watchAttempts`. */
  attempted: ((attempt: Attempt) => void) | undefined
  /** Sees every byte of a form as it arrives; to be set before the form is read. */
  copyForm: ((bytes: Buffer) => void) | undefined
  /** What each step of policy did; kept only if somebody set it. */
  trace: Trace | undefined
  /** The caller took nothing for so long that its stream was given up. */
  isStalled = false
  /** Trace headers (W3C) for calls made on its behalf, by lower-case names; undefined where nobody traces: then the caller's own are used. */
  traceHeaders: Readonly<Record<string, string>> | undefined
  /** Headers that taps add to the reply, flat; see `setReplyHeader`. */
  readonly replyHeaders: string[] = []
  /** What policy changes in the headers of the reply; see `editReplyHeaders`. */
  replyHeaderEdits: readonly HeaderEdits[] = none
  /** What translation dropped or approximated, for the call that was answered. */
  losses: readonly Loss[] = []
  readonly failures: TapFailure[] = []
  /** What policy warned of; see `warn`. */
  warnings: readonly GivenWarning[] = none
  /** The index of the step that answered; below every step if a provider did. */
  answeredBy = Number.POSITIVE_INFINITY
  /** Whether it is counted among the requests in progress. */
  isAdmitted = false
  /** Whether the taps on `complete` were fired. */
  completed = false
  /** Whether the last byte is out of the gateway's hands, or the caller is gone. */
  hasLeft = false
  /** How a streamed reply began and ended; undefined of one that was sent whole. */
  streamEnds: (() => StreamEnds) | undefined
  /** What plugins keep here through their `slot`s: key, value, key, value … A list of two or three is read faster than a map. */
  readonly slots: unknown[] = []
  #usage: (() => Usage | undefined) | undefined
  #session: (() => string | undefined) | undefined
  /** Null: it was read, and there is none. */
  #sessionRead: string | null | undefined
  #usageRead: Usage | undefined
  #conversation: Conversation | undefined
  #log: Logger | undefined

  constructor(id: string, request: IncomingRequest, plan: Plan) {
    super(plan.clock)
    this.id = id
    this.request = request
    this.plan = plan
    this.dialect = plan.dialectWhen.length === 0 ? plan.dialect : spokenDialect(plan, request)
    this.operation = plan.operation
    this.startedAt = plan.clock.elapsed()
    this.arrivedAt = plan.clock.now()
  }

  /** The request as a conversation. @throws GatewayError if this route has none; see `readable` */
  get conversation(): Conversation {
    if (this.#conversation !== undefined) return this.#conversation
    if (this.body === undefined || this.dialect === undefined) throw new TypeError(this.#whyUnread())
    return (this.#conversation = this.dialect.conversation(this.body, this.operation))
  }

  #whyUnread(): string {
    const hasOne = this.dialect !== undefined && this.plan.body === 'json'
    return hasOne ? 'the body is read behind the phase request: no conversation is there before' : `no conversation can be read on ${this.plan.name}`
  }

  /** Has the conversation read anew when it is next asked for. To be called after the body was edited without it. */
  rereadConversation(): void {
    this.#conversation = undefined
  }

  /** Whether the request came with a body that routes pass on which do not read it. */
  get hasBytes(): boolean {
    return this.passed !== undefined || (this.bytes?.length ?? 0) > 0
  }

  /** Whether the request has a conversation that policy can read. */
  get readable(): boolean {
    return this.body !== undefined && this.dialect !== undefined
  }

  /** A logger that names this request. Made when first asked for. */
  get log(): Logger {
    return (this.#log ??= this.plan.log.child({ request_id: this.id }))
  }

  /** The tokens of this exchange as the provider reported them, once the reply is over. */
  get usage(): Usage | undefined {
    if (this.#usage !== undefined) {
      this.#usageRead = this.#usage()
      this.#usage = undefined
    }
    return this.#usageRead
  }

  /** The session that the call belongs to, in a form that no other tenant's can have; undefined if it stands alone. Read when first asked for. */
  get session(): string | undefined {
    if (this.#sessionRead === undefined && this.#session !== undefined) this.#sessionRead = this.#session() ?? null
    return this.#sessionRead ?? undefined
  }

  /** Says how the session is recognised, when somebody asks. The first to say so counts: a call that the gateway makes itself keeps its caller's session. */
  readSessionFrom(source: () => string | undefined): void {
    this.#session ??= source
  }

  /**
   * Says where the last events are to be read from, when somebody asks.
   * A function literal assigned to a member right here would be allocated by V8 in the old generation: it, and all that it closes over, would
   * outlive the exchange until the next full collection.
   */
  readStreamEndsFrom(source: () => StreamEnds): void {
    this.streamEnds = source
  }

  /** Has `take` see every byte that the caller is sent, as others may too. To be called before there is an answer. */
  copyTo(take: (bytes: Buffer) => void): void {
    this.copy = this.copy === undefined ? take : inTurn(this.copy, take)
  }

  /** Has `told` hear of every attempt as it begins. It must not throw. */
  watchAttempts(told: (attempt: Attempt) => void): void {
    this.attempted = told
  }

  /** Says where the usage is to be read from, when somebody asks. */
  readUsageFrom(source: () => Usage | undefined): void {
    this.#usage = source
  }

  /** Changes the headers of the request, for the steps to come and, where headers of callers go along, for the provider. */
  editRequestHeaders(edits: HeaderEdits): void {
    const { request, forward } = this
    this.request = { ...request, headers: edits.named(request.headers), rawHeaders: edits.flat(request.rawHeaders) }
    if (forward !== undefined) this.forward = { ...forward, headers: edits.flat(forward.headers) }
  }

  /** Sets a header of the reply, as long as none has left; replaces what taps set under that name. One that cannot be sent is logged and left out. */
  setReplyHeader(name: string, value: string): void {
    setHeader(this.replyHeaders, name, value)
  }

  /** Changes the headers of the reply, whoever gives them, when they are given. */
  editReplyHeaders(edits: HeaderEdits): void {
    this.replyHeaderEdits = [...this.replyHeaderEdits, edits]
  }

  /**
   * Keeps a plugin's warning; the same one is kept once. For the kernel: taps return a warning, or call `warnInStream`.
   * @param instance the instance's name
   * @throws TypeError if the code cannot stand in a header
   */
  warn(instance: string, phase: PhaseName, said: WarningFacts): void {
    const warning = said instanceof Warning ? said : new Warning(said)
    const isKnown = this.warnings.some(given => given.instance === instance && given.phase === phase && given.warning.code === warning.code)
    if (!isKnown) this.warnings = [...this.warnings, { instance, phase, warning }]
  }
}

function inTurn(first: (bytes: Buffer) => void, second: (bytes: Buffer) => void): (bytes: Buffer) => void {
  return bytes => {
    first(bytes)
    second(bytes)
  }
}

/** The dialect of this caller, where a pipeline serves several. */
function spokenDialect({ dialect, dialectWhen }: Plan, { headers, path }: IncomingRequest): Dialect | undefined {
  const rule = dialectWhen.find(
    ({ header, path: prefix }) =>
      (header !== undefined && headers[header] !== undefined) || (prefix !== undefined && (path === prefix || path.startsWith(`${prefix}/`))),
  )
  return rule?.dialect ?? dialect
}

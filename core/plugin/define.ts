/** The plugin contract: what a plugin says of itself, what it is given, and what it may tap. */

import type { Logger } from 'pino'
import type { GatewayError } from '../errors.ts'
import type { HeaderNames } from '../flat-headers.ts'
import type { OlderSetting } from '../config/older-settings.ts'
import type { Place } from '../config/problems/place.ts'
import type { Attempt } from '../pipeline/attempt.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { Recovery } from '../pipeline/recovery.ts'
import type { Reply } from '../upstream/reply.ts'
import type { StreamEvent } from '../stream/event.ts'
import type { Channel } from '../document/conversation.ts'
import type { Pattern } from './pattern.ts'
import type { OptionsOf, OptionsSchema } from './schema.ts'
import type { GivenServices, ServiceName, Services } from '../services/services.ts'
import type { PhaseName, Step } from '../pipeline/plan/step.ts'
import type { Warning } from '../pipeline/warning.ts'

/** What a tap of a bailing phase may answer: nothing (go on), a warning made by `warn` (go on, too), a reply, or a refusal made by `block`. */
export type Verdict = Reply | GatewayError | Warning | undefined | void

type Now<T> = T | Promise<T>

/** Taps on a streamed reply. The kernel joins those of a whole plan into one pass over each event. */
export interface StreamTap<State = unknown> {
  /**
   * Characters of each text that are withheld until more has come, so that a match split over events is seen whole:
   * `n` holds for patterns of up to `n + 1` characters.
   */
  readonly lookbehind?: number
  /** The whole stream is collected, and goes through the `response` tap instead. */
  readonly buffer?: boolean
  /** Makes the state of one stream. */
  open?(exchange: Exchange): State
  /**
   * Returns the text as it shall leave. A pure function of its text: it may be asked again about text that has not left yet.
   * A refusal ends the stream before this text leaves.
   */
  text?(text: string, channel: Channel, state: State): string | GatewayError
  /** Sees each event; `drop` withholds it, a refusal ends the stream before it. */
  observe?(event: StreamEvent, state: State): 'drop' | GatewayError | undefined | void
  /**
   * Sees the event that ends the answer, as it is about to leave and behind all other taps; its edits go along. What it returns is waited for; a
   * refusal ends the stream with an error in the place of that event. A tap of this alone leaves the stream unread until then.
   */
  last?(event: StreamEvent, exchange: Exchange): Now<GatewayError | undefined | void>
  /** Asked as a stream begins to leave: whether `last` has anything to do with it. Without this member it always has. It must not throw. */
  awaitsLast?(exchange: Exchange): boolean
  /** The stream is over, in whichever way. */
  end?(state: State): void
}

/** A stream tap whose state is its own affair. */
export type AnyStreamTap = Omit<StreamTap<never>, 'open'> & { open?(exchange: Exchange): unknown }

/** What a plugin returns from `setup`: one that provides no service, unless it says which. A phase that is not named here costs nothing. */
export interface Taps<Provided extends ServiceName = never> {
  request?(exchange: Exchange): Now<Verdict>
  route?(exchange: Exchange): Now<Verdict>
  prompt?(exchange: Exchange): Now<Verdict>
  lookup?(exchange: Exchange): Now<Verdict>
  /** A refusal, made by `refuse`, skips this one attempt; `recover` is asked next. */
  attempt?(exchange: Exchange, attempt: Attempt): Now<GatewayError | undefined | void>
  settled?(exchange: Exchange, attempt: Attempt): void
  recover?(exchange: Exchange, attempt: Attempt): Now<Recovery | undefined | void>
  response?(exchange: Exchange): Now<Verdict>
  /** `'pass'`: this plugin taps `response`, but streams go by it unbuffered and untouched. */
  stream?: AnyStreamTap | 'pass'
  complete?(exchange: Exchange): Now<void>
  /** The last byte of the reply was taken by the caller's connection, or the caller left; behind `complete`, once. */
  finished?(exchange: Exchange): void
  /** The service that the plugin provides. */
  service?: Services[Provided]
  /** Lower-case names of request headers that are for the gateway alone: no provider gets them. Where they change at run time, a lookup. */
  ownHeaders?: readonly string[] | HeaderNames
  /** This plugin asks callers for a credential. Without any such plugin, the gateway listens on loopback only. */
  authenticates?: boolean
  /**
   * Called with each configuration that has the instance, once all its plugins are set up, also where it is only checked: finds faults of the options that show
   * only in the compiled pipelines.
   * @throws SettingFault, or Error
   */
  vet?(): Promise<void>
  /**
   * Called once, before the configuration that the instance belongs to begins to serve, after the instances that it needs: connects to what it cannot serve without.
   * Never called where a configuration is only checked. A configuration whose parts cannot be opened does not serve.
   */
  open?(): Promise<void>
  /** Called once, when the configuration that the instance belongs to begins to serve. Background work, such as timers and calls of its own, begins here. */
  start?(): void
  /**
   * The configuration that the instance belongs to serves no longer: another one took over, or the gateway begins to end. What would go on without an end, such
   * as a stream of events, ends now; whatever else began is finished. An instance that the next configuration keeps is told, too.
   */
  leave?(): void
  close?(): Now<void>
}

/** What `setup` is given: of a plugin that asks for no services, unless it says which. */
export interface SetupContext<Options, Needs extends ServiceName = never, Wants extends ServiceName = never> {
  readonly options: Options
  /** The instance's name: unique, from the configuration. */
  readonly name: string
  readonly log: Logger
  /** The services asked for with `needs` and `wants`, and those that are always there: `clock`, `random`, `meter`, `health`, `version`, `pipelines`. */
  readonly services: GivenServices<Needs, Wants>
  /** Aborted when the instance is closed. */
  readonly signal: AbortSignal
  /**
   * Compiles a pattern for a linear-time engine; usable with `test`, and as the first argument of `String.replace`. Flags that are not a string are
   * ignored, so that the function can be passed to `map`. @throws SyntaxError on back-references and look-around
   */
  regex(pattern: string, flags: string | undefined): Pattern
  regex(pattern: string): Pattern
  /**
   * Warns that policy let something in a stream pass; while nothing has left yet, in a header, too. The same warning counts once. Taps that
   * can return a verdict return a `warn` instead.
   * @param detail what kinds of things were found and how many; never what was said
   * @throws TypeError if the code cannot stand in a header
   */
  warnInStream(exchange: Exchange, code?: string, message?: string, detail?: Readonly<Record<string, unknown>>): void
}

export interface PluginDefinition<
  S extends OptionsSchema = OptionsSchema,
  Needs extends ServiceName = ServiceName,
  Wants extends ServiceName = ServiceName,
  Provided extends ServiceName = ServiceName,
> {
  readonly name: string
  readonly description?: string
  /** Checked before `setup` runs; gives `options` its type. Without one, the plugin takes no options. */
  readonly schema?: S
  /** The block of tapline.yaml whose presence alone switches the plugin on, for example `cache.response.simple`. */
  readonly presence?: string
  /** Names that its settings had once, and that files and variables may still say. */
  readonly olderSettings?: readonly OlderSetting[]
  readonly provides?: Provided
  readonly needs?: readonly Needs[]
  /** Services that it uses where somebody offers them; undefined where nobody does. */
  readonly wants?: readonly Wants[]
  /** Whether its taps may edit the exchange; if so, a tap that overstays its deadline fails the request even when `on_error` is open. */
  readonly edits?: boolean
  /**
   * Whether it applies policy to what is said, on `prompt`, `response` or `stream`; as `edits` where absent. What a guardrail did is in the audit
   * record, cached answers know it, and the calls that plugins make go by it.
   */
  readonly guardrail?: boolean
  /** What it makes of a reply depends on who asked, not on the reply alone: caches keep what it saw for callers of the same user path and labels. */
  readonly judgesCallers?: boolean
  /** Even when switched off (`enabled: false`) it is set up, so that its admin endpoints are there; none of its taps is placed. Its `options` say that it is off. */
  readonly staysWhenOff?: true
  /** What a failing tap means, unless the operator says otherwise; by phase where absent. */
  readonly onError?: 'open' | 'closed'
  /** Milliseconds that one call of an asynchronous tap may take, unless the operator says otherwise; 30 s where absent, 0 is no limit. */
  readonly timeoutMs?: number
  /** Of a plugin that is made to be a guardrail: the phases in which it can act. Administrators choose it as a type; the type of `a-b` is `a_b`. */
  readonly phases?: readonly PhaseName[]
  /**
   * A step that stands for other steps: they take its place in the pipeline.
   * @param at where tapline.yaml says something, by pointer
   */
  expand?(options: OptionsOf<S>, at: (pointer: string) => Place | undefined): readonly Step[]
  setup?(context: SetupContext<OptionsOf<S>, Needs, Wants>): Taps<Provided> | Promise<Taps<Provided>>
}

/**
 * Makes a plugin loadable by name, package or path.
 * @example
 * export default definePlugin({
 *   name: 'no-secrets',
 *   schema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
 *   setup: ({ options }) => ({
 *     prompt: ({ conversation }) => conversation.some(t => t.includes(options.word)) ? block('secret_found', 'Remove the secret') : undefined,
 *   }),
 * })
 */
export function definePlugin<
  const S extends OptionsSchema,
  Needs extends ServiceName = never,
  Wants extends ServiceName = never,
  Provided extends ServiceName = never,
>(definition: PluginDefinition<S, Needs, Wants, Provided>): PluginDefinition<S, Needs, Wants, Provided> {
  return definition
}

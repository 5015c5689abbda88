/** `tapline`: what plugins, providers and dialects are made with, and what they are told. */

// A plugin

export { definePlugin } from './plugin/define.ts'
export type { PluginDefinition, SetupContext, StreamTap, Taps, Verdict } from './plugin/define.ts'
export type { OptionsOf, OptionsSchema } from './plugin/schema.ts'
export type { Pattern, TextSpan } from './plugin/pattern.ts'
export { answer, block, refuse } from './pipeline/verdict.ts'
export type { BlockDetails, RefuseDetails } from './pipeline/verdict.ts'
export { giveUp, next, retry } from './pipeline/recovery.ts'
export type { Recovery } from './pipeline/recovery.ts'
export { warn } from './pipeline/warning.ts'
export { slot } from './pipeline/slot.ts'
export type { Slot } from './pipeline/slot.ts'
export type { PhaseName, Step } from './pipeline/plan/step.ts'
export type { Place } from './config/problems/place.ts'

// What its taps see

export type { Exchange } from './pipeline/exchange.ts'
export type { Caller } from './pipeline/caller.ts'
export type { IncomingRequest } from './pipeline/incoming-request.ts'
export type { Attempt, Failure, PromptCachePlan } from './pipeline/attempt.ts'
export type { Target } from './upstream/provider/target.ts'
export { Reply } from './upstream/reply.ts'
export type { ReplyStream } from './upstream/reply.ts'
export { StreamEvent } from './stream/event.ts'
export type { Channel, Conversation, Message, NewMessage, Part, Role, TextPart, TextTest } from './document/conversation.ts'
export { JsonDocument, JsonError } from './document/document.ts'
export type { JsonNode } from './document/node.ts'
export { hasHeader, headerIn, placeOfHeader } from './flat-headers.ts'
export type { WrittenHeaders } from './flat-headers.ts'
export { normalise as normaliseUserPath } from './user-path.ts'

// What goes wrong

export { GatewayError, gatewayError } from './errors.ts'
export type { Code, ErrorDetails } from './errors.ts'
export { Conflict } from './storage/records.ts'
export { StorageUnavailable } from './storage/storage.ts'

// A provider

export { defineProvider } from './plugin/provider.ts'
export type {
  CallFacts,
  Endpoint,
  KeyHeader,
  ModelDetails,
  ModelEntry,
  ModelMetadata,
  ProviderAnswer,
  ProviderCall,
  ProviderDefinition,
  ProviderSettings,
  Refusal,
  ResolvedFacts,
  RespellFacts,
  SettingsOf,
  VendorRefusal,
} from './plugin/provider.ts'
export type { AdaptedReply, AskedRequest, OperationAdapter } from './plugin/adapter.ts'
export type { CollectedPart } from './form/form.ts'
export type { FormPart, FormRules } from './form/rules.ts'
export type { ProviderInstance } from './upstream/provider/provider.ts'
export type { ModelTraits } from './neutral/translation.ts'
export type { Json, JsonObject } from './neutral/request.ts'

// A dialect

export { defineDialect } from './plugin/dialect.ts'
export type { AnswerFacts, Dialect, StreamFormat, StreamText, UpstreamDialect, Usage } from './plugin/dialect.ts'

// Services

export type { ServiceName, Services } from './services/services.ts'
export type { AddedProvider, AddedProviders, Configurations } from './services/added-providers.ts'
export type { Access, AccessSource, Asking, Denial, KnownKey, ModelPolicy } from './services/access.ts'
export type { CacheLayer, CacheLayers, CacheStore } from './services/caches.ts'
export type { VectorEntry, VectorMatch, VectorStore } from './services/vectors.ts'
export type { Catalogue } from './services/catalogue.ts'
export type { Clock, Timer } from './services/clock.ts'
export type { Conversations, OpenConversation } from './services/conversations.ts'
export type { FileRecord, Files, NewFile } from './services/files.ts'
export type { GuardrailBook, NamedGuardrail } from './services/guardrails.ts'
export type { HeaderPolicyBook } from './services/header-policies.ts'
export type { Health } from './services/health.ts'
export type { OwnedObjects } from './services/owned-objects.ts'
export type { Identity, IdentitySource, Presented, Recognition } from './services/identity.ts'
export type { KnownPlugin, KnownPlugins } from './services/known-plugins.ts'
export type { Cost, Keys, PriceSheet, PricedCall, PricedModel, Pricing, UsageEntry, UsageLedger, UsageTotals } from './services/ledger.ts'
export type { LimitStanding, Limits, Saturation } from './services/limits.ts'
export type { LiveFacts, LiveLog, LiveState, LiveUnderWay } from './services/live-log.ts'
export type { Instrument, Meter } from './services/meter.ts'
export type { KeptListing, ModelCache } from './services/model-cache.ts'
export type { ModelInventory, Models, TargetPrices } from './services/models.ts'
export type { InnerAnswer, InnerCall, Pipelines, RouteFacts } from './services/pipelines.ts'
export type { Processes } from './services/processes.ts'
export type { BreakerSource, ProviderBoard } from './services/provider-status.ts'
export type { RouteOption, RouteQuestion, RouteStrategy } from './services/routing.ts'
export type {
  Addition,
  Claim,
  ClaimAnswer,
  CountedClaim,
  Hold,
  NoteChange,
  Notes,
  Question,
  Settlement,
  Standing,
  State,
  VolatileCounters,
} from './services/state.ts'
export type { Users } from './services/users.ts'
export type { Trial, TrialResult, Variant, Variants, VariantStep } from './services/variants.ts'
export type { WorkflowExplanation, WorkflowQuestion, Workflows, WorkflowScope } from './services/workflows.ts'
export type { Admin, AdminCall, AdminChange, AdminEndpoint, RefreshFacts, RefreshStep } from './services/admin.ts'
export type { AdminScope } from './services/admin-scope.ts'
export type { Secrets } from './storage/secrets.ts'
export type { Storage } from './storage/storage.ts'

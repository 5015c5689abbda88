/** The audit log: one row for each request, refused ones and writes of administrators too, and the endpoints that show them. */

import { dataPath, definePlugin, type Exchange, type Journal, type OptionsOf, type UsageLedger } from '../../core/index.ts'
import { JournalWriter } from '../../core/storage/journal-writer.ts'
import { Retention } from '../../core/storage/retention.ts'
import { auditEndpoints } from './api/endpoints.ts'
import { Bodies, finished } from './bodies.ts'
import { changeOf, noteChange } from './changes.ts'
import { auditJournal, type AuditRow } from './journal.ts'
import { keepsMedia } from './media/kept-media.ts'
import { FolderOfMedia, MediaInMemory } from './media/media-files.ts'
import { MediaStore, type MediaRecord } from './media/media-store.ts'
import { Recorder } from './recorder.ts'
import { schema } from './schema.ts'

type Options = OptionsOf<typeof schema>

const batchRows = 100
const dayMs = 86_400_000

/** What stands once the store is open. */
interface Opened {
  readonly writer: JournalWriter<AuditRow>
  readonly recorder: Recorder
  readonly retention: Retention<AuditRow>
  readonly media: MediaStore
  readonly withdraw: readonly (() => void)[]
}

export default definePlugin({
  name: 'audit',
  description: 'Writes every request to the audit log, and shows it to administrators.',
  schema,
  needs: ['storage', 'spool', 'admin'],
  wants: ['usage'],
  edits: false,
  onError: 'open',
  setup({ options, services, log }) {
    const { storage, spool, admin, clock, meter, health } = services
    const usage = services.usage as UsageLedger | undefined
    let opened: Opened | undefined

    const open = (journal: Journal<AuditRow>): Opened => {
      const media = new MediaStore({ records: storage.records<MediaRecord>('audit_media'), files: mediaFiles(options), log })
      const writer = new JournalWriter<AuditRow>({
        name: auditJournal.name, policy: { bufferRows: options.buffer_size, batchRows, everyMs: options.flush_interval },
        finish: finished,
        journal, spool, clock, meter, health, log,
      })
      const retention = new Retention<AuditRow>({
        name: auditJournal.name, days: options.retention_days,
        deleted: ids => media.deleteOf(ids, clock.now() - options.retention_days * dayMs),
        journal, storage, clock, log,
      })
      const recorder = new Recorder({
        logHeaders: options.log_headers, isStepwise: options.log_guardrail_steps, onlyModelInteractions: options.only_model_interactions,
        bodies: options.log_bodies ? bodiesOf(options, media) : undefined,
        writer, clock,
      })
      const endpoints = auditEndpoints({ journal: options.recording ? journal : undefined, flush: () => writer.flush(), usage, media, clock })
      const settings = { LOGGING_ENABLED: () => options.recording, LOGGING_RETENTION_DAYS: () => String(options.retention_days) }
      const withdraw = [
        ...endpoints.map(endpoint => admin.endpoint(endpoint)),
        ...Object.entries(settings).map(([name, read]) => admin.setting(name, read)),
        admin.onChange(noteChange),
      ]
      return { writer, recorder, retention, media, withdraw }
    }

    const close = (exchange: Exchange): void => {
      const change = changeOf(exchange)
      if (change === undefined) opened?.recorder.close(exchange)
      else opened?.recorder.closeEvent(exchange, { ...change })
    }

    return {
      ...(options.recording ? { request: (exchange: Exchange) => opened?.recorder.open(exchange), finished: close } : {}),
      async open() { opened = open(await storage.journal(auditJournal)) },
      start: () => opened?.retention.start(),
      async close() {
        for (const withdraw of opened?.withdraw ?? []) withdraw()
        await opened?.retention.close()
        await opened?.writer.close()
        await opened?.media.settled()
      },
    }
  },
})

function mediaFiles({ media_type: type, media_path: path }: Options): FolderOfMedia | MediaInMemory {
  return type === 'memory' ? new MediaInMemory() : new FolderOfMedia(path ?? dataPath('media'))
}

function bodiesOf(options: Options, media: MediaStore): Bodies {
  const mayKeep = (side: 'input' | 'output') => keepsMedia(options, side, 'audio') || keepsMedia(options, side, 'image')
  return new Bodies({
    logRevisions: options.log_revision_bodies, isStepwise: options.log_guardrail_steps,
    keepsUploads: mayKeep('input'), keepsMedia: mayKeep('output'),
  }, (row, side, file) => keepsMedia(options, side, file.kind) ? media.keep(row, file) : undefined)
}

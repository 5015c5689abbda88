/** How a breaker stands with all processes that share it, and what becomes of that when one of them tells something. */

export type BreakerState = 'closed' | 'half-open' | 'open'

export interface BreakerRules {
  readonly failureThreshold: number
  readonly successThreshold: number
  readonly timeoutMs: number
}

/** What a process saw. */
export type BreakerNews = { readonly did: 'fail' | 'succeed' | 'close' | 'probe' | 'pass-probe' } | { readonly did: 'open'; readonly forMs: number }

export interface Standing {
  readonly state: BreakerState
  /** Closed: consecutive failures; half-open: consecutive successes. */
  readonly count: number
  /** Of an open one: until when it is, in milliseconds since 1970. */
  readonly untilMs: number
}

export const untouched: Standing = { state: 'closed', count: 0, untilMs: 0 }

/** What began before the breaker opened changes nothing. */
export function after(standing: Standing, news: BreakerNews, { failureThreshold, successThreshold, timeoutMs }: BreakerRules, nowMs: number): Standing {
  const { state, count } = standing
  const open = (forMs: number): Standing => ({ state: 'open', count: 0, untilMs: nowMs + forMs })
  switch (news.did) {
    case 'fail':
      if (state !== 'closed') return standing
      return count + 1 >= failureThreshold ? open(timeoutMs) : { ...standing, count: count + 1 }
    case 'succeed':
      return state === 'closed' ? untouched : standing
    case 'open':
      return open(news.forMs)
    case 'close':
      return untouched
    case 'probe':
      return state === 'open' ? { state: 'half-open', count: 0, untilMs: 0 } : standing
    case 'pass-probe':
      return state === 'closed' || count + 1 >= successThreshold ? untouched : { state: 'half-open', count: state === 'open' ? 1 : count + 1, untilMs: 0 }
  }
}

/** The shell: who is asking, the menu, and the page that the address names. */

import { useQueryClient } from '@tanstack/preact-query'
import { useErrorBoundary, useEffect, useRef } from 'preact/hooks'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter-preact'
import { isAway } from './data/api.ts'
import { useReach, type Reach } from './data/access.ts'
import { forgetKey, key, keyWanted } from './data/key.ts'
import { views } from './pages/index.ts'
import { pages, type PagePath, type PagePlace } from './pages/paths.ts'
import { Banners } from './parts/banners.tsx'
import { KeyForm } from './parts/key-form.tsx'
import { Menu } from './parts/menu.tsx'
import { Empty, Failed, Loading } from './parts/states.tsx'

export function App() {
  return keyWanted.value ? <KeyForm /> : <Signed />
}

function Signed() {
  const { reach, error, refetch } = useReach()
  useReturn()
  if (reach !== undefined) return <Shell reach={reach} />
  if (error === null) return <Loading />
  return (
    <main>
      <Failed error={error} retry={refetch} />
      {key.value !== undefined && (
        <p class="state">
          <button type="button" onClick={forgetKey}>
            Use another key
          </button>
        </p>
      )}
    </main>
  )
}

/** When the gateway is back, all is read again. */
function useReturn(): void {
  const queries = useQueryClient()
  const wasAway = useRef(false)
  useEffect(() => {
    if (wasAway.current && !isAway.value) void queries.invalidateQueries()
    wasAway.current = isAway.value
  }, [queries, isAway.value])
}

function Shell({ reach }: { readonly reach: Reach }) {
  const [at] = useLocation()
  const main = useRef<HTMLElement>(null)
  const shown = pages.filter(page => isShown(page, reach))
  useTitle(shown.find(({ path }) => path === at)?.title)
  useMove(at, () => main.current?.focus())
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      {/* Closed again on each page. */}
      <Menu key={at} pages={shown} reach={reach} at={at} />
      <main id="main" tabIndex={-1} ref={main}>
        <Banners reach={reach} />
        <Switch>
          {shown.map(({ path }) => (
            <Route key={path} path={path}>
              <Page key={path} path={path} reach={reach} />
            </Route>
          ))}
          <Route path="/">
            <Redirect to={pages[0].path} replace />
          </Route>
          <Route>
            <Empty>
              There is no such page here, or what it shows is switched off. <Link href={pages[0].path}>To the overview</Link>
            </Empty>
          </Route>
        </Switch>
      </main>
    </div>
  )
}

function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Tapline' : `${title} · Tapline`
  }, [title])
}

/** Whoever goes to another page reads it from its beginning, also by keyboard. */
function useMove(at: string, begin: () => void): void {
  const last = useRef(at)
  useEffect(() => {
    if (last.current !== at) begin()
    last.current = at
  }, [at])
}

/** A page that fails takes nothing else with it. */
function Page({ path, reach }: { readonly path: PagePath; readonly reach: Reach }) {
  const [error, retry] = useErrorBoundary()
  const View = views[path]
  return error === undefined ? <View reach={reach} /> : <Failed error={error as Error} retry={retry} />
}

function isShown({ needs, global = false }: PagePlace, reach: Reach): boolean {
  return (reach.global || !global) && (needs === undefined || reach.isOn(needs))
}

/** The shell: who is asking, the menu, and the page that the address names. */

import { Link, Redirect, Route, Switch, useLocation } from 'wouter-preact'
import { keyWanted } from './data/api.ts'
import { useReach, type Reach } from './data/access.ts'
import { forgetKey, key } from './data/key.ts'
import { views } from './pages/index.ts'
import { pages, type PagePath, type PagePlace } from './pages/paths.ts'
import { KeyForm } from './parts/key-form.tsx'
import { Failed, Loading } from './parts/states.tsx'

export function App() {
  const { reach, error } = useReach()
  if (keyWanted.value) return <KeyForm />
  if (error !== null) return <Failed error={error} retry={() => location.reload()} />
  if (reach === undefined) return <Loading />
  const shown = pages.filter(page => isShown(page, reach))
  return (
    <div class="shell">
      <Menu pages={shown} reach={reach} />
      <main>
        {reach.isOn('DEMO_MODE') && <p class="banner">This gateway is a demonstration. Do not give it real keys.</p>}
        <Switch>
          {shown.map(({ path }) => (
            <Route key={path} path={path}>
              <Shown path={path} reach={reach} />
            </Route>
          ))}
          <Route>
            <Redirect to={shown[0]?.path ?? '/'} replace />
          </Route>
        </Switch>
      </main>
    </div>
  )
}

function Shown({ path, reach }: { readonly path: PagePath; readonly reach: Reach }) {
  const View = views[path]
  return <View reach={reach} />
}

function isShown({ needs, global = false }: PagePlace, reach: Reach): boolean {
  return (reach.global || !global) && (needs === undefined || reach.isOn(needs))
}

function Menu({ pages: shown, reach }: { readonly pages: readonly PagePlace[]; readonly reach: Reach }) {
  const [at] = useLocation()
  return (
    <nav aria-label="Pages">
      <p class="brand">Tapline</p>
      <ul>
        {shown.map(({ path, title }) => (
          <li key={path}>
            <Link href={path} aria-current={at === path ? 'page' : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
      <footer>
        {reach.userPath !== undefined && <p class="faint">below {reach.userPath}</p>}
        {key.value !== undefined && (
          <button
            type="button"
            class="plain"
            onClick={() => {
              forgetKey()
              keyWanted.value = true
            }}
          >
            Sign out
          </button>
        )}
      </footer>
    </nav>
  )
}

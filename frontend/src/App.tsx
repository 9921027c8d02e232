import { QueryClientProvider, type QueryClient } from '@tanstack/react-query'
import { Suspense } from 'react'
import { BrowserRouter, Route, Routes } from 'react-router'
import { ErrorBoundary } from './components/ErrorBoundary'
import { AppShell } from './components/shell/AppShell'
import { FocusOnArrival } from './components/shell/FocusOnArrival'
import { OnlySignedOut, RequireAdmin, RequireSignIn } from './components/shell/Guards'
import { Toasts } from './components/Toasts'
import { AuthProvider } from './contexts/AuthContext'
import { NotificationApiProvider } from './contexts/NotificationApiContext'
import { ThemeProvider } from './contexts/ThemeContext'
import { paths } from './lib/paths'
import { NotFoundPage, pagesFor, StaffPages } from './routes'

/** Providers around routes; which page stands where is in routes.tsx. Until there is a page, index.html shows its first paint. */
export function App({ client }: { client: QueryClient }) {
  return (
    <QueryClientProvider client={client}>
      <BrowserRouter>
        <ThemeProvider>
          <AuthProvider>
            <NotificationApiProvider>
              <FocusOnArrival />
              <ErrorBoundary>
                <Suspense>
                  <AppRoutes />
                </Suspense>
              </ErrorBoundary>
              <Toasts />
            </NotificationApiProvider>
          </AuthProvider>
        </ThemeProvider>
      </BrowserRouter>
    </QueryClientProvider>
  )
}

function AppRoutes() {
  return (
    <Routes>
      {routesFor('anyone')}
      <Route element={<OnlySignedOut />}>{routesFor('signed-out')}</Route>
      <Route element={<RequireSignIn />}>
        <Route element={<AppShell />}>
          {routesFor('signed-in')}
          <Route element={<RequireAdmin />}>
            <Route path={`${paths.admin}/*`} element={<StaffPages />} />
          </Route>
          <Route path="*" element={<NotFoundPage />} />
        </Route>
      </Route>
    </Routes>
  )
}

function routesFor(audience: Parameters<typeof pagesFor>[0]) {
  return pagesFor(audience).map(({ path, Page }) => <Route key={path} path={path} element={<Page />} />)
}

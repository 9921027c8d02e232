import { SkeletonRows } from '../ListFaces'

/** The dashboard's outline while it is read, in the measure of the real one, so that nothing jumps. */
export function DashboardSkeleton() {
  return (
    <div className="grid grid-cols-1 items-start gap-8 lg:grid-cols-[minmax(0,1fr)_21rem]">
      <div className="flex min-w-0 flex-col gap-8">
        <div aria-hidden className="flex flex-col gap-5">
          <div>
            <span className="skeleton block h-4 w-32" />
            <span className="skeleton mt-3 block h-12 w-72 max-w-full" />
            <span className="skeleton mt-3 block h-4 w-36" />
          </div>
          <span className="skeleton block h-25 sm:h-11 sm:w-96" />
          <span className="skeleton block h-20 lg:hidden" />
        </div>
        <div className="card py-4">
          <SkeletonRows />
        </div>
      </div>
      <div aria-hidden className="card flex flex-col gap-4 p-4">
        <span className="skeleton h-5 w-32" />
        <span className="skeleton h-40" />
      </div>
    </div>
  )
}

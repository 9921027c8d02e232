import { Check, CloudOff, Copy, Inbox, Trash2 } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { AreaChart } from '@/components/charts/AreaChart'
import { BarChart } from '@/components/charts/BarChart'
import { EmptyState, ErrorState, SkeletonRows } from '@/components/ListFaces'
import { Mark } from '@/components/Mark'
import { Money } from '@/components/Money'
import { PageHeader } from '@/components/PageHeader'
import { Person } from '@/components/Person'
import { Preferences } from '@/components/Preferences'
import { Status, type StatusName } from '@/components/Status'
import { Badge } from '@/components/ui/Badge'
import { Button } from '@/components/ui/Button'
import { Checkbox, RadioCards, Switch } from '@/components/ui/Choice'
import { Chips, FilterChip } from '@/components/ui/Chips'
import { Combobox } from '@/components/ui/Combobox'
import { ConfirmDialog } from '@/components/ui/ConfirmDialog'
import { DateRange } from '@/components/ui/DateRange'
import { TextInput } from '@/components/ui/Field'
import { FilterPanel } from '@/components/ui/FilterPanel'
import { Menu } from '@/components/ui/Menu'
import { MoneyInput } from '@/components/ui/MoneyInput'
import { Notice } from '@/components/ui/Notice'
import { PasswordInput, PasswordMeter } from '@/components/ui/PasswordInput'
import { Select } from '@/components/ui/Select'
import { Sheet } from '@/components/ui/Sheet'
import { Stepper } from '@/components/ui/Stepper'
import { Table, type Sort } from '@/components/ui/Table'
import { Tabs } from '@/components/ui/Tabs'
import { Tooltip } from '@/components/ui/Tooltip'
import { useNotifications } from '@/contexts/NotificationApiContext'

const LONG = 'Venkatanarasimharajuvaripeta Subrahmanyeswara Ramanathan-Iyer'
const STATUSES: StatusName[] = ['PENDING', 'SUCCESS', 'FAILED', 'REVERSED', 'UNDER_REVIEW', 'pending', 'approved', 'rejected', 'active', 'inactive', 'kycPending']
const SURFACES = ['bg-surface-0', 'bg-surface-1', 'bg-surface-2', 'bg-surface-3', 'bg-fjord', 'bg-fjord-soft', 'bg-deep', 'bg-saffron', 'bg-good-soft', 'bg-bad-soft', 'bg-wait-soft', 'bg-calm-soft']
const TYPES = ['text-micro', 'text-small', 'text-body', 'text-lead', 'text-title', 'text-page', 'text-figure', 'text-balance']
const PEOPLE = [
  { id: 1, name: 'Asha Raman', paid: 150_000_50 },
  { id: 2, name: LONG, paid: 99_99_99_999_99 },
  { id: 3, name: 'Rohan Mehta', paid: 1 },
]

/** Every piece of the design language in its states; in development only (DESIGN.md says why each is as it is). */
export default function DesignPage() {
  return (
    <main className="mx-auto flex max-w-[72rem] flex-col gap-12 px-4 py-10 lg:px-8">
      <PageHeader title="The design language" lead="What the app is made of. DESIGN.md tells the reasons." actions={<Mark className="size-12" />} />
      <Preferences />
      <Ground />
      <Values />
      <Acts />
      <Forms />
      <Lists />
      <Section title="Charts">
        <div className="grid gap-6 lg:grid-cols-2">
          <BarChart title="By month" highlight="c" bars={[{ key: 'a', label: 'Sep', name: 'September', minor: 12_000_00 }, { key: 'b', label: 'Oct', name: 'October', minor: 0 }, { key: 'c', label: 'Nov', name: 'November', minor: 9_500_00 }]} />
          <AreaChart title="Balance" points={[5, 4, 4, 9, 7, 7.5, 3, 12].map((lakh, day) => ({ key: String(day), name: `${day + 1} November`, minor: lakh * 10_000_000 }))} />
        </div>
      </Section>
    </main>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-4">
      <h2 className="border-b border-line-1 pb-2 text-title font-semibold">{title}</h2>
      {children}
    </section>
  )
}

function Ground() {
  return (
    <Section title="Colour and type">
      <div className="grid grid-cols-3 gap-3 sm:grid-cols-6">
        {SURFACES.map((name) => (
          <span key={name} className="text-micro text-ink-2">
            <span data-fill className={`mb-1 block h-14 rounded-md border border-line-1 ${name}`} />
            {name.slice(3)}
          </span>
        ))}
      </div>
      {TYPES.map((name) => (
        <p key={name} className={name}>
          ₹1,50,000.50 at {name.slice(5)}
        </p>
      ))}
    </Section>
  )
}

function Values() {
  return (
    <Section title="Money, people, states">
      <div className="flex flex-wrap items-baseline gap-6">
        <Money minor={99_99_99_999_99} size="balance" />
        <Money minor={1_500_00} direction="in" />
        <Money minor={1_500_00} direction="out" />
        <Money minor={1_500_00} direction="out" void />
        <Money minor={1_500_00} hidden />
      </div>
      <div className="grid max-w-sm gap-3">
        {PEOPLE.map(({ id, name }) => (
          <Person key={id} id={id} name={name} detail="Savings •••• 4821" />
        ))}
      </div>
      <div className="flex flex-wrap gap-2">
        {STATUSES.map((name) => (
          <Status key={name} of={name} />
        ))}
        <Badge>Plain</Badge>
      </div>
    </Section>
  )
}

function Acts() {
  const { showSuccess, showError } = useNotifications()
  const [open, setOpen] = useState<'sheet' | 'confirm' | null>(null)
  const close = (): void => setOpen(null)
  return (
    <Section title="Acts">
      <div className="flex flex-wrap gap-3">
        <Button tone="primary" icon={Check}>Send</Button>
        <Button>Plain</Button>
        <Button tone="quiet">Quiet</Button>
        <Button tone="danger">Refuse</Button>
        <Button tone="accent">Pay</Button>
        <Button tone="primary" busy>Sending</Button>
        <Button disabled>Off</Button>
        <Tooltip text="Copies the number"><Button icon={Copy}>Tooltip</Button></Tooltip>
        <Menu label="More" trigger={<Button>Menu</Button>} items={[{ label: 'Copy', icon: Copy, onSelect: () => showSuccess('Copied') }, { label: 'Delete', icon: Trash2, danger: true, onSelect: () => undefined }]} />
        <Button onClick={() => setOpen('sheet')}>Sheet</Button>
        <Button onClick={() => setOpen('confirm')}>Confirm</Button>
        <Button onClick={() => showSuccess('Sent', 'Rohan Mehta has ₹1,500.00 now.')}>Good news</Button>
        <Button onClick={() => showError('Not sent', '₹1,500.00 is more than the ₹1,200.00 available. Nothing has left your account.')}>Bad news</Button>
      </div>
      <Notice tone="good" title="Sent">Rohan Mehta has it now.</Notice>
      <Notice tone="wait" title="Being checked" action={<Button size="small">See why</Button>}>A person looks at it.</Notice>
      <Notice tone="bad" title="Not sent">Nothing has left your account.</Notice>
      <Notice tone="calm" title="Good to know">Statements come on the first.</Notice>
      <Sheet open={open === 'sheet'} onClose={close} title="Payment to Rohan" actions={<Button onClick={close}>Done</Button>}>
        <SkeletonRows rows={3} />
      </Sheet>
      <ConfirmDialog open={open === 'confirm'} onClose={close} onConfirm={close} title="Refuse this account?" description="The customer is told, with your reason." confirmLabel="Refuse" danger reason="required" />
    </Section>
  )
}

function Forms() {
  const [amount, setAmount] = useState('1,50,000.50')
  const [query, setQuery] = useState('')
  const [on, setOn] = useState(true)
  const [card, setCard] = useState<'savings' | 'current' | 'none'>('savings')
  const [range, setRange] = useState({ from: '2026-11-01', to: '2026-10-01' })
  return (
    <Section title="Forms">
      <div className="grid gap-6 *:min-w-0 lg:grid-cols-2">
        <TextInput label="Name" hint="As on your identity card." defaultValue={LONG} />
        <TextInput label="E-mail" error="Enter an e-mail address like asha@example.in." defaultValue="asha" />
        <MoneyInput label="Amount" value={amount} onChange={setAmount} large />
        <Select label="Account" options={[{ value: '1', label: 'Savings •••• 4821' }, { value: '2', label: 'Current •••• 1100' }]} />
        <div className="flex flex-col gap-2">
          <PasswordInput label="Password" defaultValue="calm-seas-2026" />
          <PasswordMeter password="calm-seas-2026" own={[]} />
        </div>
        <Combobox label="To" query={query} onQuery={setQuery} items={PEOPLE} itemKey={({ id }) => id} renderItem={(person) => <Person {...person} size="small" />} onPick={({ name }) => setQuery(name)} status="3 people" />
        <RadioCards legend="Kind of account" name="kind" value={card} onChange={setCard} options={[{ value: 'savings', title: 'Savings', detail: 'For what you keep', aside: <Money minor={100_00} /> }, { value: 'current', title: 'Current', detail: 'For what moves' }, { value: 'none', title: 'Not for you', disabled: true }]} />
        <div>
          <Checkbox label="I have read the terms" defaultChecked />
          <Switch label="Web notifications" hint="When this page is in the background." checked={on} onChange={setOn} />
          <DateRange value={range} onChange={(change) => setRange({ ...range, ...change })} />
        </div>
      </div>
      <Stepper steps={['Person', 'Account', 'Amount', 'Review']} current={2} />
    </Section>
  )
}

function Lists() {
  const [sort, setSort] = useState<Sort>({ key: 'paid', direction: 'descending' })
  const [tab, setTab] = useState<'table' | 'empty' | 'error' | 'loading'>('table')
  const [chip, setChip] = useState<'all' | 'in' | 'out'>('all')
  const [selected, setSelected] = useState<number | null>(2)
  const rows = [...PEOPLE].sort((a, b) => (sort.direction === 'ascending' ? a.paid - b.paid : b.paid - a.paid))
  const table = (
    <Table
      caption="People"
      rows={rows}
      rowKey={({ id }) => id}
      selected={selected}
      onOpen={({ id }) => setSelected(id)}
      sort={sort}
      onSort={setSort}
      columns={[
        { key: 'name', title: 'Name', cell: (person) => <Person {...person} size="small" /> },
        { key: 'state', title: 'State', cell: () => <Status of="active" />, from: 'md' },
        { key: 'paid', title: 'Paid', align: 'right', sortable: true, cell: ({ paid }) => <Money minor={paid} /> },
      ]}
    />
  )
  return (
    <Section title="Lists">
      <div className="flex flex-wrap items-center gap-3">
        <Chips label="Direction" value={chip} onChange={setChip} options={[{ value: 'all', label: 'All' }, { value: 'in', label: 'Received' }, { value: 'out', label: 'Sent' }]} />
        <FilterChip onRemove={() => undefined}>Over ₹1,000</FilterChip>
      </div>
      <div className="flex flex-col gap-3">
        <FilterPanel on={0} search={<TextInput label="Search" hideLabel type="search" placeholder="A name, a note, an amount" />}>
          <TextInput label="From day" type="date" />
        </FilterPanel>
      </div>
      <Tabs
        label="Faces of a list"
        value={tab}
        onChange={setTab}
        tabs={[
          { value: 'table', label: 'Table', count: 3, content: table },
          { value: 'empty', label: 'Empty', content: <EmptyState icon={Inbox} title="Nothing yet" action={<Button tone="primary">Begin</Button>}>It appears here as it happens.</EmptyState> },
          { value: 'error', label: 'Error', content: <ErrorState error={null} onRetry={() => undefined} /> },
          { value: 'loading', label: 'Loading', content: <SkeletonRows rows={3} /> },
        ]}
      />
      <p className="flex items-center gap-2 text-small text-ink-3"><CloudOff aria-hidden className="size-4" /> In the table: j and k walk, Enter opens.</p>
    </Section>
  )
}

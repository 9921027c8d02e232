/** The API's shapes by short names. They come from the OpenAPI document (`npm run types`); nothing is declared twice. */

import type { components } from './schema'

type Schemas = components['schemas']

export type User = Schemas['UserOut']
export type Token = Schemas['TokenOut']
export type Session = Schemas['SessionOut']
export type Person = Schemas['PersonOut']
export type Account = Schemas['AccountOut']
export type AccountType = Schemas['AccountType']
export type RecipientAccount = Schemas['RecipientAccountOut']
export type Transaction = Schemas['TransactionOut']
export type TransactionDetail = Schemas['TransactionDetail']
export type TransactionStatus = Schemas['TransactionStatus']
export type TransactionKind = Schemas['TransactionKind']
export type DayBalance = Schemas['DayBalance']
export type Found = Schemas['FoundPage_TransactionOut_']
export type Summary = Schemas['SummaryOut']
export type Accepted = Schemas['Accepted']
export type Notification = Schemas['NotificationOut']
export type NotificationStats = Schemas['StatsOut']
export type AdminUser = Schemas['AdminUserOut']
export type StaffAccount = Schemas['StaffAccountOut']
export type AuditEntry = Schemas['AuditEntryOut']
export type LoggedEvent = Schemas['LoggedEventOut']
export type DeadLetter = Schemas['DeadLetterOut']
export type Queues = Schemas['QueuesOut']
export type Trends = Schemas['TrendsOut']
export type Series = Schemas['SeriesOut']
export type Period = Schemas['PeriodOut']
export type Interval = Schemas['Interval']
export type Everything = Schemas['Everything']
export type FoundCustomer = Schemas['CustomerFound']
export type FoundAct = Schemas['ActFound']
export type LogLine = Schemas['LogLineFound']
export type Drift = Schemas['DriftOut']

/** One page of a list; `next_cursor` is null on the last. */
export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** A page of what a search found; `degraded` when the index is away or behind and fewer rows were looked at. */
export interface FoundPage<T> extends Page<T> {
  total: number
  degraded: boolean
}

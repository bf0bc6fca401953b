/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The library's rights to a portfolio. */
export type AccessRights =
  /** As long as it is licensed, whatever its license or collection says. */
  | 'CURRENT'
  /** Also afterwards: it is retained. */
  | 'PERPETUAL';

/** What somebody may do. */
export type AccessScope =
  /** See and change tokens and people; see provider files and the audit. */
  | 'ADMIN'
  /** Change profiles, schedules, collections, groups and settings. */
  | 'CONFIGURE'
  /** Change portfolios, PO lines and licenses, and decide about titles. */
  | 'CURATE'
  /** Run, preview, cancel, approve, reject and undo jobs. */
  | 'OPERATE'
  /** See everything but what ADMIN is for. */
  | 'READ';

/** What happened to a line of a file. */
export type AcquisitionsAction =
  /** It attached a PO line which was not attached. */
  | 'ATTACHED'
  /** It made something. */
  | 'CREATED'
  /** It moved a PO line from another portfolio or collection. */
  | 'MOVED'
  /** It was refused, and changed nothing. */
  | 'REFUSED'
  /** It changed nothing. */
  | 'UNCHANGED'
  /** It changed something. */
  | 'UPDATED';

/** How to activate a collection of the Community Zone. */
export type ActivateCollectionInput = {
  /** Activate this electronic collection service. */
  activateService?: boolean | null | undefined;
  /** Manual is right where a sync activates the portfolios. */
  activationType?: ActivationType | null | undefined;
  /** Automatically activate new portfolios. Best left off, so that only entitled titles become active. */
  autoActivateNewPortfolios?: boolean | null | undefined;
  /** The Community Zone's number, such as `61707906870000041`. */
  communityZoneId: string;
  /** With ALL, since it is kept with the job: the same request again answers with the same collection and job; another one with the key is a CONFLICT. Where the collection has no titles yet, no job is queued and a warning says that the key was not kept. With MANUAL it is refused. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** Make service available. */
  makeServiceAvailable?: boolean | null | undefined;
};

/** How a collection was activated. */
export type ActivationType =
  /** The collection and all its portfolios. */
  | 'ALL'
  /** The collection, and portfolios by hand: the sync activates those that the library is entitled to. */
  | 'MANUAL';

/** What somebody is who does something. */
export type ActorKind =
  /** Anybody: access was not controlled. */
  | 'ANYBODY'
  /** A command on the server's command line. */
  | 'COMMAND'
  /** Somebody who signed in. */
  | 'PERSON'
  /** A job that was due. */
  | 'SCHEDULE'
  /** A program with a token. */
  | 'TOKEN';

/** Somebody to add. */
export type AddPersonInput = {
  /** As typed to sign in: 1 to 200 characters, and no other person has the name. */
  name: string;
  /** 12 to 200 characters. */
  password: string;
  /** What the person may do. */
  scopes: Array<AccessScope>;
};

/**
 * Which job to approve, and how much of it. What is not approved of a part is declined for its list: runs that meet the same bytes leave it out.
 * Of a job that is over, what was declined of one of its lists is taken, as long as no newer list was applied.
 */
export type ApproveJobInput = {
  /** Approve it though a newer list was applied since. */
  force?: boolean | null | undefined;
  /** Which job. */
  jobId: string;
  /** What to make of columns that the list lost; one that is not named is left as it is stored. */
  lostColumns?: Array<LostColumnInput> | null | undefined;
  /** Which of its parts; left out or null: all that wait. The others go on waiting. */
  parts?: Array<JobPartChoice> | null | undefined;
  /** Why; kept with the decision. */
  reason?: string | null | undefined;
};

/** Which audit entries: those that fit all that is given. */
export type AuditEntryFilter = {
  /** The mutation or command. */
  action?: string | null | undefined;
  /** The person or token. */
  actorId?: string | null | undefined;
  /** What the actor is. */
  actorKind?: ActorKind | null | undefined;
  /** At this moment or later. */
  since?: string | null | undefined;
  /** Before this moment. */
  until?: string | null | undefined;
};

/** What a job does with a title, a portfolio or a row. */
export type ChangeAction =
  /** A new title for the profile: its portfolio was made, or came back, or gained the profile's entitlement. */
  | 'ADD'
  /** A title whose keys point to several portfolios; it was added. */
  | 'AMBIGUOUS'
  /** A portfolio closes to an inventory group, which `oldValue` names; `everyone`, where `newValue` names the groups that it is left for. */
  | 'CLOSE'
  /** The profile's list has values that the portfolio does not show, since a newer list of another profile or a lock of the staff's stands. */
  | 'DIVERGES'
  /** A row set aside as free to read. */
  | 'FREE'
  /** A row that could not be used. */
  | 'INVALID'
  /** No entitlement left, but a PO line: kept, not available. `LeavingChange.poLines` names it. */
  | 'KEEP'
  /** Something that an undo does not put back, because it was changed since. */
  | 'LEFT'
  /** The counterpart has another license: `newValue` says which stays. */
  | 'LICENSE_CONFLICT'
  /** A field of the provider that changed behind a local value: its new value is stored, the local one is shown. */
  | 'LOCKED'
  /** A license is moved to the counterpart of its portfolio. */
  | 'MOVE_LICENSE'
  /** A portfolio is moved to another collection, with all it has. */
  | 'MOVE_PORTFOLIO'
  /** A PO line is moved to the counterpart of its portfolio. */
  | 'MOVE_PO_LINE'
  /** Something that staff put on a portfolio is moved to the one that follows it. */
  | 'MOVE_VALUE'
  /** A portfolio without anything to move. */
  | 'NOTHING_TO_MOVE'
  /** A title that the Community Zone does not have: added all the same, or skipped where the profile asks for it. */
  | 'NOT_IN_COMMUNITY_ZONE'
  /** A portfolio with a PO line or license that has no counterpart in the target. */
  | 'NO_COUNTERPART'
  /** A portfolio opens to an inventory group, which `newValue` names; `everyone`, where `oldValue` names the groups that it was for. */
  | 'OPEN'
  /**
   * A portfolio that a change of many leaves as it is or, where `field` names one, a value of the file that is not taken over: `oldValue`
   * is what is there, and `newValue` says why and what to do.
   */
  | 'REFUSED'
  /** Out of the holdings: no entitlement and no PO line left. */
  | 'REMOVE'
  /** Back in the holdings. */
  | 'RESTORE'
  /** A portfolio left as it is, since its row could not be read. */
  | 'REVIEW'
  /** A value differs. */
  | 'UPDATE'
  /** Something that staff put on a portfolio stays with it; `newValue` says why. */
  | 'VALUE_STAYS'
  /** A portfolio that a title of the list might be, and nothing tells which: the profile's entitlement is suspended. `UnclearChange.waits` is the reason. */
  | 'WAIT'
  /** Another profile still lists it: this profile's entitlement went. */
  | 'WITHDRAW'
  /** A row that states the other content type: not used. */
  | 'WRONG_CONTENT';

/** What to do with which portfolios. */
export type ChangePortfoliosInput = {
  /** What to do. */
  action?: PortfolioAction | null | undefined;
  /** What to change in each, for CHANGE unless a file says it. */
  change?: PortfolioChangeInput | null | undefined;
  /** The same request again answers with the same job, however long ago that was; another one with the same key is a CONFLICT. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** PREVIEW writes nothing and reports the same. */
  mode?: JobMode;
  /** With APPLY: the preview that is to be applied, no more and no less. */
  previewJobId?: string | null | undefined;
  /** Which portfolios. */
  selection: PortfolioSelectionInput;
  /** Where to move to, for MOVE: a local collection. */
  targetCollectionId?: string | null | undefined;
};

/** What a list is asked of the provider for. */
export type ContentType =
  /** Books: monographs. */
  | 'BOOKS'
  /** Journals: serials. */
  | 'JOURNALS';

/** As what a provider sells a range of coverage. */
export type CoverageKind =
  /** The digitised back volumes: it ends in 1995 or before. */
  | 'ARCHIVE'
  /** The current volumes: it begins in 1996 or later. */
  | 'FRONTFILE'
  /** What staff entered. */
  | 'LOCAL'
  /** What a list took away, and what is retained of it. */
  | 'RETAINED';

/** How local coverage goes together with the provider's. */
export type CoverageMode =
  /** It is shown in addition to the provider's. */
  | 'ADDITION'
  /** It is shown instead of the provider's. */
  | 'INSTEAD';

/** A coverage statement, in the forms of KBART. */
export type CoverageStatementInput = {
  /** An embargo such as `R10Y` or `P6M`. */
  embargo?: string | null | undefined;
  /** First date: `YYYY-MM-DD`, `YYYY-MM` or `YYYY`. */
  from?: string | null | undefined;
  /** First issue. */
  fromIssue?: string | null | undefined;
  /** First volume. */
  fromVolume?: string | null | undefined;
  /** Its own notes, where they differ from the title's. */
  notes?: string | null | undefined;
  /** Last date; none: to the present. */
  to?: string | null | undefined;
  /** Last issue. */
  toIssue?: string | null | undefined;
  /** Last volume. */
  toVolume?: string | null | undefined;
  /** Its own address, where it differs from the title's. */
  url?: string | null | undefined;
};

/** A token to make. */
export type CreateAccessTokenInput = {
  /** When it ends by itself; left out or null: never. */
  expiresAt?: string | null | undefined;
  /** What it is for: 1 to 200 characters, and no other token in force has the name. */
  name: string;
  /** What its bearer may do. */
  scopes: Array<AccessScope>;
};

/** A new set of electronic collections. */
export type CreateCollectionSetInput = {
  /** Its collections. */
  collectionIds?: Array<string> | null | undefined;
  /** At most 500 characters. */
  description?: string | null | undefined;
  /** 1 to 200 characters; no two sets have the same. */
  name: string;
};

/** A new inventory group. */
export type CreateInventoryGroupInput = {
  /** At most 500 characters. */
  description?: string | null | undefined;
  /** 1 to 100 letters, digits and single blanks. */
  name: string;
};

/** A new license. */
export type CreateLicenseInput = {
  /** 1 to 200 characters, no line break; no two have the same. */
  code: string;
  /** `YYYY-MM-DD`, not before `startsOn`. */
  endsOn?: string | null | undefined;
  /** At most 200 characters. */
  name?: string | null | undefined;
  /** At most 2,000 characters. */
  note?: string | null | undefined;
  /** Whether it gives perpetual access: what a provider lists no more is then retained, accessible with its last coverage. */
  perpetualAccess?: boolean | null | undefined;
  /** The first day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the first day counts. */
  perpetualFrom?: string | null | undefined;
  /** The last day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the last day counts. */
  perpetualUntil?: string | null | undefined;
  /** `YYYY-MM-DD`. */
  startsOn?: string | null | undefined;
  /** At most 200 characters. */
  status?: string | null | undefined;
  /** At most 200 characters. */
  type?: string | null | undefined;
  /** At most 200 characters. */
  vendor?: string | null | undefined;
};

/** A new PO line. */
export type CreatePoLineInput = {
  /** The collection that it orders as a whole; not together with `portfolioId`. */
  collectionId?: string | null | undefined;
  /** The currency of the price, by ISO 4217. */
  currency?: string | null | undefined;
  /** What pays for it; at most 200 characters. */
  fund?: string | null | undefined;
  /** The first day of what is paid for, `YYYY-MM-DD`. */
  intervalFrom?: string | null | undefined;
  /** The last day of what is paid for, `YYYY-MM-DD`, not before `intervalFrom`. */
  intervalUntil?: string | null | undefined;
  /** Whether it is the main PO line; main unless said where the portfolio or collection has none, else additional. A former main one becomes additional. */
  main?: boolean | null | undefined;
  /** At most 2,000 characters. */
  note?: string | null | undefined;
  /** 1 to 200 characters, no line break; no two have the same. */
  number: string;
  /** `YYYY-MM-DD`. */
  orderedOn?: string | null | undefined;
  /** The portfolio to attach it to. */
  portfolioId?: string | null | undefined;
  /** What it costs: digits and a point before the cents, such as `1234.50`. It needs a currency. */
  price?: string | null | undefined;
  /** How it is bought; at most 200 characters. */
  processType?: string | null | undefined;
  /** `YYYY-MM-DD`. */
  renewsOn?: string | null | undefined;
  /** At most 200 characters. */
  status?: string | null | undefined;
  /** At most 200 characters. */
  type?: string | null | undefined;
  /** At most 200 characters. */
  vendor?: string | null | undefined;
};

/** A new integration profile. */
export type CreateProfileInput = {
  /** Inactive unless said. An active profile among others takes over the common schedule. */
  active?: boolean | null | undefined;
  /** The *KBART API key*: 1 to 500 characters, no blanks. It is sealed, and never shown again. Left out where the provider asks for none. */
  apiKey?: string | null | undefined;
  /** Skip titles that the Community Zone does not have, as Alma does; off unless said. */
  communityZoneOnly?: boolean | null | undefined;
  /** The *Sigma Customer ID*: 1 to 200 characters, no blanks. Left out where the provider asks for none. */
  customerNumber?: string | null | undefined;
  /** At most 500 characters. */
  description?: string | null | undefined;
  /** KBART unless said. */
  fileFormat?: FileFormat | null | undefined;
  /** The inventory groups its portfolios are available for; only with multi-campus inventory management. */
  groupIds?: Array<string> | null | undefined;
  /** How much a run may take away before it waits for a person: `percent` and `titles` of `guards.removals`. */
  guard?: GuardLimitsInput | null | undefined;
  /** What else holds a run until a person decides. What is left out stays as it is, or takes the standard of a new profile. */
  guards?: GuardsInput | null | undefined;
  /** With `runNow`, since it is kept with the job: the same request again answers with the same profile and job; another one with the same key is a CONFLICT. Without, it is refused. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** Whose list it fetches; Oxford University Press's unless said. It cannot be changed later. */
  provider?: Provider | null | undefined;
  /** Queue a sync at once; needs an active profile. */
  runNow?: boolean | null | undefined;
  /** Weekly unless said. */
  schedule?: ScheduleInput | null | undefined;
};

/** What kind of mistake or fault it is: the code of an error in `userErrors`, and `extensions.code` of one in `errors`. */
export type ErrorCode =
  /** The collection is activated already. */
  | 'ALREADY_ACTIVE'
  /** The document, a variable or a value does not have the form that it must have. */
  | 'BAD_USER_INPUT'
  /** A collection must be activated first. */
  | 'COLLECTION_INACTIVE'
  /** Something else is under way, the thing was changed since it was read, or another one has what must be its own. */
  | 'CONFLICT'
  /** The list came for another customer number than the profile has now. */
  | 'CUSTOMER_CHANGED'
  /** Who asks may not do this, or not from that page. */
  | 'FORBIDDEN'
  /** Several active profiles of which one has groups: every one must have one. */
  | 'GROUP_REQUIRED'
  /** Something went wrong in the server. */
  | 'INTERNAL'
  /** It cannot be deleted while something refers to it. */
  | 'IN_USE'
  /** There is a limit on how much is accepted, or on how much at once; `extensions.limit` names it where it is one of requests. */
  | 'LIMITED'
  /** What is named is not there. */
  | 'NOT_FOUND'
  /** A newer list was applied since. */
  | 'OLDER_FILE'
  /** Without multi-campus inventory management there is one profile and no groups. */
  | 'ONE_PROFILE_ONLY'
  /** An inactive profile may be tested and previewed, not applied. */
  | 'PROFILE_INACTIVE'
  /** This server does not know the provider. */
  | 'PROVIDER_UNKNOWN'
  /** Nobody knows who asks. */
  | 'UNAUTHENTICATED'
  /** The state of the job, or of the thing, does not allow it. */
  | 'WRONG_STATE';

/** The form of the provider's list. */
export type FileFormat =
  /** KBART Phase II, NISO RP-9. */
  | 'KBART';

/** How bad a finding is. */
export type FindingSeverity =
  /** Wrong. */
  | 'ERROR'
  /** So wrong that the list is refused. */
  | 'FATAL'
  /** Worth knowing. */
  | 'INFO'
  /** Doubtful. */
  | 'WARNING';

/** The proxy of one inventory group. */
export type GroupProxyInput = {
  /** Which group. */
  groupId: string;
  /** Whether its links go through the proxy. */
  on: boolean;
};

/** How much a run may take away. Fields left out stay as they are, or take the default of a new profile. */
export type GuardLimitsInput = {
  /** 0 to 100 percent; 10 for a new profile. */
  percent?: number | null | undefined;
  /** 0 or more titles; 20 for a new profile. */
  titles?: number | null | undefined;
};

/** Marks of one guard. Fields left out stay as they are. */
export type GuardMarksInput = {
  /** 1 to 1,000,000 titles beyond which the share does not matter; null takes this mark away. */
  most?: number | null | undefined;
  /** 0 to 100 percent of the base. */
  percent?: number | null | undefined;
  /** 0 to 1,000,000 titles. */
  titles?: number | null | undefined;
};

/** What a guard is about. */
export type GuardName =
  /** Titles that stay and lose covered time. */
  | 'ACCESS'
  /** Titles that are new. */
  | 'ADDITIONS'
  /** Removals of what an undo gave back. */
  | 'AGAIN'
  /** Titles that stay and change both their title and an identifier. */
  | 'IDENTITY'
  /** What the plan takes away. */
  | 'REMOVALS'
  /** A column that the list lacks and lists before it filled. */
  | 'SHAPE';

/** What holds a run until a person decides. Fields left out or null stay as they are, or take the standard of a new profile. */
export type GuardsInput = {
  /** Titles that stay and lose time that was covered; 10 percent, 20 titles and 1,000 at most for a new profile. */
  access?: GuardMarksInput | null | undefined;
  /** Titles that are new; 50 percent and 100 titles for a new profile. */
  additions?: GuardMarksInput | null | undefined;
  /** Whether taking away again what an undo gave back is held, once; true for a new profile. */
  again?: boolean | null | undefined;
  /** Titles that stay and change both their title and an identifier; 10 percent, 20 titles and 1,000 at most for a new profile. */
  identity?: GuardMarksInput | null | undefined;
  /** Entitlements that end or begin to wait; 10 percent, 20 titles and 1,000 at most for a new profile. */
  removals?: GuardMarksInput | null | undefined;
  /** Whether the first list is held that lacks a column which lists before it had filled; true for a new profile. */
  shape?: boolean | null | undefined;
};

/** A CSV file with PO lines or licenses, and what to do with it. */
export type ImportAcquisitionsInput = {
  /** True writes nothing and reports the same. */
  dryRun?: boolean | null | undefined;
  /** The file as text: comma, semicolon, TAB or `|` between the cells, column names in the first line (or after a first line `sep=;`). */
  file: string;
};

/** What to import into a local collection. The list is given by `fileId` or `kbart`. */
export type ImportCollectionInput = {
  /** Which collection; it must be a local one. */
  collectionId: string;
  /** A list that was uploaded by `POST /files` or, for ADMIN, one of `providerFiles`. */
  fileId?: string | null | undefined;
  /** The same request again answers with the same job, however long ago that was; another one with the same key is a CONFLICT. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** The list itself: a KBART file's text, for short ones. */
  kbart?: string | null | undefined;
  /** PREVIEW shows what it would do. */
  mode?: JobMode;
  /** Take out portfolios that the list does not have, under the guard; one with a PO line is kept. */
  removeMissing?: boolean | null | undefined;
};

/** A portfolio export of Alma, and what to do with it. Exactly one of fileId and file is given. See docs/api.md for its columns. */
export type ImportFromAlmaInput = {
  /** The collection of the portfolios; left out, each line names its own by its number in the Community Zone or its name. */
  collectionId?: string | null | undefined;
  /** The file itself, where it is small: CSV with a header. */
  file?: string | null | undefined;
  /** An uploaded file (POST /files). */
  fileId?: string | null | undefined;
  /** The same request again answers with the same job, however long ago that was; another one with the same key is a CONFLICT. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** PREVIEW writes nothing and reports the same. */
  mode?: JobMode;
  /** With APPLY: the preview that is to be applied, no more and no less. It was made of the same kept file: give its fileId, or the same file. */
  previewJobId?: string | null | undefined;
};

/** Which changes to list. Each field narrows the list. */
export type JobChangeFilter = {
  /** One action or several. */
  action?: Array<ChangeAction> | null | undefined;
  /** Those of one content type. */
  content?: ContentType | null | undefined;
  /** As `JobChange.field` has it; empty: changes of portfolios and rows as a whole. */
  field?: string | null | undefined;
  /** Those of one part of the job. */
  partId?: string | null | undefined;
  /** Those of one portfolio. */
  portfolioId?: string | null | undefined;
  /** The beginning of the title at the time, in any case, punctuation and blanks collapsed. */
  titlePrefix?: string | null | undefined;
};

/** A kind of changes that a list makes: a person may approve some and decline others. */
export type JobChangeKind =
  /** Titles that stay and lose covered time. */
  | 'ACCESS_LOST'
  /** Titles that are new for the profile. */
  | 'ADDITIONS'
  /** Titles that the list no longer has, those that wait for a person included. */
  | 'REMOVALS'
  /** Fields that differ, and coverage that grows. */
  | 'UPDATES';

/** Which jobs to list. Each field narrows the list. */
export type JobFilter = {
  /** Those that a person or token started. */
  actorId?: string | null | undefined;
  /** Those that one kind of actors started. */
  actorKind?: ActorKind | null | undefined;
  /** Last written at this moment or later (`Job.updatedAt`). */
  changedSince?: string | null | undefined;
  /** Queued at this moment or later. */
  createdFrom?: string | null | undefined;
  /** Queued before this moment. */
  createdUntil?: string | null | undefined;
  /** Over at this moment or later. */
  finishedFrom?: string | null | undefined;
  /** Over before this moment. */
  finishedUntil?: string | null | undefined;
  /** What they do. */
  kind?: JobKind | null | undefined;
  /** Those that apply what they find, or previews. */
  mode?: JobMode | null | undefined;
  /** Those that run one profile. */
  profileId?: string | null | undefined;
  /** One state or several. */
  state?: Array<JobState> | null | undefined;
  /** What started them, one or several. */
  trigger?: Array<JobTrigger> | null | undefined;
  /** One verdict or several. */
  verdict?: Array<JobVerdict> | null | undefined;
};

/** What a job does. */
export type JobKind =
  /** Activates titles of the Community Zone as portfolios of the collection. */
  | 'ACTIVATE'
  /** Carries what hangs on portfolios over to those that follow them. */
  | 'CARRY_OVER'
  /** Gives a profile other inventory groups, and reports whom its portfolios open and close to. */
  | 'CHANGE_GROUPS'
  /** Changes many portfolios: what staff decide about them, or whether and where they are in the holdings. */
  | 'CHANGE_PORTFOLIOS'
  /** Brings the Community Zone in step with the provider's global title list. */
  | 'COMMUNITY_ZONE'
  /** Brings a local collection in step with a KBART list that a person has. */
  | 'IMPORT'
  /** Takes over what a portfolio export of Alma has and portfolios here do not. */
  | 'IMPORT_FROM_ALMA'
  /** Moves PO lines and licenses from the portfolios of a set of collections to their counterparts in another collection. */
  | 'MOVE'
  /** Pairs and parts titles and portfolios by hand. */
  | 'PAIR'
  /** Fetches the lists of one or several profiles and brings the holdings in step with them. */
  | 'SYNC'
  /** Reverses what another job changed. */
  | 'UNDO'
  /** Withdraws the entitlements of a profile. */
  | 'WITHDRAW';

/** Whether a job writes. */
export type JobMode =
  /** It does its work. */
  | 'APPLY'
  /** It shows what it would do and writes nothing. */
  | 'PREVIEW';

/** One part of a job, and the kinds of its changes that are meant. */
export type JobPartChoice = {
  /** Which kinds; left out or null: all that are not decided yet. `[ADDITIONS, UPDATES]` takes what is new and what differs, and nothing away. */
  kinds?: Array<JobChangeKind> | null | undefined;
  /** Which part. */
  partId: string;
};

/** Where a part of a job stands. */
export type JobPartState =
  /** The plan was applied. */
  | 'APPLIED'
  /** The plan is being applied. */
  | 'APPLYING'
  /** A person approved the held plan; it is about to be applied. */
  | 'APPROVED'
  /** The list was not applied: it is older, waits in another job, was rejected or undone before, came for another customer number, or has free titles only. */
  | 'BLOCKED'
  /** It could not be done; nothing of it was written. */
  | 'FAILED'
  /** The list is there. */
  | 'FETCHED'
  /** A guard held the plan; a person decides. */
  | 'HELD'
  /** There was nothing to change. */
  | 'NO_CHANGE'
  /** The provider has no list of this content type. */
  | 'NO_FILE'
  /** Nothing was done yet. */
  | 'PENDING'
  /** The plan was shown. */
  | 'PREVIEWED'
  /** A person rejected the held plan. */
  | 'REJECTED'
  /** It was left out, such as where the collection is not active. */
  | 'SKIPPED'
  /** It was cancelled or failed after some of it was written. */
  | 'STOPPED'
  /** A later job planned a newer list here while this plan waited. */
  | 'SUPERSEDED'
  /** It was applied, and a later job reversed it. */
  | 'UNDONE';

/** Where a job stands. */
export type JobState =
  /** Final: a person stopped or rejected it, or a later job took its place. */
  | 'CANCELLED'
  /** Is being stopped. */
  | 'CANCELLING'
  /** Final: it could not do its work; `error` says why. */
  | 'FAILED'
  /** A guard held some of it: a person approves or rejects. */
  | 'NEEDS_REVIEW'
  /** Waits for its turn. */
  | 'QUEUED'
  /** Is being worked on. */
  | 'RUNNING'
  /** Final: it did what it could; the verdict says what that was. */
  | 'SUCCEEDED';

/** What started a job. */
export type JobTrigger =
  /** The command line. */
  | 'COMMAND'
  /** A person, over this API. */
  | 'MANUAL'
  /** Its schedule. */
  | 'SCHEDULED';

/** What came of a job, apart from its state: that a job succeeded does not say that anything happened. */
export type JobVerdict =
  /** Nothing was done, because a guard or a rule forbade it. */
  | 'BLOCKED'
  /** The holdings were changed. */
  | 'CHANGED'
  /** Nothing could be done. */
  | 'FAILED'
  /** Nothing was changed: there was nothing to change, or the job was cancelled before it wrote anything. */
  | 'NO_CHANGE'
  /** Some of it was done and some could not be. */
  | 'PARTIAL'
  /** The plan was shown and nothing was written. */
  | 'PREVIEWED';

/** Why a portfolio is kept in the holdings though no list has it. */
export type KeptReason =
  /** For its PO lines. */
  | 'PO_LINE'
  /** It has no PO line, and is retained. */
  | 'RETAINED';

/** What becomes of the license where the counterpart has another one. */
export type LicenseConflict =
  /** The counterpart's own stays; the portfolio keeps its license. */
  | 'KEEP_TARGET'
  /** The counterpart gets the portfolio's license instead of its own. */
  | 'OVERWRITE';

/** Which licenses to list. Each field narrows the list. */
export type LicenseFilter = {
  /** The code, exactly. */
  code?: string | null | undefined;
  /** The code's beginning, exactly. */
  codePrefix?: string | null | undefined;
  /** Words that it has all, in any order, in its code, name, vendor, type and note. For the rules see `PortfolioFilter.search`. */
  search?: string | null | undefined;
  /** The status, exactly. */
  status?: string | null | undefined;
  /** The vendor, exactly. */
  vendor?: string | null | undefined;
};

/** What was decided on one kind of a list's changes. */
export type ListDecision =
  /** It is applied without being held again, until another list is applied. */
  | 'APPROVED'
  /** Runs that meet the list leave it out and hold nothing because of it. */
  | 'DECLINED'
  /** Nothing yet: the guards judge it. */
  | 'OPEN';

/** The library's own coverage. */
export type LocalCoverageInput = {
  /** How it goes together with the provider's. */
  mode: CoverageMode;
  /** Its statements; with INSTEAD there may be none. */
  statements: Array<CoverageStatementInput>;
};

/** A local value of one field. Give `value` or `coverage`, or neither to take it back. */
export type LocalValueInput = {
  /** The library's coverage, for the field `coverage`. */
  coverage?: LocalCoverageInput | null | undefined;
  /** A KBART name, or `coverage`. */
  field: string;
  /** The value; an empty one shows the field empty. */
  value?: string | null | undefined;
};

/** What to make of a lost column. It is remembered until a list fills the column again. */
export type LostColumnChoice =
  /** Of access_type: all titles of the list are paid for. */
  | 'ALL_PAID'
  /** The column counts as empty. */
  | 'EMPTY'
  /** The stored values stay. */
  | 'LEAVE';

/** What to make of a column that a list lost. */
export type LostColumnInput = {
  /** The column's KBART name. */
  column: string;
  /** What to make of it. */
  take: LostColumnChoice;
};

/** What to move, from where, to where. */
export type MovePortfolioInformationInput = {
  /** The same request again answers with the same job, however long ago that was; another one with the same key is a CONFLICT. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /**
   * Whether a portfolio of the target is a counterpart too that no provider lists, or that patrons do not get to. Otherwise what would
   * go there stays, and the report names that portfolio.
   */
  includeInaccessible?: boolean | null | undefined;
  /** What becomes of a license where the counterpart has another one. */
  licenseConflict?: LicenseConflict | null | undefined;
  /** PREVIEW shows the summary to confirm. */
  mode?: JobMode;
  /** Move licenses. */
  moveLicenses?: boolean | null | undefined;
  /** Move PO lines. */
  movePoLines?: boolean | null | undefined;
  /** With APPLY: the preview whose plan is to be applied, no more and no less. */
  previewJobId?: string | null | undefined;
  /** The set of the old collections. */
  setId: string;
  /** The collection to move to: active, and not in the set. */
  targetCollectionId: string;
};

/** Which way a listing is sorted. */
export type OrderDirection =
  /** The lowest, earliest or first in the alphabet first. */
  | 'ASC'
  /** The highest, latest or last in the alphabet first. */
  | 'DESC';

/** What came of a job, of a part of it, or of asking a provider, other than that all went well. */
export type OutcomeCode =
  /** All titles of the list are free to read, so that it takes nothing away. */
  | 'ALL_FREE'
  /** What the job was asked to do cannot be read from the database. */
  | 'ARGUMENTS_UNREADABLE'
  /** The job was interrupted too often. */
  | 'ATTEMPTS_EXHAUSTED'
  /** A person cancelled the job before this was done, or the request to the provider ended. */
  | 'CANCELLED'
  /** This version cannot take back what that job did. */
  | 'CANNOT_UNDO'
  /** The collection was deleted. */
  | 'COLLECTION_GONE'
  /** The collection is not activated. */
  | 'COLLECTION_INACTIVE'
  /** The profile's API key is sealed with a sealing key that the server does not have. */
  | 'CREDENTIALS_LOCKED'
  /** The profile has no API key, or what is stored of it is damaged. */
  | 'CREDENTIALS_NEEDED'
  /** The provider refused the credentials. */
  | 'CREDENTIALS_REFUSED'
  /** The list came for another customer number than the profile has now. */
  | 'CUSTOMER_CHANGED'
  /** The database's file was removed or replaced while it was in use. */
  | 'DATABASE_GONE'
  /** The database cannot be written; the job waits until it can. */
  | 'DATABASE_READ_ONLY'
  /** The disk of the server is full; the job waits until there is space. */
  | 'DISK_FULL'
  /** The job had nothing to do. */
  | 'FAILED'
  /** The kept copy of the list is gone or cannot be read. */
  | 'FILE_LOST'
  /** The file that says what to change cannot be used. */
  | 'FILE_UNREADABLE'
  /** The profile's inventory groups were changed since the job was asked for. */
  | 'GROUPS_CHANGED'
  /** A guard holds the changes until a person decides. */
  | 'GUARD'
  /** A web page instead of a list. */
  | 'HTML'
  /** Something went wrong in the server; its log says what. */
  | 'INTERNAL'
  /** The request cannot be made. */
  | 'INVALID_REQUEST'
  /** The job that was to be undone is gone. */
  | 'JOB_GONE'
  /** JSON instead of a list. */
  | 'JSON'
  /** The profile's API key could not be opened. */
  | 'KEY_UNREADABLE'
  /** Some of it was left as it is, since it has changed; the report lists it. */
  | 'LEFT'
  /** A line is too long. */
  | 'LINE_TOO_LONG'
  /** Another job waits for a person's decision on this very list. */
  | 'LIST_WAITS'
  /** The connection to the provider failed. */
  | 'NETWORK'
  /** The provider accepts the credentials and sends a list. Only of a connection that is tested. */
  | 'NEW_FILE'
  /** The provider sent something else than a KBART list. */
  | 'NOT_KBART'
  /** Not a text file. */
  | 'NOT_TEXT'
  /** The server has no address of the provider. */
  | 'NO_ADDRESS'
  /** The provider has no file for this content type. */
  | 'NO_FILE'
  /** No header. */
  | 'NO_HEADER'
  /** No data rows. */
  | 'NO_ROWS'
  /** The Community Zone has no such titles of the collection. */
  | 'NO_TITLES'
  /** No row of the list could be used. */
  | 'NO_USABLE_ROWS'
  /** No process that runs jobs has reported in the last minute. */
  | 'NO_WORKER'
  /** The list is older than the newest one that was applied. */
  | 'OLDER_FILE'
  /** What the job would do is no longer what its preview showed. */
  | 'PLAN_CHANGED'
  /** The profile is active, so that its entitlements are not withdrawn. */
  | 'PROFILE_ACTIVE'
  /** The profile or the collection was deleted. */
  | 'PROFILE_GONE'
  /** The profile is not active. */
  | 'PROFILE_INACTIVE'
  /** The entitlements were withdrawn, and the profile could not be deleted. */
  | 'PROFILE_KEPT'
  /** The server does not know the profile's provider. */
  | 'PROVIDER_UNKNOWN'
  /** The server cannot reach the Redis that hands jobs to workers. */
  | 'QUEUE_AWAY'
  /** A rule forbids what the job was asked to do. */
  | 'REFUSED'
  /** The provider's name stands for an address that is not public. */
  | 'REFUSED_ADDRESS'
  /** The provider redirects to an address that is not allowed. */
  | 'REFUSED_REDIRECT'
  /** A person rejected the changes. */
  | 'REJECTED'
  /** The provider still offers a list that a person rejected. */
  | 'REJECTED_FILE'
  /** The provider still offers the file that was applied last. */
  | 'SAME_FILE'
  /** The provider's server failed. */
  | 'SERVER_ERROR'
  /** The file could not be stored. */
  | 'STORAGE'
  /** A later job planned or applied a newer list here. */
  | 'SUPERSEDED'
  /** The provider asks for fewer requests. */
  | 'THROTTLED'
  /** The provider took too long. */
  | 'TIMEOUT'
  /** No secure connection to the provider could be made. */
  | 'TLS'
  /** The file exceeds the size limit. */
  | 'TOO_LARGE'
  /** Too many columns. */
  | 'TOO_MANY_COLUMNS'
  /** The file arrived incomplete or damaged. */
  | 'TRUNCATED'
  /** The provider still offers a list of which what it did was undone. */
  | 'UNDONE_FILE'
  /** The provider gave an answer that is not foreseen. */
  | 'UNEXPECTED_STATUS'
  /** This version does not know the kind of the job. */
  | 'UNKNOWN_KIND'
  /** Too many rows of the list state the other content type. */
  | 'WRONG_CONTENT';

/** Which PO lines to list. Each field narrows the list. */
export type PoLineFilter = {
  /** Attached to a portfolio or collection, or not. */
  attached?: boolean | null | undefined;
  /** Closed or not, as `PoLine.closed` says. */
  closed?: boolean | null | undefined;
  /** Those of one collection: of its portfolios, or of the collection as a whole. */
  collectionId?: string | null | undefined;
  /** The number, exactly. */
  number?: string | null | undefined;
  /** The number's beginning, exactly. */
  numberPrefix?: string | null | undefined;
  /** Those of one portfolio. */
  portfolioId?: string | null | undefined;
  /**
   * Words that it has all, in any order, in its number, vendor, type, process type, fund and note; or that the portfolio has all that it
   * orders. For the rules see `PortfolioFilter.search`.
   */
  search?: string | null | undefined;
  /** The status, exactly. */
  status?: string | null | undefined;
  /** The vendor, exactly. */
  vendor?: string | null | undefined;
};

/** What a change of many portfolios does. */
export type PortfolioAction =
  /** Changes what staff decide about them. */
  | 'CHANGE'
  /**
   * Takes those out of the holdings that were kept and that only closed orders keep (`PortfolioFilter.keptForClosedOrders`); the others
   * are listed with the reason. Their PO lines stay on the hidden records, and an undo brings them back.
   */
  | 'END_CLOSED_ORDERS'
  /**
   * Moves them to a local collection; each keeps its id, values, PO lines, license and local values. Those with a provider's entitlement in
   * force or suspended stay, and those of which the target has the title already.
   */
  | 'MOVE'
  /** Takes those out of the holdings that nothing holds, as removePortfolio does; the others are listed with the reason. */
  | 'REMOVE'
  /** Brings those back that are out of the holdings, as restorePortfolio does. A filter looks among those that are out. */
  | 'RESTORE';

/** What staff decide about portfolios, as in updatePortfolio; fields left out stay. */
export type PortfolioChangeInput = {
  /** The library's rights; null takes back what was said, also the days. */
  accessRights?: AccessRights | null | undefined;
  /** The licenses beside the main one, all of them; null takes them away. */
  additionalLicenseIds?: Array<string> | null | undefined;
  /** How to sign in, at most 4,000 characters; null takes it back. */
  authenticationNote?: string | null | undefined;
  /** The staff's switch. */
  available?: boolean | null | undefined;
  /** A note for staff, at most 4,000 characters; null takes it back. */
  internalNote?: string | null | undefined;
  /** Its own main license; null takes it away. */
  licenseId?: string | null | undefined;
  /** Local values to set or to take back; fields that are not named stay as they are. */
  localValues?: Array<LocalValueInput> | null | undefined;
  /** The first day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the first day counts; null takes it back. */
  perpetualFrom?: string | null | undefined;
  /** The last day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the last day counts; null takes it back. */
  perpetualUntil?: string | null | undefined;
  /** The proxy; null takes back what was said. */
  proxy?: ProxyInput | null | undefined;
  /** A note for patrons, at most 4,000 characters; null takes it back. */
  publicNote?: string | null | undefined;
  /** Why it is unavailable for the time being; null: it is not. */
  temporarilyUnavailable?: string | null | undefined;
};

/** Which portfolios to list. Each field narrows the list. */
export type PortfolioFilter = {
  /** What staff say of the rights to it. */
  accessRights?: AccessRights | null | undefined;
  /** Available or not. */
  available?: boolean | null | undefined;
  /** Changed at this moment or later. */
  changedSince?: string | null | undefined;
  /** Those of one collection. */
  collectionId?: string | null | undefined;
  /**
   * Those of which an entitlement in force has a coverage statement with this day. Embargoes are not looked at, nor local
   * coverage, nor what is only retained; a book has no statements and is not found.
   */
  coverageOn?: string | null | undefined;
  /** With local values or without. */
  hasLocalValues?: boolean | null | undefined;
  /** With PO lines of their own or without. */
  hasPoLine?: boolean | null | undefined;
  /** An ISSN or ISBN, print or online, with or without hyphens; an ISBN of 10 digits finds its 13 and the reverse. */
  identifier?: string | null | undefined;
  /**
   * Those that reach one inventory group: `Portfolio.availableFor` names it, or they are for everyone, and an entitlement is in force or they are
   * retained. A group that is not there is a NOT_FOUND.
   */
  inventoryGroupId?: string | null | undefined;
  /**
   * `true` finds what was kept and what only closed orders keep: in the holdings, no entitlement in force, not waiting, no license of its
   * own, not retained, and all of its PO lines closed. `changePortfolios` with END_CLOSED_ORDERS takes it out.
   */
  keptForClosedOrders?: boolean | null | undefined;
  /**
   * `true` finds what was kept and whose protection has gone: in the holdings, no entitlement in force, not waiting, no PO line, not retained. No run
   * takes it out; `removePortfolio` does.
   */
  keptWithoutReason?: boolean | null | undefined;
  /** Those that have this license of their own, as their main one or an additional one. */
  licenseId?: string | null | undefined;
  /** Listed by the provider or not. `false` finds what is kept: for its PO line, or since it is retained. */
  listedByProvider?: boolean | null | undefined;
  /** With a local value of this field, by the names of `LocalValue.field`. */
  localField?: string | null | undefined;
  /** Waiting for a person or not. */
  needsReview?: boolean | null | undefined;
  /** Those that one profile entitles to now. */
  profileId?: string | null | undefined;
  /** Serials or monographs. */
  publicationType?: PublicationType | null | undefined;
  /** `true` lists those that were removed from the holdings instead of those that are in. */
  removed?: boolean | null | undefined;
  /** `true` finds what no list has any more and what is kept since it is retained. */
  retained?: boolean | null | undefined;
  /** `true` finds what is kept since it is retained and for nothing else: it would be lost without that. */
  retainedOnly?: boolean | null | undefined;
  /**
   * Words that it has all, in any order, in its title, first author, first editor or identifiers, or in what staff put instead of them or
   * wrote in its notes (`publicNote`, `internalNote`). Each may be the beginning of a word. Case, accents, ligatures and punctuation do not
   * count, and no character is an operator. ISSN and ISBN are found in any spelling, an ISBN of 10 digits by its 13 and the reverse;
   * `title_id` and URL by their beginning, the URL also without scheme and host. What is written is found at once. Text without a letter or
   * digit finds nothing; blank text is no search. Of a long text the first 64 words count.
   */
  search?: string | null | undefined;
  /** The provider's `title_id`, exactly. */
  titleId?: string | null | undefined;
  /** The title's beginning, in any case, punctuation and blanks collapsed. */
  titlePrefix?: string | null | undefined;
  /** Waiting or not, as `Portfolio.waiting` says. */
  waiting?: boolean | null | undefined;
};

/** How to sort portfolios; what is equal is in the order in which it was made. */
export type PortfolioOrder = {
  /** Which way. */
  direction?: OrderDirection;
  /** What to sort by. */
  field: PortfolioOrderField;
};

/** What portfolios can be sorted by. */
export type PortfolioOrderField =
  /** By the online ISSN or ISBN, as digits; first those without. */
  | 'ONLINE_IDENTIFIER'
  /** By the print ISSN or ISBN, as digits; first those without. */
  | 'PRINT_IDENTIFIER'
  /** By folded title. */
  | 'TITLE'
  /** By the provider's `title_id`. */
  | 'TITLE_ID'
  /** By when it was last changed. */
  | 'UPDATED_AT';

/** Which portfolios. Exactly one field is given. */
export type PortfolioSelectionInput = {
  /** The file itself, where it is small. */
  file?: string | null | undefined;
  /** Those that the lines of an uploaded file (POST /files) name; the file also says what to change. See docs/api.md for its columns. */
  fileId?: string | null | undefined;
  /** Those that the filter finds when the job runs. */
  filter?: PortfolioFilter | null | undefined;
  /** These; at most 100,000. */
  portfolioIds?: Array<string> | null | undefined;
  /** Those of a set. */
  setId?: string | null | undefined;
};

/** What an alert of a profile is about. */
export type ProfileAlertCode =
  /** The API key is sealed with a sealing key that the server does not have: it was started with another one, or without. */
  | 'CREDENTIALS_LOCKED'
  /** There is no API key, or it is damaged: it has to be entered. */
  | 'CREDENTIALS_NEEDED'
  /** The provider's last three answers for a content type were no list, while entitlements of the profile are in force there. */
  | 'NO_LIST'
  /** Two runs one after the other were blocked, since the provider's list is older than the one applied last. */
  | 'OLDER_FILES'
  /** The provider has had no new file for more than 40 days. */
  | 'STALE_FILE';

/** Whose list a profile fetches. */
export type Provider =
  /** Oxford University Press. */
  | 'OXFORD_UNIVERSITY_PRESS';

/** Whether links go through the library's proxy. */
export type ProxyInput = {
  /** The groups for which it differs. */
  groups?: Array<GroupProxyInput> | null | undefined;
  /** For all who are in no group named below. */
  on: boolean;
};

/** What a title is published as. */
export type PublicationType =
  /** A book. */
  | 'MONOGRAPH'
  /** A journal or another serial. */
  | 'SERIAL';

/** Narrows a list of reconciliation. */
export type ReconciliationFilter = {
  /** One collection. */
  collectionId?: string | null | undefined;
};

/** Which job to reject, and how much of it. What is rejected of a list is declined for its bytes. */
export type RejectJobInput = {
  /** Which job. */
  jobId: string;
  /** Which of its parts; left out or null: all that wait. The others go on waiting. */
  parts?: Array<JobPartChoice> | null | undefined;
  /** Why; kept with the decision. */
  reason?: string | null | undefined;
};

/** Where it is said that a portfolio has perpetual access; what is said of the portfolio itself goes first, then its license, then its collection. */
export type RetentionMark =
  /** On its collection. */
  | 'COLLECTION'
  /** On its license, or its collection's license. */
  | 'LICENSE'
  /** On the portfolio. */
  | 'PORTFOLIO';

/** Why a portfolio waits for a person. */
export type ReviewReason =
  /** It waits: titles of the list might be this portfolio, and nothing tells which; nothing is removed on a guess. */
  | 'AMBIGUOUS'
  /** It waits: an identifier or the title_id of it stands in the list on a title of another name. */
  | 'CONTESTED'
  /** Its row in the provider's list could not be read. */
  | 'ROW_UNREADABLE';

/** How to run a profile. */
export type RunProfileInput = {
  /** Apply the list even where it is older than the last one applied, was rejected or was undone. */
  force?: boolean | null | undefined;
  /** The same request again answers with the same job, however long ago that was; another one with the same key is a CONFLICT. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** An inactive profile can only be previewed. */
  mode?: JobMode;
  /** Which profile. */
  profileId: string;
};

/** How often a profile runs by itself. */
export type ScheduleFrequency =
  /** Every day. */
  | 'DAILY'
  /** Every month. */
  | 'MONTHLY'
  /** Never. */
  | 'NONE'
  /** Every week: recommended. */
  | 'WEEKLY';

/** When a profile runs by itself. Fields left out stay as they are, or take the default of a new profile. */
export type ScheduleInput = {
  /** The day of a monthly schedule, 1 to 31; 1 for a new profile. */
  dayOfMonth?: number | null | undefined;
  /** How often; WEEKLY for a new profile. */
  frequency?: ScheduleFrequency | null | undefined;
  /** `HH:MM`, 00:00 to 23:59; 03:00 for a new profile. */
  time?: string | null | undefined;
  /** IANA name; UTC for a new profile. */
  timezone?: string | null | undefined;
  /** The day of a weekly schedule; MONDAY for a new profile. */
  weekday?: Weekday | null | undefined;
};

/** Whom to ask, and with what. What is left out is the profile's. */
export type TestProfileConnectionInput = {
  /** The *KBART API key* to try instead of the profile's. It is not kept. */
  apiKey?: string | null | undefined;
  /** The *Sigma Customer ID* to try instead of the profile's. */
  customerNumber?: string | null | undefined;
  /** The profile; null to try credentials before a profile is saved. */
  profileId?: string | null | undefined;
  /** Whom to ask: the profile's provider or, without a profile, Oxford University Press unless said. */
  provider?: Provider | null | undefined;
};

/** What to change of a collection. */
export type UpdateCollectionInput = {
  /** Whether the service is activated. Deactivating changes no portfolio; a sync then leaves the collection alone and says so. */
  active?: boolean | null | undefined;
  /** Automatically activate new portfolios. Best left off, so that only entitled titles become active. */
  autoActivateNewPortfolios?: boolean | null | undefined;
  /** Whether the full text service is available. */
  available?: boolean | null | undefined;
  /** Which collection. */
  collectionId: string;
  /** The license of its portfolios; null takes it away. */
  licenseId?: string | null | undefined;
  /** 1 to 200 characters. */
  name?: string | null | undefined;
  /** Whether it gives perpetual access: what a provider lists no more is then retained, accessible with its last coverage. */
  perpetualAccess?: boolean | null | undefined;
  /** The first day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the first day counts; null empties it. */
  perpetualFrom?: string | null | undefined;
  /** The last day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the last day counts; null empties it. */
  perpetualUntil?: string | null | undefined;
  /** The version that was read; where it is given and the collection was changed since, the update is refused. */
  version?: number | null | undefined;
};

/** What to change of an inventory group. */
export type UpdateInventoryGroupInput = {
  /** At most 500 characters; null empties it. */
  description?: string | null | undefined;
  /** Which group. */
  inventoryGroupId: string;
  /** 1 to 100 letters, digits and single blanks. */
  name?: string | null | undefined;
  /** The version that was read; where it is given and the group was changed since, the update is refused. */
  version?: number | null | undefined;
};

/** What to change of a license. */
export type UpdateLicenseInput = {
  /** 1 to 200 characters, no line break; no two have the same. */
  code?: string | null | undefined;
  /** `YYYY-MM-DD`, not before `startsOn`; null empties it. */
  endsOn?: string | null | undefined;
  /** Which license. */
  licenseId: string;
  /** At most 200 characters; null empties it. */
  name?: string | null | undefined;
  /** At most 2,000 characters; null empties it. */
  note?: string | null | undefined;
  /** Whether it gives perpetual access: what a provider lists no more is then retained, accessible with its last coverage. */
  perpetualAccess?: boolean | null | undefined;
  /** The first day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the first day counts; null empties it. */
  perpetualFrom?: string | null | undefined;
  /** The last day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the last day counts; null empties it. */
  perpetualUntil?: string | null | undefined;
  /** `YYYY-MM-DD`; null empties it. */
  startsOn?: string | null | undefined;
  /** At most 200 characters; null empties it. */
  status?: string | null | undefined;
  /** At most 200 characters; null empties it. */
  type?: string | null | undefined;
  /** At most 200 characters; null empties it. */
  vendor?: string | null | undefined;
  /** The version that was read; where it is given and the license was changed since, the update is refused. */
  version?: number | null | undefined;
};

/** Changes of a person. What is left out or null stays. A new password, and keeping the person out, sign the person out. */
export type UpdatePersonInput = {
  /** Whether the person is kept out. */
  disabled?: boolean | null | undefined;
  /** 12 to 200 characters. Not for one who signs in at an issuer. */
  password?: string | null | undefined;
  /** Their id. */
  personId: string;
  /** What the person may do. Not for one who signs in at an issuer, which says so itself. */
  scopes?: Array<AccessScope> | null | undefined;
  /** The version that was read; where it is given and the person was changed since, the update is refused. */
  version?: number | null | undefined;
};

/** What to change of a PO line. */
export type UpdatePoLineInput = {
  /** The collection that it orders as a whole, away from a portfolio; null detaches it from its collection. */
  collectionId?: string | null | undefined;
  /** The currency of the price, by ISO 4217; null empties it. */
  currency?: string | null | undefined;
  /** What pays for it; at most 200 characters; null empties it. */
  fund?: string | null | undefined;
  /** The first day of what is paid for, `YYYY-MM-DD`; null empties it. */
  intervalFrom?: string | null | undefined;
  /** The last day of what is paid for, `YYYY-MM-DD`, not before `intervalFrom`; null empties it. */
  intervalUntil?: string | null | undefined;
  /** Whether it is the main PO line of its portfolio or collection. A former main one becomes additional. */
  main?: boolean | null | undefined;
  /** At most 2,000 characters; null empties it. */
  note?: string | null | undefined;
  /** 1 to 200 characters, no line break; no two have the same. */
  number?: string | null | undefined;
  /** `YYYY-MM-DD`; null empties it. */
  orderedOn?: string | null | undefined;
  /** Which PO line. */
  poLineId: string;
  /** The portfolio to attach it to, away from a collection; null detaches it from its portfolio. */
  portfolioId?: string | null | undefined;
  /** What it costs: digits and a point before the cents, such as `1234.50`. It needs a currency. Null empties it. */
  price?: string | null | undefined;
  /** How it is bought; at most 200 characters; null empties it. */
  processType?: string | null | undefined;
  /** `YYYY-MM-DD`; null empties it. */
  renewsOn?: string | null | undefined;
  /** At most 200 characters; null empties it. */
  status?: string | null | undefined;
  /** At most 200 characters; null empties it. */
  type?: string | null | undefined;
  /** At most 200 characters; null empties it. */
  vendor?: string | null | undefined;
  /** The version that was read; where it is given and the PO line was changed since, the update is refused. */
  version?: number | null | undefined;
};

/** What a person decides of a portfolio. */
export type UpdatePortfolioInput = {
  /** The library's rights; null takes back what was said, also the days. */
  accessRights?: AccessRights | null | undefined;
  /** The licenses beside the main one, all of them; null takes them away. */
  additionalLicenseIds?: Array<string> | null | undefined;
  /** How to sign in, at most 4,000 characters; null takes it back. */
  authenticationNote?: string | null | undefined;
  /** The staff's switch. No job changes it: it survives that the title is missing from a list and comes back. */
  available?: boolean | null | undefined;
  /** A note for staff, at most 4,000 characters; null takes it back. */
  internalNote?: string | null | undefined;
  /** Its own main license; null takes it away. */
  licenseId?: string | null | undefined;
  /** Local values to set or to take back; fields that are not named stay as they are. */
  localValues?: Array<LocalValueInput> | null | undefined;
  /**
   * KBART names, or `coverage`: each gets the provider's present value as its local value unless it has one, and all others lose theirs.
   * `localValues` goes first.
   */
  lockedFields?: Array<string> | null | undefined;
  /** The first day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the first day counts; null takes it back. */
  perpetualFrom?: string | null | undefined;
  /** The last day of which access is perpetual: `YYYY-MM-DD`, or a month or year, of which the last day counts; null takes it back. */
  perpetualUntil?: string | null | undefined;
  /** Which portfolio. */
  portfolioId: string;
  /** The proxy; null takes back what was said. */
  proxy?: ProxyInput | null | undefined;
  /** A note for patrons, at most 4,000 characters; null takes it back. */
  publicNote?: string | null | undefined;
  /** True: the portfolio no longer waits for a person; the next sync may remove it if the provider does not list it. */
  reviewed?: boolean | null | undefined;
  /** Why it is unavailable for the time being; null: it is not. */
  temporarilyUnavailable?: string | null | undefined;
  /** The version that was read; where it is given and staff changed the portfolio since, the update is refused. */
  version?: number | null | undefined;
};

/** What to change of an integration profile. */
export type UpdateProfileInput = {
  /** A profile that is activated takes over the common schedule; a deactivated one keeps its entitlements in force. */
  active?: boolean | null | undefined;
  /** A new *KBART API key*: 1 to 500 characters, no blanks. Left out, the one there is stays. */
  apiKey?: string | null | undefined;
  /** Skip titles that the Community Zone does not have, as Alma does. */
  communityZoneOnly?: boolean | null | undefined;
  /** The *Sigma Customer ID*: 1 to 200 characters, no blanks. */
  customerNumber?: string | null | undefined;
  /** At most 500 characters; null empties it. */
  description?: string | null | undefined;
  /** The form of the provider's list. */
  fileFormat?: FileFormat | null | undefined;
  /** All its inventory groups; null or an empty list takes them away. `changeProfileGroups` shows first what that opens and closes to whom. */
  groupIds?: Array<string> | null | undefined;
  /** How much a run may take away before it waits for a person: `percent` and `titles` of `guards.removals`. */
  guard?: GuardLimitsInput | null | undefined;
  /** What else holds a run until a person decides. What is left out stays as it is, or takes the standard of a new profile. */
  guards?: GuardsInput | null | undefined;
  /** With `runNow`, since it is kept with the job: the same request again answers with the same profile and job; another one with the same key is a CONFLICT. Without, it is refused. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** Which profile. */
  profileId: string;
  /** Queue a sync at once; needs an active profile. */
  runNow?: boolean | null | undefined;
  /** On an active profile it is changed for all active profiles. */
  schedule?: ScheduleInput | null | undefined;
  /** The version that was read; where it is given and the profile was changed since, the update is refused. */
  version?: number | null | undefined;
};

/** New settings. */
export type UpdateSettingsInput = {
  /** At most 200 characters. */
  institutionName?: string | null | undefined;
  /** Cannot be turned off while there are several profiles, or one with groups. */
  multiCampusInventoryManagement?: boolean | null | undefined;
  /** The version that was read; where it is given and the settings were changed since, the update is refused. */
  version?: number | null | undefined;
};

/** Why an entitlement is suspended. */
export type WaitingReason =
  /** Several titles of the list may be the portfolio, or several portfolios the title. */
  | 'AMBIGUOUS'
  /** An identifier of the portfolio stands in the list on a title of another name. */
  | 'CONTESTED';

/** A day of the week. */
export type Weekday =
  /** Friday. */
  | 'FRIDAY'
  /** Monday. */
  | 'MONDAY'
  /** Saturday. */
  | 'SATURDAY'
  /** Sunday. */
  | 'SUNDAY'
  /** Thursday. */
  | 'THURSDAY'
  /** Tuesday. */
  | 'TUESDAY'
  /** Wednesday. */
  | 'WEDNESDAY';

/** Whose entitlements to withdraw. */
export type WithdrawProfileInput = {
  /** Those of one content type; all where it is left out. */
  content?: ContentType | null | undefined;
  /** The same request again answers with the same job, however long ago that was; another one with the same key is a CONFLICT. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** PREVIEW shows what it would do. */
  mode?: JobMode;
  /** Which profile; it must be inactive, unless `content` names a type for which the provider has no list any more. */
  profileId: string;
};

/** An item of the worklist, as it was read. */
export type WorklistItemRef = {
  /** Which item. */
  id: string;
  /** The version that was read; where it is given and somebody else marked the item since, the change is refused. */
  version?: number | null | undefined;
};

/** A type of what waits for a person, in the order of the worklist. */
export type WorklistItemType =
  /** An alert of a profile. */
  | 'ALERT'
  /** A title that was added though it might be one of several portfolios. It is there as long as one of these is neither listed nor out of the holdings. */
  | 'AMBIGUOUS_TITLE'
  /** A job that failed, in whole or in part. It is there until a later job of its kind did the same work; one that failed again stands for those before it. */
  | 'FAILED_RUN'
  /** A part of a job whose changes a guard holds: it is approved or rejected. */
  | 'HELD_LIST'
  /** A listed portfolio without a PO line: `portfoliosWithoutPoLine`. A library that orders packages has many, and need not ask for this type. */
  | 'LISTED_WITHOUT_PO_LINE'
  /** A PO line on a portfolio that a provider listed once and lists no more: `poLinesNotListed`. */
  | 'PO_LINE_NOT_LISTED'
  /** A portfolio of which something is unclear: `Portfolio.review`. */
  | 'REVIEW';

/** How an item of the worklist stands. */
export type WorklistState =
  /** A person says that nothing is left to do. It is open again when it comes up anew. */
  | 'DONE'
  /** It comes back by itself on a day. */
  | 'NOT_NOW'
  /** It waits. */
  | 'OPEN';

export type PoLineRowFragment = { id: string, number: string, vendor: string | null, status: string | null, closed: boolean, type: string | null, orderedOn: string | null, renewsOn: string | null, note: string | null, processType: string | null, fund: string | null, price: string | null, currency: string | null, intervalFrom: string | null, intervalUntil: string | null, main: boolean, version: number, portfolio: { id: string, title: string } | null, collection: { id: string, name: string } | null };

export type PoLinesQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: PoLineFilter | null | undefined;
}>;


export type PoLinesQuery = { poLines: { totalCount: number, nodes: Array<{ id: string, number: string, vendor: string | null, status: string | null, closed: boolean, type: string | null, orderedOn: string | null, renewsOn: string | null, note: string | null, processType: string | null, fund: string | null, price: string | null, currency: string | null, intervalFrom: string | null, intervalUntil: string | null, main: boolean, version: number, portfolio: { id: string, title: string } | null, collection: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreatePoLineMutationVariables = Exact<{
  input: CreatePoLineInput;
}>;


export type CreatePoLineMutation = { createPoLine: { poLine: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ChangePoLineMutationVariables = Exact<{
  input: UpdatePoLineInput;
}>;


export type ChangePoLineMutation = { updatePoLine: { poLine: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type DeletePoLineMutationVariables = Exact<{
  id: string;
}>;


export type DeletePoLineMutation = { deletePoLine: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type LicensesQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: LicenseFilter | null | undefined;
}>;


export type LicensesQuery = { licenses: { totalCount: number, nodes: Array<{ id: string, code: string, name: string | null, vendor: string | null, status: string | null, type: string | null, startsOn: string | null, endsOn: string | null, note: string | null, perpetualAccess: boolean, perpetualFrom: string | null, perpetualUntil: string | null, version: number, portfolios: { totalCount: number }, collections: { nodes: Array<{ id: string, name: string }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateLicenseMutationVariables = Exact<{
  input: CreateLicenseInput;
}>;


export type CreateLicenseMutation = { createLicense: { license: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ChangeLicenseMutationVariables = Exact<{
  input: UpdateLicenseInput;
}>;


export type ChangeLicenseMutation = { updateLicense: { license: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type DeleteLicenseMutationVariables = Exact<{
  id: string;
}>;


export type DeleteLicenseMutation = { deleteLicense: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ImportedFragment = { report: { dryRun: boolean, created: number, updated: number, unchanged: number, attached: number, moved: number, refused: number, warnings: Array<string>, lines: Array<{ line: number, action: AcquisitionsAction, number: string, message: string }> } | null, userErrors: Array<{ code: ErrorCode, message: string }> };

export type ImportPoLinesMutationVariables = Exact<{
  input: ImportAcquisitionsInput;
}>;


export type ImportPoLinesMutation = { answer: { report: { dryRun: boolean, created: number, updated: number, unchanged: number, attached: number, moved: number, refused: number, warnings: Array<string>, lines: Array<{ line: number, action: AcquisitionsAction, number: string, message: string }> } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ImportLicensesMutationVariables = Exact<{
  input: ImportAcquisitionsInput;
}>;


export type ImportLicensesMutation = { answer: { report: { dryRun: boolean, created: number, updated: number, unchanged: number, attached: number, moved: number, refused: number, warnings: Array<string>, lines: Array<{ line: number, action: AcquisitionsAction, number: string, message: string }> } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type CollectionNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type CollectionNamesQuery = { collections: { nodes: Array<{ id: string, name: string }> } };

export type OrdersNotListedQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: ReconciliationFilter | null | undefined;
}>;


export type OrdersNotListedQuery = { list: { totalCount: number, nodes: Array<{ id: string, number: string, vendor: string | null, status: string | null, closed: boolean, type: string | null, orderedOn: string | null, renewsOn: string | null, note: string | null, processType: string | null, fund: string | null, price: string | null, currency: string | null, intervalFrom: string | null, intervalUntil: string | null, main: boolean, version: number, portfolio: { id: string, title: string } | null, collection: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PortfoliosFragment = { totalCount: number, nodes: Array<{ id: string, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, publicationType: PublicationType | null, available: boolean, accessible: boolean, listedByProvider: boolean, waiting: boolean, review: ReviewReason | null, removedAt: string | null, retention: { by: RetentionMark } | null, localValues: Array<{ field: string }>, collection: { id: string, name: string }, coverage: Array<{ text: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type WithoutPoLineQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: ReconciliationFilter | null | undefined;
}>;


export type WithoutPoLineQuery = { list: { totalCount: number, nodes: Array<{ id: string, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, publicationType: PublicationType | null, available: boolean, accessible: boolean, listedByProvider: boolean, waiting: boolean, review: ReviewReason | null, removedAt: string | null, retention: { by: RetentionMark } | null, localValues: Array<{ field: string }>, collection: { id: string, name: string }, coverage: Array<{ text: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type KeptWithoutReasonQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: ReconciliationFilter | null | undefined;
}>;


export type KeptWithoutReasonQuery = { list: { totalCount: number, nodes: Array<{ id: string, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, publicationType: PublicationType | null, available: boolean, accessible: boolean, listedByProvider: boolean, waiting: boolean, review: ReviewReason | null, removedAt: string | null, retention: { by: RetentionMark } | null, localValues: Array<{ field: string }>, collection: { id: string, name: string }, coverage: Array<{ text: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type OfClosedOrdersQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: ReconciliationFilter | null | undefined;
}>;


export type OfClosedOrdersQuery = { list: { totalCount: number, nodes: Array<{ id: string, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, publicationType: PublicationType | null, available: boolean, accessible: boolean, listedByProvider: boolean, waiting: boolean, review: ReviewReason | null, removedAt: string | null, retention: { by: RetentionMark } | null, localValues: Array<{ field: string }>, collection: { id: string, name: string }, coverage: Array<{ text: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CollectionsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type CollectionsQuery = { collections: { nodes: Array<{ id: string, name: string, content: ContentType | null, active: boolean, available: boolean, autoActivateNewPortfolios: boolean, perpetualAccess: boolean, perpetualFrom: string | null, perpetualUntil: string | null, kbartUrl: string, version: number, license: { id: string, code: string } | null, communityZoneCollection: { communityZoneId: string } | null, portfolios: { totalCount: number } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ChangeCollectionMutationVariables = Exact<{
  input: UpdateCollectionInput;
}>;


export type ChangeCollectionMutation = { updateCollection: { warnings: Array<string>, collection: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> | null }> } };

export type JobTypesQueryVariables = Exact<{ [key: string]: never; }>;


export type JobTypesQuery = { jobTypes: Array<{ kind: JobKind, name: string, description: string, mutation: string, parameters: Array<{ name: string, type: string, required: boolean, description: string }> }> };

export type JobChoicesQueryVariables = Exact<{ [key: string]: never; }>;


export type JobChoicesQuery = { profiles: { nodes: Array<{ id: string, name: string, active: boolean }> }, collectionSets: { nodes: Array<{ id: string, name: string, collections: { nodes: Array<{ id: string, name: string }> } }> }, portfolioSets: { nodes: Array<{ id: string, name: string }> }, collections: { nodes: Array<{ id: string, name: string, active: boolean, communityZoneCollection: { id: string } | null }> }, licenses: { nodes: Array<{ id: string, code: string }> } };

export type ChosenTitlesQueryVariables = Exact<{
  filter?: PortfolioFilter | null | undefined;
}>;


export type ChosenTitlesQuery = { portfolios: { totalCount: number } };

export type ReviewQueryVariables = Exact<{
  id: string;
}>;


export type ReviewQuery = { job: { applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, error: { code: OutcomeCode, message: string, hint: string | null } | null, counts:
      | { titles: number, invalid: number, restored: number, moved: number, refused: number, notTaken: number, added: number, updated: number, unchanged: number, removed: number, left: number }
      | { added: number, updated: number, unchanged: number, removed: number, left: number }
      | { rows: number, titles: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, withoutEntitlement: number, added: number, updated: number, unchanged: number, removed: number, left: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }
      | { portfolios: number, poLinesMoved: number, licensesMoved: number, noCounterpart: number, ambiguous: number, conflicts: number, nothingToMove: number, added: number, updated: number, unchanged: number, removed: number, left: number }
    , startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number } } | null };

export type CreateCollectionSetMutationVariables = Exact<{
  input: CreateCollectionSetInput;
}>;


export type CreateCollectionSetMutation = { createCollectionSet: { collectionSet: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type StartSyncMutationVariables = Exact<{
  input: RunProfileInput;
}>;


export type StartSyncMutation = { answer: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type StartMoveMutationVariables = Exact<{
  input: MovePortfolioInformationInput;
}>;


export type StartMoveMutation = { answer: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type StartChangeMutationVariables = Exact<{
  input: ChangePortfoliosInput;
}>;


export type StartChangeMutation = { answer: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type StartWithdrawalMutationVariables = Exact<{
  input: WithdrawProfileInput;
}>;


export type StartWithdrawalMutation = { answer: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type StartImportMutationVariables = Exact<{
  input: ImportCollectionInput;
}>;


export type StartImportMutation = { answer: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type StartAlmaMutationVariables = Exact<{
  input: ImportFromAlmaInput;
}>;


export type StartAlmaMutation = { answer: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ProfilesQueryVariables = Exact<{ [key: string]: never; }>;


export type ProfilesQuery = { profiles: { nodes: Array<{ id: string, name: string, description: string | null, active: boolean, customerNumber: string, apiKeyFingerprint: string, apiKeySetAt: string, fileFormat: FileFormat, groups: Array<{ id: string, name: string }>, schedule: { text: string }, alerts: Array<{ code: ProfileAlertCode, message: string, hint: string }> }> } };

export type RunProfileMutationVariables = Exact<{
  id: string;
  mode: JobMode;
  key: string;
}>;


export type RunProfileMutation = { runProfile: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

type Counts_BulkCounts_Fragment = { titles: number, invalid: number, restored: number, moved: number, refused: number, notTaken: number, added: number, updated: number, unchanged: number, removed: number, left: number };

type Counts_GroupCounts_Fragment = { added: number, updated: number, unchanged: number, removed: number, left: number };

type Counts_ListCounts_Fragment = { rows: number, titles: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, withoutEntitlement: number, added: number, updated: number, unchanged: number, removed: number, left: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> };

type Counts_MoveCounts_Fragment = { portfolios: number, poLinesMoved: number, licensesMoved: number, noCounterpart: number, ambiguous: number, conflicts: number, nothingToMove: number, added: number, updated: number, unchanged: number, removed: number, left: number };

export type CountsFragment =
  | Counts_BulkCounts_Fragment
  | Counts_GroupCounts_Fragment
  | Counts_ListCounts_Fragment
  | Counts_MoveCounts_Fragment
;

export type RunStateFragment = { applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, counts:
    | { titles: number, invalid: number, restored: number, moved: number, refused: number, notTaken: number, added: number, updated: number, unchanged: number, removed: number, left: number }
    | { added: number, updated: number, unchanged: number, removed: number, left: number }
    | { rows: number, titles: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, withoutEntitlement: number, added: number, updated: number, unchanged: number, removed: number, left: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }
    | { portfolios: number, poLinesMoved: number, licensesMoved: number, noCounterpart: number, ambiguous: number, conflicts: number, nothingToMove: number, added: number, updated: number, unchanged: number, removed: number, left: number }
  , startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: OutcomeCode, message: string } | null };

export type RunQueryVariables = Exact<{
  id: string;
}>;


export type RunQuery = { job: { reportTsv: string, reportJson: string, applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, decidedBy: { name: string | null } | null, error: { code: OutcomeCode, message: string, hint: string | null } | null, waitsFor: { id: string, kind: JobKind } | null, waitsBecause: { message: string, hint: string | null } | null, subject: { id: string, kind: JobKind, createdAt: string } | null, groups: Array<{ name: string }>, parts: Array<{ id: string, profileName: string, collectionName: string | null, content: ContentType | null, state: JobPartState, message: string | null, hint: string | null, kinds: Array<JobChangeKind>, file: { id: string, name: string } | null, guards: Array<{ guard: GuardName, before: number, affected: number, percent: number, message: string }>, decisions: Array<{ kind: JobChangeKind, decision: ListDecision, reason: string | null }>, counts:
        | { added: number, updated: number, removed: number }
        | { added: number, updated: number, removed: number }
        | { waiting: number, kept: number, added: number, updated: number, removed: number }
        | { added: number, updated: number, removed: number }
       | null }>, counts:
      | { titles: number, invalid: number, restored: number, moved: number, refused: number, notTaken: number, added: number, updated: number, unchanged: number, removed: number, left: number }
      | { added: number, updated: number, unchanged: number, removed: number, left: number }
      | { rows: number, titles: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, withoutEntitlement: number, added: number, updated: number, unchanged: number, removed: number, left: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }
      | { portfolios: number, poLinesMoved: number, licensesMoved: number, noCounterpart: number, ambiguous: number, conflicts: number, nothingToMove: number, added: number, updated: number, unchanged: number, removed: number, left: number }
    , startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number } } | null };

export type RunUpdatedSubscriptionVariables = Exact<{
  id: string;
}>;


export type RunUpdatedSubscription = { jobUpdated: { applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, counts:
      | { titles: number, invalid: number, restored: number, moved: number, refused: number, notTaken: number, added: number, updated: number, unchanged: number, removed: number, left: number }
      | { added: number, updated: number, unchanged: number, removed: number, left: number }
      | { rows: number, titles: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, withoutEntitlement: number, added: number, updated: number, unchanged: number, removed: number, left: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }
      | { portfolios: number, poLinesMoved: number, licensesMoved: number, noCounterpart: number, ambiguous: number, conflicts: number, nothingToMove: number, added: number, updated: number, unchanged: number, removed: number, left: number }
    , startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: OutcomeCode, message: string } | null } };

export type RunChangesQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
  filter?: JobChangeFilter | null | undefined;
}>;


export type RunChangesQuery = { job: { id: string, changes: { totalCount: number, nodes: Array<
        | { id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, predecessor: { title: string } | null, portfolio: { id: string } | null }
        | { id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, portfolio: { id: string } | null }
        | { id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, portfolio: { id: string } | null }
        | { keptFor: KeptReason | null, poLines: Array<string>, id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, successor: { title: string } | null, portfolio: { id: string } | null }
        | { id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, portfolio: { id: string } | null }
        | { id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, portfolio: { id: string } | null }
        | { id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, portfolio: { id: string } | null }
        | { waits: WaitingReason | null, id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, portfolio: { id: string } | null }
        | { id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, portfolio: { id: string } | null }
      >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type RunFindingsQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type RunFindingsQuery = { job: { id: string, findings: { totalCount: number, nodes: Array<{ id: string, severity: FindingSeverity, code: string, line: number | null, title: string | null, column: string | null, value: string | null, message: string, hint: string | null, rule: { code: string, title: string, cause: string, cure: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ApproveRunMutationVariables = Exact<{
  input: ApproveJobInput;
}>;


export type ApproveRunMutation = { approveJob: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type RejectRunMutationVariables = Exact<{
  input: RejectJobInput;
}>;


export type RejectRunMutation = { rejectJob: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type CancelRunMutationVariables = Exact<{
  id: string;
}>;


export type CancelRunMutation = { cancelJob: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type UndoRunMutationVariables = Exact<{
  id: string;
  mode: JobMode;
  key?: string | null | undefined;
}>;


export type UndoRunMutation = { undoJob: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type RunsQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: JobFilter | null | undefined;
}>;


export type RunsQuery = { jobs: { nodes: Array<{ id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: OutcomeCode, message: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SchedulesQueryVariables = Exact<{ [key: string]: never; }>;


export type SchedulesQuery = { scheduledJobs: Array<{ id: string, name: string, active: boolean, enabled: boolean, scheduleText: string, nextRun: string | null, lastRun: { id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: OutcomeCode, message: string } | null } | null }> };

export type PauseScheduleMutationVariables = Exact<{
  id: string;
}>;


export type PauseScheduleMutation = { disableScheduledJob: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ResumeScheduleMutationVariables = Exact<{
  id: string;
}>;


export type ResumeScheduleMutation = { enableScheduledJob: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type RunScheduleMutationVariables = Exact<{
  id: string;
  key: string;
}>;


export type RunScheduleMutation = { runScheduledJob: { job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type SettingsQueryVariables = Exact<{ [key: string]: never; }>;


export type SettingsQuery = { settings: { institutionName: string, multiCampusInventoryManagement: boolean, version: number }, inventoryGroups: { nodes: Array<{ id: string, name: string, description: string | null, version: number, profiles: Array<{ id: string, name: string }> }> } };

export type ChangeSettingsMutationVariables = Exact<{
  input: UpdateSettingsInput;
}>;


export type ChangeSettingsMutation = { updateSettings: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type CreateGroupMutationVariables = Exact<{
  input: CreateInventoryGroupInput;
}>;


export type CreateGroupMutation = { answer: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ChangeGroupMutationVariables = Exact<{
  input: UpdateInventoryGroupInput;
}>;


export type ChangeGroupMutation = { answer: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type DeleteGroupMutationVariables = Exact<{
  id: string;
}>;


export type DeleteGroupMutation = { answer: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type TokensQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type TokensQuery = { accessTokens: { nodes: Array<{ id: string, name: string, start: string, scopes: Array<AccessScope>, createdBy: string, createdAt: string, expiresAt: string | null, revokedAt: string | null, usedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateTokenMutationVariables = Exact<{
  input: CreateAccessTokenInput;
}>;


export type CreateTokenMutation = { createAccessToken: { secret: string | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type RevokeTokenMutationVariables = Exact<{
  id: string;
}>;


export type RevokeTokenMutation = { answer: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type PeopleQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type PeopleQuery = { people: { nodes: Array<{ id: string, name: string, issuer: string | null, scopes: Array<AccessScope>, disabled: boolean, version: number, seenAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AddPersonMutationVariables = Exact<{
  input: AddPersonInput;
}>;


export type AddPersonMutation = { answer: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ChangePersonMutationVariables = Exact<{
  input: UpdatePersonInput;
}>;


export type ChangePersonMutation = { answer: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type RemovePersonMutationVariables = Exact<{
  id: string;
}>;


export type RemovePersonMutation = { answer: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type EndSessionsMutationVariables = Exact<{
  id: string;
}>;


export type EndSessionsMutation = { answer: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type AuditQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: AuditEntryFilter | null | undefined;
}>;


export type AuditQuery = { auditEntries: { nodes: Array<{ id: string, createdAt: string, action: string, input: string | null, address: string | null, requestId: string | null, actor: { kind: ActorKind, name: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SetUpQueryVariables = Exact<{ [key: string]: never; }>;


export type SetUpQuery = { settings: { multiCampusInventoryManagement: boolean }, communityZoneCollections: { nodes: Array<{ id: string, communityZoneId: string, name: string, content: ContentType, titleCount: number, collection: { id: string, active: boolean } | null }> }, inventoryGroups: { nodes: Array<{ id: string, name: string }> } };

export type TestCredentialsMutationVariables = Exact<{
  input: TestProfileConnectionInput;
}>;


export type TestCredentialsMutation = { testProfileConnection: { results: Array<{ content: ContentType, ok: boolean, code: OutcomeCode, message: string, hint: string | null }>, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ActivateMutationVariables = Exact<{
  input: ActivateCollectionInput;
}>;


export type ActivateMutation = { activateCollection: { warnings: Array<string>, collection: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type CreateProfileMutationVariables = Exact<{
  input: CreateProfileInput;
}>;


export type CreateProfileMutation = { createProfile: { notices: Array<string>, profile: { id: string, version: number } | null, job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> | null }> } };

export type ChangeProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;


export type ChangeProfileMutation = { updateProfile: { notices: Array<string>, profile: { id: string, version: number } | null, job: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> | null }> } };

export type FirstRunQueryVariables = Exact<{
  id: string;
}>;


export type FirstRunQuery = { job: { applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, error: { code: OutcomeCode, message: string, hint: string | null } | null, parts: Array<{ id: string, content: ContentType | null, state: JobPartState, message: string | null, hint: string | null, counts:
        | { added: number }
        | { added: number }
        | { added: number }
        | { added: number }
       | null }>, counts:
      | { titles: number, invalid: number, restored: number, moved: number, refused: number, notTaken: number, added: number, updated: number, unchanged: number, removed: number, left: number }
      | { added: number, updated: number, unchanged: number, removed: number, left: number }
      | { rows: number, titles: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, withoutEntitlement: number, added: number, updated: number, unchanged: number, removed: number, left: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }
      | { portfolios: number, poLinesMoved: number, licensesMoved: number, noCounterpart: number, ambiguous: number, conflicts: number, nothingToMove: number, added: number, updated: number, unchanged: number, removed: number, left: number }
    , startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number } } | null };

export type StatementFragment = { from: string | null, to: string | null, fromVolume: string | null, fromIssue: string | null, toVolume: string | null, toIssue: string | null, embargo: string | null, kind: CoverageKind | null, text: string, profiles: Array<{ id: string, name: string }> };

export type TitleQueryVariables = Exact<{
  id: string;
}>;


export type TitleQuery = { portfolio: { url: string | null, firstAuthor: string | null, firstEditor: string | null, publisherName: string | null, coverageDepth: string | null, notes: string | null, dateMonographPublishedPrint: string | null, dateMonographPublishedOnline: string | null, monographVolume: string | null, monographEdition: string | null, parentPublicationTitleId: string | null, precedingPublicationTitleId: string | null, accessType: string | null, lockedFields: Array<string>, version: number, publicNote: string | null, internalNote: string | null, authenticationNote: string | null, temporarilyUnavailable: string | null, id: string, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, publicationType: PublicationType | null, available: boolean, accessible: boolean, listedByProvider: boolean, waiting: boolean, review: ReviewReason | null, removedAt: string | null, coverage: Array<{ text: string, from: string | null, to: string | null, fromVolume: string | null, fromIssue: string | null, toVolume: string | null, toIssue: string | null, embargo: string | null, kind: CoverageKind | null, profiles: Array<{ id: string, name: string }> }>, coverageByGroup: Array<{ group: { id: string, name: string }, coverage: Array<{ from: string | null, to: string | null, fromVolume: string | null, fromIssue: string | null, toVolume: string | null, toIssue: string | null, embargo: string | null, kind: CoverageKind | null, text: string, profiles: Array<{ id: string, name: string }> }> }>, availableFor: Array<{ id: string, name: string }>, localValues: Array<{ field: string, value: string, providerValue: string | null, differs: boolean | null }>, entitlements: Array<{ active: boolean, waiting: WaitingReason | null, updatedAt: string, profile: { id: string, name: string } | null, coverage: Array<{ from: string | null, to: string | null, fromVolume: string | null, fromIssue: string | null, toVolume: string | null, toIssue: string | null, embargo: string | null, kind: CoverageKind | null, text: string, profiles: Array<{ id: string, name: string }> }> }>, poLines: { nodes: Array<{ id: string, number: string, vendor: string | null, status: string | null, closed: boolean, main: boolean }> }, license: { id: string, code: string, name: string | null } | null, additionalLicenses: Array<{ id: string, code: string, name: string | null }>, retention: { by: RetentionMark } | null, collection: { id: string, name: string } } | null };

export type TitleHistoryQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type TitleHistoryQuery = { portfolio: { id: string, history: { nodes: Array<{ id: string, at: string, action: ChangeAction, field: string | null, oldValue: string | null, newValue: string | null, actor: { kind: ActorKind, name: string | null } | null, job: { id: string, kind: JobKind } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type TitleAsOfQueryVariables = Exact<{
  id: string;
  day: string;
}>;


export type TitleAsOfQuery = { portfolio: { id: string, asOf: { inHoldings: boolean, accessible: boolean, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, url: string | null, publisherName: string | null, coverage: Array<{ text: string }> } | null } | null };

export type ChangeTitleMutationVariables = Exact<{
  input: UpdatePortfolioInput;
}>;


export type ChangeTitleMutation = { updatePortfolio: { portfolio: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> | null }> } };

export type TitleRowFragment = { id: string, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, publicationType: PublicationType | null, available: boolean, accessible: boolean, listedByProvider: boolean, waiting: boolean, review: ReviewReason | null, removedAt: string | null, retention: { by: RetentionMark } | null, localValues: Array<{ field: string }>, collection: { id: string, name: string }, coverage: Array<{ text: string }> };

export type TitlesQueryVariables = Exact<{
  after?: string | null | undefined;
  orderBy?: PortfolioOrder | null | undefined;
  filter?: PortfolioFilter | null | undefined;
}>;


export type TitlesQuery = { portfolios: { nodes: Array<{ id: string, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, publicationType: PublicationType | null, available: boolean, accessible: boolean, listedByProvider: boolean, waiting: boolean, review: ReviewReason | null, removedAt: string | null, retention: { by: RetentionMark } | null, localValues: Array<{ field: string }>, collection: { id: string, name: string }, coverage: Array<{ text: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type TitlesFacetsQueryVariables = Exact<{
  filter?: PortfolioFilter | null | undefined;
}>;


export type TitlesFacetsQuery = { portfolios: { totalCount: number }, portfolioFacets: { collections: Array<{ count: number, collection: { id: string, name: string } }>, publicationTypes: Array<{ publicationType: PublicationType | null, count: number }>, profiles: Array<{ count: number, profile: { id: string, name: string } }>, licenses: Array<{ count: number, license: { id: string, code: string } | null }>, available: { yes: number, no: number }, listedByProvider: { yes: number, no: number }, hasPoLine: { yes: number, no: number }, needsReview: { yes: number, no: number }, waiting: { yes: number, no: number }, retained: { yes: number, no: number }, hasLocalValues: { yes: number, no: number } } };

export type RunRowFragment = { id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: OutcomeCode, message: string } | null };

export type TodayQueryVariables = Exact<{ [key: string]: never; }>;


export type TodayQuery = { worklistCounts: Array<{ type: WorklistItemType, open: number, newest: string | null }>, worklist: { nodes: Array<{ id: string, type: WorklistItemType, since: string | null, title: string, summary: string, version: number, job: { id: string } | null, portfolio: { id: string } | null, poLine: { portfolio: { id: string } | null } | null, assignee: { name: string } | null }> }, jobs: { nodes: Array<{ id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: OutcomeCode, message: string } | null }> }, scheduledJobs: Array<{ id: string, name: string, active: boolean, enabled: boolean, nextRun: string | null, scheduleText: string }>, profiles: { nodes: Array<{ id: string, name: string, alerts: Array<{ code: ProfileAlertCode, message: string, hint: string, since: string }> }> } };

export type ChangedSinceQueryVariables = Exact<{
  since: string;
}>;


export type ChangedSinceQuery = { changes: { nodes: Array<{ id: string, at: string, action: ChangeAction, field: string | null, title: string, oldValue: string | null, newValue: string | null, portfolio: { id: string } | null, job: { id: string } | null, actor: { name: string | null } | null }>, pageInfo: { hasNextPage: boolean } } };

export type MarkDoneMutationVariables = Exact<{
  items: Array<WorklistItemRef> | WorklistItemRef;
}>;


export type MarkDoneMutation = { markWorklistItems: { items: Array<{ id: string, state: WorklistState }> | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type WorklistChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WorklistChangedSubscription = { worklistChanged: { counts: Array<{ type: WorklistItemType, open: number }> } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { kind: ActorKind, name: string | null, scopes: Array<AccessScope> } };

export type PickTitlesQueryVariables = Exact<{
  search: string;
}>;


export type PickTitlesQuery = { portfolios: { nodes: Array<{ id: string, title: string, printIdentifier: string | null, onlineIdentifier: string | null, collection: { name: string } }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const PoLineRowFragmentDoc = new TypedDocumentString(`
    fragment PoLineRow on PoLine {
  id
  number
  vendor
  status
  closed
  type
  orderedOn
  renewsOn
  note
  processType
  fund
  price
  currency
  intervalFrom
  intervalUntil
  main
  version
  portfolio {
    id
    title
  }
  collection {
    id
    name
  }
}
    `, {"fragmentName":"PoLineRow"}) as unknown as TypedDocumentString<PoLineRowFragment, unknown>;
export const ImportedFragmentDoc = new TypedDocumentString(`
    fragment Imported on ImportAcquisitionsPayload {
  report {
    dryRun
    created
    updated
    unchanged
    attached
    moved
    refused
    warnings
    lines {
      line
      action
      number
      message
    }
  }
  userErrors {
    code
    message
  }
}
    `, {"fragmentName":"Imported"}) as unknown as TypedDocumentString<ImportedFragment, unknown>;
export const TitleRowFragmentDoc = new TypedDocumentString(`
    fragment TitleRow on Portfolio {
  id
  title
  titleId
  printIdentifier
  onlineIdentifier
  publicationType
  available
  accessible
  listedByProvider
  waiting
  review
  removedAt
  retention {
    by
  }
  localValues {
    field
  }
  collection {
    id
    name
  }
  coverage {
    text
  }
}
    `, {"fragmentName":"TitleRow"}) as unknown as TypedDocumentString<TitleRowFragment, unknown>;
export const PortfoliosFragmentDoc = new TypedDocumentString(`
    fragment Portfolios on PortfolioConnection {
  totalCount
  nodes {
    ...TitleRow
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    fragment TitleRow on Portfolio {
  id
  title
  titleId
  printIdentifier
  onlineIdentifier
  publicationType
  available
  accessible
  listedByProvider
  waiting
  review
  removedAt
  retention {
    by
  }
  localValues {
    field
  }
  collection {
    id
    name
  }
  coverage {
    text
  }
}`, {"fragmentName":"Portfolios"}) as unknown as TypedDocumentString<PortfoliosFragment, unknown>;
export const RunRowFragmentDoc = new TypedDocumentString(`
    fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}
    `, {"fragmentName":"RunRow"}) as unknown as TypedDocumentString<RunRowFragment, unknown>;
export const CountsFragmentDoc = new TypedDocumentString(`
    fragment Counts on JobCounts {
  added
  updated
  unchanged
  removed
  left
  ... on ListCounts {
    rows
    titles
    kept
    retained
    withdrawn
    free
    invalid
    ambiguous
    notInCommunityZone
    locked
    review
    waiting
    stillWaiting
    wrongContent
    unlistedRows
    withoutEntitlement
    findings {
      info
      warning
      error
      fatal
    }
    fields {
      name
      titles
    }
  }
  ... on BulkCounts {
    titles
    invalid
    restored
    moved
    refused
    notTaken
  }
  ... on MoveCounts {
    portfolios
    poLinesMoved
    licensesMoved
    noCounterpart
    ambiguous
    conflicts
    nothingToMove
  }
}
    `, {"fragmentName":"Counts"}) as unknown as TypedDocumentString<CountsFragment, unknown>;
export const RunStateFragmentDoc = new TypedDocumentString(`
    fragment RunState on Job {
  ...RunRow
  applied
  dueAt
  startedAt
  attempt
  counts {
    ...Counts
  }
}
    fragment Counts on JobCounts {
  added
  updated
  unchanged
  removed
  left
  ... on ListCounts {
    rows
    titles
    kept
    retained
    withdrawn
    free
    invalid
    ambiguous
    notInCommunityZone
    locked
    review
    waiting
    stillWaiting
    wrongContent
    unlistedRows
    withoutEntitlement
    findings {
      info
      warning
      error
      fatal
    }
    fields {
      name
      titles
    }
  }
  ... on BulkCounts {
    titles
    invalid
    restored
    moved
    refused
    notTaken
  }
  ... on MoveCounts {
    portfolios
    poLinesMoved
    licensesMoved
    noCounterpart
    ambiguous
    conflicts
    nothingToMove
  }
}
fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}`, {"fragmentName":"RunState"}) as unknown as TypedDocumentString<RunStateFragment, unknown>;
export const StatementFragmentDoc = new TypedDocumentString(`
    fragment Statement on CoverageStatement {
  from
  to
  fromVolume
  fromIssue
  toVolume
  toIssue
  embargo
  kind
  text
  profiles {
    id
    name
  }
}
    `, {"fragmentName":"Statement"}) as unknown as TypedDocumentString<StatementFragment, unknown>;
export const PoLinesDocument = new TypedDocumentString(`
    query PoLines($after: String, $filter: PoLineFilter) {
  poLines(first: 50, after: $after, filter: $filter) {
    totalCount
    nodes {
      ...PoLineRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment PoLineRow on PoLine {
  id
  number
  vendor
  status
  closed
  type
  orderedOn
  renewsOn
  note
  processType
  fund
  price
  currency
  intervalFrom
  intervalUntil
  main
  version
  portfolio {
    id
    title
  }
  collection {
    id
    name
  }
}`) as unknown as TypedDocumentString<PoLinesQuery, PoLinesQueryVariables>;
export const CreatePoLineDocument = new TypedDocumentString(`
    mutation CreatePoLine($input: CreatePoLineInput!) {
  createPoLine(input: $input) {
    poLine {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreatePoLineMutation, CreatePoLineMutationVariables>;
export const ChangePoLineDocument = new TypedDocumentString(`
    mutation ChangePoLine($input: UpdatePoLineInput!) {
  updatePoLine(input: $input) {
    poLine {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ChangePoLineMutation, ChangePoLineMutationVariables>;
export const DeletePoLineDocument = new TypedDocumentString(`
    mutation DeletePoLine($id: ID!) {
  deletePoLine(input: {poLineId: $id}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeletePoLineMutation, DeletePoLineMutationVariables>;
export const LicensesDocument = new TypedDocumentString(`
    query Licenses($after: String, $filter: LicenseFilter) {
  licenses(first: 50, after: $after, filter: $filter) {
    totalCount
    nodes {
      id
      code
      name
      vendor
      status
      type
      startsOn
      endsOn
      note
      perpetualAccess
      perpetualFrom
      perpetualUntil
      version
      portfolios(first: 1) {
        totalCount
      }
      collections(first: 10) {
        nodes {
          id
          name
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<LicensesQuery, LicensesQueryVariables>;
export const CreateLicenseDocument = new TypedDocumentString(`
    mutation CreateLicense($input: CreateLicenseInput!) {
  createLicense(input: $input) {
    license {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateLicenseMutation, CreateLicenseMutationVariables>;
export const ChangeLicenseDocument = new TypedDocumentString(`
    mutation ChangeLicense($input: UpdateLicenseInput!) {
  updateLicense(input: $input) {
    license {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ChangeLicenseMutation, ChangeLicenseMutationVariables>;
export const DeleteLicenseDocument = new TypedDocumentString(`
    mutation DeleteLicense($id: ID!) {
  deleteLicense(input: {licenseId: $id}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteLicenseMutation, DeleteLicenseMutationVariables>;
export const ImportPoLinesDocument = new TypedDocumentString(`
    mutation ImportPoLines($input: ImportAcquisitionsInput!) {
  answer: importPoLines(input: $input) {
    ...Imported
  }
}
    fragment Imported on ImportAcquisitionsPayload {
  report {
    dryRun
    created
    updated
    unchanged
    attached
    moved
    refused
    warnings
    lines {
      line
      action
      number
      message
    }
  }
  userErrors {
    code
    message
  }
}`) as unknown as TypedDocumentString<ImportPoLinesMutation, ImportPoLinesMutationVariables>;
export const ImportLicensesDocument = new TypedDocumentString(`
    mutation ImportLicenses($input: ImportAcquisitionsInput!) {
  answer: importLicenses(input: $input) {
    ...Imported
  }
}
    fragment Imported on ImportAcquisitionsPayload {
  report {
    dryRun
    created
    updated
    unchanged
    attached
    moved
    refused
    warnings
    lines {
      line
      action
      number
      message
    }
  }
  userErrors {
    code
    message
  }
}`) as unknown as TypedDocumentString<ImportLicensesMutation, ImportLicensesMutationVariables>;
export const CollectionNamesDocument = new TypedDocumentString(`
    query CollectionNames {
  collections(first: 500) {
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<CollectionNamesQuery, CollectionNamesQueryVariables>;
export const OrdersNotListedDocument = new TypedDocumentString(`
    query OrdersNotListed($after: String, $filter: ReconciliationFilter) {
  list: poLinesNotListed(first: 50, after: $after, filter: $filter) {
    totalCount
    nodes {
      ...PoLineRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment PoLineRow on PoLine {
  id
  number
  vendor
  status
  closed
  type
  orderedOn
  renewsOn
  note
  processType
  fund
  price
  currency
  intervalFrom
  intervalUntil
  main
  version
  portfolio {
    id
    title
  }
  collection {
    id
    name
  }
}`) as unknown as TypedDocumentString<OrdersNotListedQuery, OrdersNotListedQueryVariables>;
export const WithoutPoLineDocument = new TypedDocumentString(`
    query WithoutPoLine($after: String, $filter: ReconciliationFilter) {
  list: portfoliosWithoutPoLine(first: 50, after: $after, filter: $filter) {
    ...Portfolios
  }
}
    fragment Portfolios on PortfolioConnection {
  totalCount
  nodes {
    ...TitleRow
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment TitleRow on Portfolio {
  id
  title
  titleId
  printIdentifier
  onlineIdentifier
  publicationType
  available
  accessible
  listedByProvider
  waiting
  review
  removedAt
  retention {
    by
  }
  localValues {
    field
  }
  collection {
    id
    name
  }
  coverage {
    text
  }
}`) as unknown as TypedDocumentString<WithoutPoLineQuery, WithoutPoLineQueryVariables>;
export const KeptWithoutReasonDocument = new TypedDocumentString(`
    query KeptWithoutReason($after: String, $filter: ReconciliationFilter) {
  list: portfoliosKeptWithoutReason(first: 50, after: $after, filter: $filter) {
    ...Portfolios
  }
}
    fragment Portfolios on PortfolioConnection {
  totalCount
  nodes {
    ...TitleRow
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment TitleRow on Portfolio {
  id
  title
  titleId
  printIdentifier
  onlineIdentifier
  publicationType
  available
  accessible
  listedByProvider
  waiting
  review
  removedAt
  retention {
    by
  }
  localValues {
    field
  }
  collection {
    id
    name
  }
  coverage {
    text
  }
}`) as unknown as TypedDocumentString<KeptWithoutReasonQuery, KeptWithoutReasonQueryVariables>;
export const OfClosedOrdersDocument = new TypedDocumentString(`
    query OfClosedOrders($after: String, $filter: ReconciliationFilter) {
  list: portfoliosOfClosedOrders(first: 50, after: $after, filter: $filter) {
    ...Portfolios
  }
}
    fragment Portfolios on PortfolioConnection {
  totalCount
  nodes {
    ...TitleRow
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment TitleRow on Portfolio {
  id
  title
  titleId
  printIdentifier
  onlineIdentifier
  publicationType
  available
  accessible
  listedByProvider
  waiting
  review
  removedAt
  retention {
    by
  }
  localValues {
    field
  }
  collection {
    id
    name
  }
  coverage {
    text
  }
}`) as unknown as TypedDocumentString<OfClosedOrdersQuery, OfClosedOrdersQueryVariables>;
export const CollectionsDocument = new TypedDocumentString(`
    query Collections($after: String) {
  collections(first: 100, after: $after) {
    nodes {
      id
      name
      content
      active
      available
      autoActivateNewPortfolios
      perpetualAccess
      perpetualFrom
      perpetualUntil
      kbartUrl
      version
      license {
        id
        code
      }
      communityZoneCollection {
        communityZoneId
      }
      portfolios(first: 1) {
        totalCount
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<CollectionsQuery, CollectionsQueryVariables>;
export const ChangeCollectionDocument = new TypedDocumentString(`
    mutation ChangeCollection($input: UpdateCollectionInput!) {
  updateCollection(input: $input) {
    collection {
      id
      version
    }
    warnings
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ChangeCollectionMutation, ChangeCollectionMutationVariables>;
export const JobTypesDocument = new TypedDocumentString(`
    query JobTypes {
  jobTypes {
    kind
    name
    description
    mutation
    parameters {
      name
      type
      required
      description
    }
  }
}
    `) as unknown as TypedDocumentString<JobTypesQuery, JobTypesQueryVariables>;
export const JobChoicesDocument = new TypedDocumentString(`
    query JobChoices {
  profiles(first: 500) {
    nodes {
      id
      name
      active
    }
  }
  collectionSets(first: 500) {
    nodes {
      id
      name
      collections(first: 100) {
        nodes {
          id
          name
        }
      }
    }
  }
  portfolioSets(first: 500) {
    nodes {
      id
      name
    }
  }
  collections(first: 500) {
    nodes {
      id
      name
      active
      communityZoneCollection {
        id
      }
    }
  }
  licenses(first: 500) {
    nodes {
      id
      code
    }
  }
}
    `) as unknown as TypedDocumentString<JobChoicesQuery, JobChoicesQueryVariables>;
export const ChosenTitlesDocument = new TypedDocumentString(`
    query ChosenTitles($filter: PortfolioFilter) {
  portfolios(first: 1, filter: $filter) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<ChosenTitlesQuery, ChosenTitlesQueryVariables>;
export const ReviewDocument = new TypedDocumentString(`
    query Review($id: ID!) {
  job(id: $id) {
    ...RunState
    error {
      code
      message
      hint
    }
  }
}
    fragment Counts on JobCounts {
  added
  updated
  unchanged
  removed
  left
  ... on ListCounts {
    rows
    titles
    kept
    retained
    withdrawn
    free
    invalid
    ambiguous
    notInCommunityZone
    locked
    review
    waiting
    stillWaiting
    wrongContent
    unlistedRows
    withoutEntitlement
    findings {
      info
      warning
      error
      fatal
    }
    fields {
      name
      titles
    }
  }
  ... on BulkCounts {
    titles
    invalid
    restored
    moved
    refused
    notTaken
  }
  ... on MoveCounts {
    portfolios
    poLinesMoved
    licensesMoved
    noCounterpart
    ambiguous
    conflicts
    nothingToMove
  }
}
fragment RunState on Job {
  ...RunRow
  applied
  dueAt
  startedAt
  attempt
  counts {
    ...Counts
  }
}
fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<ReviewQuery, ReviewQueryVariables>;
export const CreateCollectionSetDocument = new TypedDocumentString(`
    mutation CreateCollectionSet($input: CreateCollectionSetInput!) {
  createCollectionSet(input: $input) {
    collectionSet {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateCollectionSetMutation, CreateCollectionSetMutationVariables>;
export const StartSyncDocument = new TypedDocumentString(`
    mutation StartSync($input: RunProfileInput!) {
  answer: runProfile(input: $input) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartSyncMutation, StartSyncMutationVariables>;
export const StartMoveDocument = new TypedDocumentString(`
    mutation StartMove($input: MovePortfolioInformationInput!) {
  answer: movePortfolioInformation(input: $input) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartMoveMutation, StartMoveMutationVariables>;
export const StartChangeDocument = new TypedDocumentString(`
    mutation StartChange($input: ChangePortfoliosInput!) {
  answer: changePortfolios(input: $input) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartChangeMutation, StartChangeMutationVariables>;
export const StartWithdrawalDocument = new TypedDocumentString(`
    mutation StartWithdrawal($input: WithdrawProfileInput!) {
  answer: withdrawProfile(input: $input) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartWithdrawalMutation, StartWithdrawalMutationVariables>;
export const StartImportDocument = new TypedDocumentString(`
    mutation StartImport($input: ImportCollectionInput!) {
  answer: importCollection(input: $input) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartImportMutation, StartImportMutationVariables>;
export const StartAlmaDocument = new TypedDocumentString(`
    mutation StartAlma($input: ImportFromAlmaInput!) {
  answer: importFromAlma(input: $input) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartAlmaMutation, StartAlmaMutationVariables>;
export const ProfilesDocument = new TypedDocumentString(`
    query Profiles {
  profiles(first: 100) {
    nodes {
      id
      name
      description
      active
      customerNumber
      apiKeyFingerprint
      apiKeySetAt
      fileFormat
      groups {
        id
        name
      }
      schedule {
        text
      }
      alerts {
        code
        message
        hint
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ProfilesQuery, ProfilesQueryVariables>;
export const RunProfileDocument = new TypedDocumentString(`
    mutation RunProfile($id: ID!, $mode: JobMode!, $key: String!) {
  runProfile(input: {profileId: $id, mode: $mode, idempotencyKey: $key}) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RunProfileMutation, RunProfileMutationVariables>;
export const RunDocument = new TypedDocumentString(`
    query Run($id: ID!) {
  job(id: $id) {
    ...RunState
    reportTsv
    reportJson
    decidedBy {
      name
    }
    error {
      code
      message
      hint
    }
    waitsFor {
      id
      kind
    }
    waitsBecause {
      message
      hint
    }
    subject {
      id
      kind
      createdAt
    }
    groups {
      name
    }
    parts {
      id
      profileName
      collectionName
      content
      state
      message
      hint
      file {
        id
        name
      }
      guards {
        guard
        before
        affected
        percent
        message
      }
      kinds
      decisions {
        kind
        decision
        reason
      }
      counts {
        added
        updated
        removed
        ... on ListCounts {
          waiting
          kept
        }
      }
    }
  }
}
    fragment Counts on JobCounts {
  added
  updated
  unchanged
  removed
  left
  ... on ListCounts {
    rows
    titles
    kept
    retained
    withdrawn
    free
    invalid
    ambiguous
    notInCommunityZone
    locked
    review
    waiting
    stillWaiting
    wrongContent
    unlistedRows
    withoutEntitlement
    findings {
      info
      warning
      error
      fatal
    }
    fields {
      name
      titles
    }
  }
  ... on BulkCounts {
    titles
    invalid
    restored
    moved
    refused
    notTaken
  }
  ... on MoveCounts {
    portfolios
    poLinesMoved
    licensesMoved
    noCounterpart
    ambiguous
    conflicts
    nothingToMove
  }
}
fragment RunState on Job {
  ...RunRow
  applied
  dueAt
  startedAt
  attempt
  counts {
    ...Counts
  }
}
fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<RunQuery, RunQueryVariables>;
export const RunUpdatedDocument = new TypedDocumentString(`
    subscription RunUpdated($id: ID!) {
  jobUpdated(id: $id) {
    ...RunState
  }
}
    fragment Counts on JobCounts {
  added
  updated
  unchanged
  removed
  left
  ... on ListCounts {
    rows
    titles
    kept
    retained
    withdrawn
    free
    invalid
    ambiguous
    notInCommunityZone
    locked
    review
    waiting
    stillWaiting
    wrongContent
    unlistedRows
    withoutEntitlement
    findings {
      info
      warning
      error
      fatal
    }
    fields {
      name
      titles
    }
  }
  ... on BulkCounts {
    titles
    invalid
    restored
    moved
    refused
    notTaken
  }
  ... on MoveCounts {
    portfolios
    poLinesMoved
    licensesMoved
    noCounterpart
    ambiguous
    conflicts
    nothingToMove
  }
}
fragment RunState on Job {
  ...RunRow
  applied
  dueAt
  startedAt
  attempt
  counts {
    ...Counts
  }
}
fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<RunUpdatedSubscription, RunUpdatedSubscriptionVariables>;
export const RunChangesDocument = new TypedDocumentString(`
    query RunChanges($id: ID!, $after: String, $filter: JobChangeFilter) {
  job(id: $id) {
    id
    changes(first: 100, after: $after, filter: $filter) {
      totalCount
      nodes {
        id
        action
        field
        title
        titleId
        oldValue
        newValue
        line
        portfolio {
          id
        }
        ... on LeavingChange {
          keptFor
          poLines
          successor {
            title
          }
        }
        ... on AddedChange {
          predecessor {
            title
          }
        }
        ... on UnclearChange {
          waits
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunChangesQuery, RunChangesQueryVariables>;
export const RunFindingsDocument = new TypedDocumentString(`
    query RunFindings($id: ID!, $after: String) {
  job(id: $id) {
    id
    findings(first: 100, after: $after) {
      totalCount
      nodes {
        id
        severity
        code
        line
        title
        column
        value
        message
        hint
        rule {
          code
          title
          cause
          cure
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunFindingsQuery, RunFindingsQueryVariables>;
export const ApproveRunDocument = new TypedDocumentString(`
    mutation ApproveRun($input: ApproveJobInput!) {
  approveJob(input: $input) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ApproveRunMutation, ApproveRunMutationVariables>;
export const RejectRunDocument = new TypedDocumentString(`
    mutation RejectRun($input: RejectJobInput!) {
  rejectJob(input: $input) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RejectRunMutation, RejectRunMutationVariables>;
export const CancelRunDocument = new TypedDocumentString(`
    mutation CancelRun($id: ID!) {
  cancelJob(input: {jobId: $id}) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CancelRunMutation, CancelRunMutationVariables>;
export const UndoRunDocument = new TypedDocumentString(`
    mutation UndoRun($id: ID!, $mode: JobMode!, $key: String) {
  undoJob(input: {jobId: $id, mode: $mode, idempotencyKey: $key}) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<UndoRunMutation, UndoRunMutationVariables>;
export const RunsDocument = new TypedDocumentString(`
    query Runs($after: String, $filter: JobFilter) {
  jobs(
    first: 50
    after: $after
    orderBy: {field: CREATED_AT, direction: DESC}
    filter: $filter
  ) {
    nodes {
      ...RunRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<RunsQuery, RunsQueryVariables>;
export const SchedulesDocument = new TypedDocumentString(`
    query Schedules {
  scheduledJobs {
    id
    name
    active
    enabled
    scheduleText
    nextRun
    lastRun {
      ...RunRow
    }
  }
}
    fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<SchedulesQuery, SchedulesQueryVariables>;
export const PauseScheduleDocument = new TypedDocumentString(`
    mutation PauseSchedule($id: ID!) {
  disableScheduledJob(input: {scheduledJobId: $id}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PauseScheduleMutation, PauseScheduleMutationVariables>;
export const ResumeScheduleDocument = new TypedDocumentString(`
    mutation ResumeSchedule($id: ID!) {
  enableScheduledJob(input: {scheduledJobId: $id}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeScheduleMutation, ResumeScheduleMutationVariables>;
export const RunScheduleDocument = new TypedDocumentString(`
    mutation RunSchedule($id: ID!, $key: String!) {
  runScheduledJob(input: {scheduledJobId: $id, idempotencyKey: $key}) {
    job {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RunScheduleMutation, RunScheduleMutationVariables>;
export const SettingsDocument = new TypedDocumentString(`
    query Settings {
  settings {
    institutionName
    multiCampusInventoryManagement
    version
  }
  inventoryGroups(first: 500) {
    nodes {
      id
      name
      description
      version
      profiles {
        id
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SettingsQuery, SettingsQueryVariables>;
export const ChangeSettingsDocument = new TypedDocumentString(`
    mutation ChangeSettings($input: UpdateSettingsInput!) {
  updateSettings(input: $input) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ChangeSettingsMutation, ChangeSettingsMutationVariables>;
export const CreateGroupDocument = new TypedDocumentString(`
    mutation CreateGroup($input: CreateInventoryGroupInput!) {
  answer: createInventoryGroup(input: $input) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateGroupMutation, CreateGroupMutationVariables>;
export const ChangeGroupDocument = new TypedDocumentString(`
    mutation ChangeGroup($input: UpdateInventoryGroupInput!) {
  answer: updateInventoryGroup(input: $input) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ChangeGroupMutation, ChangeGroupMutationVariables>;
export const DeleteGroupDocument = new TypedDocumentString(`
    mutation DeleteGroup($id: ID!) {
  answer: deleteInventoryGroup(input: {inventoryGroupId: $id}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteGroupMutation, DeleteGroupMutationVariables>;
export const TokensDocument = new TypedDocumentString(`
    query Tokens($after: String) {
  accessTokens(first: 50, after: $after) {
    nodes {
      id
      name
      start
      scopes
      createdBy
      createdAt
      expiresAt
      revokedAt
      usedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<TokensQuery, TokensQueryVariables>;
export const CreateTokenDocument = new TypedDocumentString(`
    mutation CreateToken($input: CreateAccessTokenInput!) {
  createAccessToken(input: $input) {
    secret
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateTokenMutation, CreateTokenMutationVariables>;
export const RevokeTokenDocument = new TypedDocumentString(`
    mutation RevokeToken($id: ID!) {
  answer: revokeAccessToken(input: {tokenId: $id}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeTokenMutation, RevokeTokenMutationVariables>;
export const PeopleDocument = new TypedDocumentString(`
    query People($after: String) {
  people(first: 50, after: $after) {
    nodes {
      id
      name
      issuer
      scopes
      disabled
      version
      seenAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<PeopleQuery, PeopleQueryVariables>;
export const AddPersonDocument = new TypedDocumentString(`
    mutation AddPerson($input: AddPersonInput!) {
  answer: addPerson(input: $input) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<AddPersonMutation, AddPersonMutationVariables>;
export const ChangePersonDocument = new TypedDocumentString(`
    mutation ChangePerson($input: UpdatePersonInput!) {
  answer: updatePerson(input: $input) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ChangePersonMutation, ChangePersonMutationVariables>;
export const RemovePersonDocument = new TypedDocumentString(`
    mutation RemovePerson($id: ID!) {
  answer: removePerson(input: {personId: $id}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RemovePersonMutation, RemovePersonMutationVariables>;
export const EndSessionsDocument = new TypedDocumentString(`
    mutation EndSessions($id: ID!) {
  answer: endSessions(input: {personId: $id}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<EndSessionsMutation, EndSessionsMutationVariables>;
export const AuditDocument = new TypedDocumentString(`
    query Audit($after: String, $filter: AuditEntryFilter) {
  auditEntries(first: 50, after: $after, filter: $filter) {
    nodes {
      id
      createdAt
      actor {
        kind
        name
      }
      action
      input
      address
      requestId
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AuditQuery, AuditQueryVariables>;
export const SetUpDocument = new TypedDocumentString(`
    query SetUp {
  settings {
    multiCampusInventoryManagement
  }
  communityZoneCollections(first: 50) {
    nodes {
      id
      communityZoneId
      name
      content
      titleCount
      collection {
        id
        active
      }
    }
  }
  inventoryGroups(first: 200) {
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<SetUpQuery, SetUpQueryVariables>;
export const TestCredentialsDocument = new TypedDocumentString(`
    mutation TestCredentials($input: TestProfileConnectionInput!) {
  testProfileConnection(input: $input) {
    results {
      content
      ok
      code
      message
      hint
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<TestCredentialsMutation, TestCredentialsMutationVariables>;
export const ActivateDocument = new TypedDocumentString(`
    mutation Activate($input: ActivateCollectionInput!) {
  activateCollection(input: $input) {
    collection {
      id
    }
    warnings
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ActivateMutation, ActivateMutationVariables>;
export const CreateProfileDocument = new TypedDocumentString(`
    mutation CreateProfile($input: CreateProfileInput!) {
  createProfile(input: $input) {
    profile {
      id
      version
    }
    job {
      id
    }
    notices
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<CreateProfileMutation, CreateProfileMutationVariables>;
export const ChangeProfileDocument = new TypedDocumentString(`
    mutation ChangeProfile($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    profile {
      id
      version
    }
    job {
      id
    }
    notices
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ChangeProfileMutation, ChangeProfileMutationVariables>;
export const FirstRunDocument = new TypedDocumentString(`
    query FirstRun($id: ID!) {
  job(id: $id) {
    ...RunState
    error {
      code
      message
      hint
    }
    parts {
      id
      content
      state
      message
      hint
      counts {
        added
      }
    }
  }
}
    fragment Counts on JobCounts {
  added
  updated
  unchanged
  removed
  left
  ... on ListCounts {
    rows
    titles
    kept
    retained
    withdrawn
    free
    invalid
    ambiguous
    notInCommunityZone
    locked
    review
    waiting
    stillWaiting
    wrongContent
    unlistedRows
    withoutEntitlement
    findings {
      info
      warning
      error
      fatal
    }
    fields {
      name
      titles
    }
  }
  ... on BulkCounts {
    titles
    invalid
    restored
    moved
    refused
    notTaken
  }
  ... on MoveCounts {
    portfolios
    poLinesMoved
    licensesMoved
    noCounterpart
    ambiguous
    conflicts
    nothingToMove
  }
}
fragment RunState on Job {
  ...RunRow
  applied
  dueAt
  startedAt
  attempt
  counts {
    ...Counts
  }
}
fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<FirstRunQuery, FirstRunQueryVariables>;
export const TitleDocument = new TypedDocumentString(`
    query Title($id: ID!) {
  portfolio(id: $id) {
    ...TitleRow
    url
    firstAuthor
    firstEditor
    publisherName
    coverageDepth
    notes
    dateMonographPublishedPrint
    dateMonographPublishedOnline
    monographVolume
    monographEdition
    parentPublicationTitleId
    precedingPublicationTitleId
    accessType
    lockedFields
    version
    publicNote
    internalNote
    authenticationNote
    temporarilyUnavailable
    coverage {
      ...Statement
    }
    coverageByGroup {
      group {
        id
        name
      }
      coverage {
        ...Statement
      }
    }
    availableFor {
      id
      name
    }
    localValues {
      field
      value
      providerValue
      differs
    }
    entitlements {
      profile {
        id
        name
      }
      active
      waiting
      updatedAt
      coverage {
        ...Statement
      }
    }
    poLines(first: 100) {
      nodes {
        id
        number
        vendor
        status
        closed
        main
      }
    }
    license {
      id
      code
      name
    }
    additionalLicenses {
      id
      code
      name
    }
  }
}
    fragment Statement on CoverageStatement {
  from
  to
  fromVolume
  fromIssue
  toVolume
  toIssue
  embargo
  kind
  text
  profiles {
    id
    name
  }
}
fragment TitleRow on Portfolio {
  id
  title
  titleId
  printIdentifier
  onlineIdentifier
  publicationType
  available
  accessible
  listedByProvider
  waiting
  review
  removedAt
  retention {
    by
  }
  localValues {
    field
  }
  collection {
    id
    name
  }
  coverage {
    text
  }
}`) as unknown as TypedDocumentString<TitleQuery, TitleQueryVariables>;
export const TitleHistoryDocument = new TypedDocumentString(`
    query TitleHistory($id: ID!, $after: String) {
  portfolio(id: $id) {
    id
    history(first: 30, after: $after) {
      nodes {
        id
        at
        action
        field
        oldValue
        newValue
        actor {
          kind
          name
        }
        job {
          id
          kind
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TitleHistoryQuery, TitleHistoryQueryVariables>;
export const TitleAsOfDocument = new TypedDocumentString(`
    query TitleAsOf($id: ID!, $day: Date!) {
  portfolio(id: $id) {
    id
    asOf(day: $day) {
      inHoldings
      accessible
      title
      titleId
      printIdentifier
      onlineIdentifier
      url
      publisherName
      coverage {
        text
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TitleAsOfQuery, TitleAsOfQueryVariables>;
export const ChangeTitleDocument = new TypedDocumentString(`
    mutation ChangeTitle($input: UpdatePortfolioInput!) {
  updatePortfolio(input: $input) {
    portfolio {
      id
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ChangeTitleMutation, ChangeTitleMutationVariables>;
export const TitlesDocument = new TypedDocumentString(`
    query Titles($after: String, $orderBy: PortfolioOrder, $filter: PortfolioFilter) {
  portfolios(first: 100, after: $after, orderBy: $orderBy, filter: $filter) {
    nodes {
      ...TitleRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment TitleRow on Portfolio {
  id
  title
  titleId
  printIdentifier
  onlineIdentifier
  publicationType
  available
  accessible
  listedByProvider
  waiting
  review
  removedAt
  retention {
    by
  }
  localValues {
    field
  }
  collection {
    id
    name
  }
  coverage {
    text
  }
}`) as unknown as TypedDocumentString<TitlesQuery, TitlesQueryVariables>;
export const TitlesFacetsDocument = new TypedDocumentString(`
    query TitlesFacets($filter: PortfolioFilter) {
  portfolios(first: 1, filter: $filter) {
    totalCount
  }
  portfolioFacets(filter: $filter) {
    collections {
      collection {
        id
        name
      }
      count
    }
    publicationTypes {
      publicationType
      count
    }
    profiles {
      profile {
        id
        name
      }
      count
    }
    licenses {
      license {
        id
        code
      }
      count
    }
    available {
      yes
      no
    }
    listedByProvider {
      yes
      no
    }
    hasPoLine {
      yes
      no
    }
    needsReview {
      yes
      no
    }
    waiting {
      yes
      no
    }
    retained {
      yes
      no
    }
    hasLocalValues {
      yes
      no
    }
  }
}
    `) as unknown as TypedDocumentString<TitlesFacetsQuery, TitlesFacetsQueryVariables>;
export const TodayDocument = new TypedDocumentString(`
    query Today {
  worklistCounts(filter: {state: OPEN}) {
    type
    open
    newest
  }
  worklist(first: 12, filter: {state: OPEN}) {
    nodes {
      id
      type
      since
      title
      summary
      version
      job {
        id
      }
      portfolio {
        id
      }
      poLine {
        portfolio {
          id
        }
      }
      assignee {
        name
      }
    }
  }
  jobs(first: 6, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes {
      ...RunRow
    }
  }
  scheduledJobs {
    id
    name
    active
    enabled
    nextRun
    scheduleText
  }
  profiles(first: 100) {
    nodes {
      id
      name
      alerts {
        code
        message
        hint
        since
      }
    }
  }
}
    fragment RunRow on Job {
  id
  kind
  state
  verdict
  mode
  trigger
  summary
  createdAt
  finishedAt
  startedBy {
    kind
    name
  }
  profiles {
    id
    name
  }
  progress {
    phase
    done
    total
  }
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<TodayQuery, TodayQueryVariables>;
export const ChangedSinceDocument = new TypedDocumentString(`
    query ChangedSince($since: DateTime!) {
  changes(first: 8, since: $since, order: NEWEST_FIRST) {
    nodes {
      id
      at
      action
      field
      title
      oldValue
      newValue
      portfolio {
        id
      }
      job {
        id
      }
      actor {
        name
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<ChangedSinceQuery, ChangedSinceQueryVariables>;
export const MarkDoneDocument = new TypedDocumentString(`
    mutation MarkDone($items: [WorklistItemRef!]!) {
  markWorklistItems(input: {items: $items, state: DONE}) {
    items {
      id
      state
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<MarkDoneMutation, MarkDoneMutationVariables>;
export const WorklistChangedDocument = new TypedDocumentString(`
    subscription WorklistChanged {
  worklistChanged {
    counts {
      type
      open
    }
  }
}
    `) as unknown as TypedDocumentString<WorklistChangedSubscription, WorklistChangedSubscriptionVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    kind
    name
    scopes
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const PickTitlesDocument = new TypedDocumentString(`
    query PickTitles($search: String!) {
  portfolios(first: 12, filter: {search: $search}) {
    nodes {
      id
      title
      printIdentifier
      onlineIdentifier
      collection {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PickTitlesQuery, PickTitlesQueryVariables>;
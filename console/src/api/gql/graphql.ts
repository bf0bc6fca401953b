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
  /** No entitlement left, but a PO line: kept, not available. `why` names the PO line. */
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
  /** A portfolio that a title of the list might be, and nothing tells which: the profile's entitlement is suspended. `why` names the reason. */
  | 'WAIT'
  /** Another profile still lists it: this profile's entitlement went. */
  | 'WITHDRAW'
  /** A row that states the other content type: not used. */
  | 'WRONG_CONTENT';

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

/** Which way a listing is sorted. */
export type OrderDirection =
  /** The lowest, earliest or first in the alphabet first. */
  | 'ASC'
  /** The highest, latest or last in the alphabet first. */
  | 'DESC';

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

/** What kind of mistake it is. */
export type UserErrorCode =
  /** The collection is activated already. */
  | 'ALREADY_ACTIVE'
  /** A value is not of the form it must have. */
  | 'BAD_USER_INPUT'
  /** A collection must be activated first. */
  | 'COLLECTION_INACTIVE'
  /** Something else is under way, or the thing was changed meanwhile. */
  | 'CONFLICT'
  /** The list came for another customer number than the profile has now. */
  | 'CUSTOMER_CHANGED'
  /** Several active profiles of which one has groups: every one must have one. */
  | 'GROUP_REQUIRED'
  /** It cannot be deleted while something refers to it. */
  | 'IN_USE'
  /** Not in this version. */
  | 'NOT_AVAILABLE'
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
  /** The state of the job, or of the profile, does not allow it. */
  | 'WRONG_STATE';

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

export type CollectionsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type CollectionsQuery = { collections: { nodes: Array<{ id: string, name: string, content: ContentType | null, active: boolean, available: boolean, autoActivateNewPortfolios: boolean, perpetualAccess: boolean, perpetualFrom: string | null, perpetualUntil: string | null, kbartUrl: string, version: number, license: { id: string, code: string } | null, communityZoneCollection: { communityZoneId: string } | null, portfolios: { totalCount: number } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ChangeCollectionMutationVariables = Exact<{
  input: UpdateCollectionInput;
}>;


export type ChangeCollectionMutation = { updateCollection: { warnings: Array<string>, collection: { id: string, version: number } | null, userErrors: Array<{ code: UserErrorCode, message: string, path: Array<string> | null }> } };

export type ProfilesQueryVariables = Exact<{ [key: string]: never; }>;


export type ProfilesQuery = { profiles: { nodes: Array<{ id: string, name: string, description: string | null, active: boolean, customerNumber: string, apiKeyFingerprint: string, apiKeySetAt: string, fileFormat: FileFormat, groups: Array<{ id: string, name: string }>, schedule: { text: string }, alerts: Array<{ code: string, message: string, hint: string }> }> } };

export type RunProfileMutationVariables = Exact<{
  id: string;
  mode: JobMode;
  key: string;
}>;


export type RunProfileMutation = { runProfile: { job: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type CountsFragment = { rows: number, titles: number, added: number, updated: number, unchanged: number, removed: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, left: number, withoutEntitlement: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> };

export type RunStateFragment = { applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, counts: { rows: number, titles: number, added: number, updated: number, unchanged: number, removed: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, left: number, withoutEntitlement: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: string, message: string } | null };

export type RunQueryVariables = Exact<{
  id: string;
}>;


export type RunQuery = { job: { reportTsv: string, reportJson: string, applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, decidedBy: { name: string | null } | null, error: { code: string, message: string, hint: string | null } | null, waitsFor: { id: string, kind: JobKind } | null, waitsBecause: { message: string, hint: string | null } | null, subject: { id: string, kind: JobKind, createdAt: string } | null, groups: Array<{ name: string }>, parts: Array<{ id: string, profileName: string, collectionName: string | null, content: ContentType | null, state: JobPartState, message: string | null, hint: string | null, kinds: Array<JobChangeKind>, file: { id: string, name: string } | null, guards: Array<{ guard: GuardName, before: number, affected: number, percent: number, message: string }>, decisions: Array<{ kind: JobChangeKind, decision: ListDecision, reason: string | null }>, counts: { added: number, updated: number, removed: number, waiting: number, kept: number } | null }>, counts: { rows: number, titles: number, added: number, updated: number, unchanged: number, removed: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, left: number, withoutEntitlement: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number } } | null };

export type RunUpdatedSubscriptionVariables = Exact<{
  id: string;
}>;


export type RunUpdatedSubscription = { jobUpdated: { applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, counts: { rows: number, titles: number, added: number, updated: number, unchanged: number, removed: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, left: number, withoutEntitlement: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: string, message: string } | null } };

export type RunChangesQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
  filter?: JobChangeFilter | null | undefined;
}>;


export type RunChangesQuery = { job: { id: string, changes: { totalCount: number, nodes: Array<{ id: string, action: ChangeAction, field: string | null, title: string, titleId: string | null, oldValue: string | null, newValue: string | null, line: number | null, portfolio: { id: string } | null, why: { reason: string | null, poLines: Array<string>, waits: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type RunFindingsQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type RunFindingsQuery = { job: { id: string, findings: { totalCount: number, nodes: Array<{ id: string, severity: FindingSeverity, code: string, line: number | null, title: string | null, column: string | null, value: string | null, message: string, hint: string | null, rule: { code: string, title: string, cause: string, cure: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ApproveRunMutationVariables = Exact<{
  input: ApproveJobInput;
}>;


export type ApproveRunMutation = { approveJob: { job: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type RejectRunMutationVariables = Exact<{
  input: RejectJobInput;
}>;


export type RejectRunMutation = { rejectJob: { job: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type CancelRunMutationVariables = Exact<{
  id: string;
}>;


export type CancelRunMutation = { cancelJob: { job: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type UndoRunMutationVariables = Exact<{
  id: string;
  mode: JobMode;
  key?: string | null | undefined;
}>;


export type UndoRunMutation = { undoJob: { job: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type RunsQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: JobFilter | null | undefined;
}>;


export type RunsQuery = { jobs: { nodes: Array<{ id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: string, message: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SchedulesQueryVariables = Exact<{ [key: string]: never; }>;


export type SchedulesQuery = { scheduledJobs: Array<{ id: string, name: string, active: boolean, enabled: boolean, scheduleText: string, nextRun: string | null, lastRun: { id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: string, message: string } | null } | null }> };

export type PauseScheduleMutationVariables = Exact<{
  id: string;
}>;


export type PauseScheduleMutation = { disableScheduledJob: { userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type ResumeScheduleMutationVariables = Exact<{
  id: string;
}>;


export type ResumeScheduleMutation = { enableScheduledJob: { userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type RunScheduleMutationVariables = Exact<{
  id: string;
  key: string;
}>;


export type RunScheduleMutation = { runScheduledJob: { job: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type SetUpQueryVariables = Exact<{ [key: string]: never; }>;


export type SetUpQuery = { settings: { multiCampusInventoryManagement: boolean }, communityZoneCollections: { nodes: Array<{ id: string, communityZoneId: string, name: string, content: ContentType, titleCount: number, collection: { id: string, active: boolean } | null }> }, inventoryGroups: { nodes: Array<{ id: string, name: string }> } };

export type TestCredentialsMutationVariables = Exact<{
  input: TestProfileConnectionInput;
}>;


export type TestCredentialsMutation = { testProfileConnection: { results: Array<{ content: ContentType, ok: boolean, code: string, message: string, hint: string | null }>, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type ActivateMutationVariables = Exact<{
  input: ActivateCollectionInput;
}>;


export type ActivateMutation = { activateCollection: { warnings: Array<string>, collection: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type CreateProfileMutationVariables = Exact<{
  input: CreateProfileInput;
}>;


export type CreateProfileMutation = { createProfile: { notices: Array<string>, profile: { id: string, version: number } | null, job: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, path: Array<string> | null }> } };

export type ChangeProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;


export type ChangeProfileMutation = { updateProfile: { notices: Array<string>, profile: { id: string, version: number } | null, job: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string, path: Array<string> | null }> } };

export type FirstRunQueryVariables = Exact<{
  id: string;
}>;


export type FirstRunQuery = { job: { applied: boolean, dueAt: string, startedAt: string | null, attempt: number, id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, error: { code: string, message: string, hint: string | null } | null, parts: Array<{ id: string, content: ContentType | null, state: JobPartState, message: string | null, hint: string | null, counts: { titles: number, added: number, free: number, invalid: number } | null }>, counts: { rows: number, titles: number, added: number, updated: number, unchanged: number, removed: number, kept: number, retained: number, withdrawn: number, free: number, invalid: number, ambiguous: number, notInCommunityZone: number, locked: number, review: number, waiting: number, stillWaiting: number, wrongContent: number, unlistedRows: number, left: number, withoutEntitlement: number, findings: { info: number, warning: number, error: number, fatal: number }, fields: Array<{ name: string, titles: number }> }, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number } } | null };

export type StatementFragment = { from: string | null, to: string | null, fromVolume: string | null, fromIssue: string | null, toVolume: string | null, toIssue: string | null, embargo: string | null, kind: CoverageKind | null, text: string, profiles: Array<{ id: string, name: string }> };

export type TitleQueryVariables = Exact<{
  id: string;
}>;


export type TitleQuery = { portfolio: { url: string | null, firstAuthor: string | null, firstEditor: string | null, publisherName: string | null, coverageDepth: string | null, notes: string | null, dateMonographPublishedPrint: string | null, dateMonographPublishedOnline: string | null, monographVolume: string | null, monographEdition: string | null, parentPublicationTitleId: string | null, precedingPublicationTitleId: string | null, accessType: string | null, lockedFields: Array<string>, version: number, publicNote: string | null, internalNote: string | null, authenticationNote: string | null, temporarilyUnavailable: string | null, id: string, title: string, titleId: string | null, printIdentifier: string | null, onlineIdentifier: string | null, publicationType: PublicationType | null, available: boolean, accessible: boolean, listedByProvider: boolean, waiting: boolean, review: ReviewReason | null, removedAt: string | null, coverage: Array<{ text: string, from: string | null, to: string | null, fromVolume: string | null, fromIssue: string | null, toVolume: string | null, toIssue: string | null, embargo: string | null, kind: CoverageKind | null, profiles: Array<{ id: string, name: string }> }>, coverageByGroup: Array<{ group: { id: string, name: string }, coverage: Array<{ from: string | null, to: string | null, fromVolume: string | null, fromIssue: string | null, toVolume: string | null, toIssue: string | null, embargo: string | null, kind: CoverageKind | null, text: string, profiles: Array<{ id: string, name: string }> }> }>, availableFor: Array<{ id: string, name: string }>, localValues: Array<{ field: string, value: string, providerValue: string | null, differs: boolean | null }>, entitlements: Array<{ active: boolean, waiting: WaitingReason | null, updatedAt: string, profile: { id: string, name: string } | null, coverage: Array<{ from: string | null, to: string | null, fromVolume: string | null, fromIssue: string | null, toVolume: string | null, toIssue: string | null, embargo: string | null, kind: CoverageKind | null, text: string, profiles: Array<{ id: string, name: string }> }> }>, poLines: Array<{ id: string, number: string, vendor: string | null, status: string | null, closed: boolean, main: boolean }>, license: { id: string, code: string, name: string | null } | null, additionalLicenses: Array<{ id: string, code: string, name: string | null }>, retention: { by: RetentionMark } | null, collection: { id: string, name: string } } | null };

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


export type ChangeTitleMutation = { updatePortfolio: { portfolio: { id: string, version: number } | null, userErrors: Array<{ code: UserErrorCode, message: string, path: Array<string> | null }> } };

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

export type RunRowFragment = { id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: string, message: string } | null };

export type TodayQueryVariables = Exact<{ [key: string]: never; }>;


export type TodayQuery = { worklistCounts: Array<{ type: WorklistItemType, open: number, newest: string | null }>, worklist: { nodes: Array<{ id: string, type: WorklistItemType, since: string | null, title: string, summary: string, version: number, job: { id: string } | null, portfolio: { id: string } | null, poLine: { portfolio: { id: string } | null } | null, assignee: { id: string, name: string } | null }> }, jobs: { nodes: Array<{ id: string, kind: JobKind, state: JobState, verdict: JobVerdict | null, mode: JobMode, trigger: JobTrigger, summary: string | null, createdAt: string, finishedAt: string | null, startedBy: { kind: ActorKind, name: string | null } | null, profiles: Array<{ id: string, name: string }>, progress: { phase: string | null, done: number, total: number }, error: { code: string, message: string } | null }> }, scheduledJobs: Array<{ id: string, name: string, active: boolean, enabled: boolean, nextRun: string | null, scheduleText: string }>, profiles: { nodes: Array<{ id: string, name: string, alerts: Array<{ code: string, message: string, hint: string, since: string }> }> } };

export type ChangedSinceQueryVariables = Exact<{
  since: string;
}>;


export type ChangedSinceQuery = { changes: { nodes: Array<{ id: string, at: string, action: ChangeAction, field: string | null, title: string, oldValue: string | null, newValue: string | null, portfolio: { id: string } | null, job: { id: string } | null, actor: { name: string | null } | null }>, pageInfo: { hasNextPage: boolean } } };

export type MarkDoneMutationVariables = Exact<{
  items: Array<WorklistItemRef> | WorklistItemRef;
}>;


export type MarkDoneMutation = { markWorklistItems: { items: Array<{ id: string, state: WorklistState }> | null, userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type WorklistChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WorklistChangedSubscription = { worklistChanged: { counts: Array<{ type: WorklistItemType, open: number }> } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { kind: ActorKind, name: string | null, scopes: Array<AccessScope> } };

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
  rows
  titles
  added
  updated
  unchanged
  removed
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
  left
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
  rows
  titles
  added
  updated
  unchanged
  removed
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
  left
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
        waiting
        kept
      }
    }
  }
}
    fragment Counts on JobCounts {
  rows
  titles
  added
  updated
  unchanged
  removed
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
  left
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
  rows
  titles
  added
  updated
  unchanged
  removed
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
  left
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
        why {
          reason
          poLines
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
        titles
        added
        free
        invalid
      }
    }
  }
}
    fragment Counts on JobCounts {
  rows
  titles
  added
  updated
  unchanged
  removed
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
  left
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
    poLines {
      id
      number
      vendor
      status
      closed
      main
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
        id
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
/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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

/** What a list is asked of the provider for. */
export type ContentType =
  /** Books: monographs. */
  | 'BOOKS'
  /** Journals: serials. */
  | 'JOURNALS';

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

/** Whether a job writes. */
export type JobMode =
  /** It does its work. */
  | 'APPLY'
  /** It shows what it would do and writes nothing. */
  | 'PREVIEW';

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

export type ActivateMutationVariables = Exact<{
  communityZoneId: string;
}>;


export type ActivateMutation = { activateCollection: { collection: { id: string, name: string, active: boolean } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> | null }> } };

export type AddProfileMutationVariables = Exact<{
  customerNumber: string;
  apiKey: string;
}>;


export type AddProfileMutation = { createProfile: { profile: { id: string, apiKeyFingerprint: string } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> | null }> } };

export type RunMutationVariables = Exact<{
  profileId: string;
  mode: JobMode;
  key: string;
}>;


export type RunMutation = { runProfile: { job: { id: string, state: JobState } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> | null }> } };

export type ProgressQueryVariables = Exact<{
  id: string;
}>;


export type ProgressQuery = { job: { state: JobState, verdict: JobVerdict | null, summary: string | null, progress: { phase: string | null, done: number, total: number }, error: { code: OutcomeCode, message: string, hint: string | null } | null } | null };

export type ReportQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type ReportQuery = { job: { reportTsv: string, counts:
      | { added: number }
      | { added: number }
      | { titles: number, free: number, statements: number, added: number }
      | { added: number }
    , parts: Array<{ content: ContentType | null, state: JobPartState, message: string | null }>, changes: { totalCount: number, nodes: Array<
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
        | { id: string, action: ChangeAction, title: string, field: string | null, oldValue: string | null, newValue: string | null }
      >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type LiveSubscriptionVariables = Exact<{
  id: string;
}>;


export type LiveSubscription = { jobUpdated: { state: JobState, verdict: JobVerdict | null, summary: string | null, progress: { phase: string | null, done: number, total: number }, error: { code: OutcomeCode, message: string, hint: string | null } | null } };

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

export const ActivateDocument = new TypedDocumentString(`
    mutation Activate($communityZoneId: String!) {
  activateCollection(
    input: {communityZoneId: $communityZoneId, activationType: MANUAL}
  ) {
    collection {
      id
      name
      active
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ActivateMutation, ActivateMutationVariables>;
export const AddProfileDocument = new TypedDocumentString(`
    mutation AddProfile($customerNumber: String!, $apiKey: String!) {
  createProfile(
    input: {description: "OUP", customerNumber: $customerNumber, apiKey: $apiKey, active: true}
  ) {
    profile {
      id
      apiKeyFingerprint
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<AddProfileMutation, AddProfileMutationVariables>;
export const RunDocument = new TypedDocumentString(`
    mutation Run($profileId: ID!, $mode: JobMode!, $key: String!) {
  runProfile(input: {profileId: $profileId, mode: $mode, idempotencyKey: $key}) {
    job {
      id
      state
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<RunMutation, RunMutationVariables>;
export const ProgressDocument = new TypedDocumentString(`
    query Progress($id: ID!) {
  job(id: $id) {
    state
    verdict
    summary
    progress {
      phase
      done
      total
    }
    error {
      code
      message
      hint
    }
  }
}
    `) as unknown as TypedDocumentString<ProgressQuery, ProgressQueryVariables>;
export const ReportDocument = new TypedDocumentString(`
    query Report($id: ID!, $after: String) {
  job(id: $id) {
    counts {
      added
      ... on ListCounts {
        titles
        free
        statements
      }
    }
    parts {
      content
      state
      message
    }
    reportTsv
    changes(first: 500, after: $after) {
      totalCount
      nodes {
        id
        action
        title
        field
        oldValue
        newValue
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ReportQuery, ReportQueryVariables>;
export const LiveDocument = new TypedDocumentString(`
    subscription Live($id: ID!) {
  jobUpdated(id: $id) {
    state
    verdict
    summary
    progress {
      phase
      done
      total
    }
    error {
      code
      message
      hint
    }
  }
}
    `) as unknown as TypedDocumentString<LiveSubscription, LiveSubscriptionVariables>;
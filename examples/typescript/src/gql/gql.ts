/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation Activate($communityZoneId: String!) {\n  activateCollection(\n    input: {communityZoneId: $communityZoneId, activationType: MANUAL}\n  ) {\n    collection {\n      id\n      name\n      active\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nmutation AddProfile($customerNumber: String!, $apiKey: String!) {\n  createProfile(\n    input: {description: \"OUP\", customerNumber: $customerNumber, apiKey: $apiKey, active: true}\n  ) {\n    profile {\n      id\n      apiKeyFingerprint\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nmutation Run($profileId: ID!, $mode: JobMode!, $key: String!) {\n  runProfile(input: {profileId: $profileId, mode: $mode, idempotencyKey: $key}) {\n    job {\n      id\n      state\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nquery Progress($id: ID!) {\n  job(id: $id) {\n    state\n    verdict\n    summary\n    progress {\n      phase\n      done\n      total\n    }\n    error {\n      code\n      message\n      hint\n    }\n  }\n}\n\nquery Report($id: ID!, $after: String) {\n  job(id: $id) {\n    counts {\n      added\n      ... on ListCounts {\n        titles\n        free\n        statements\n      }\n    }\n    parts {\n      content\n      state\n      message\n    }\n    reportTsv\n    changes(first: 500, after: $after) {\n      totalCount\n      nodes {\n        id\n        action\n        title\n        field\n        oldValue\n        newValue\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": typeof types.ActivateDocument,
    "subscription Live($id: ID!) {\n  jobUpdated(id: $id) {\n    state\n    verdict\n    summary\n    progress {\n      phase\n      done\n      total\n    }\n    error {\n      code\n      message\n      hint\n    }\n  }\n}": typeof types.LiveDocument,
};
const documents: Documents = {
    "mutation Activate($communityZoneId: String!) {\n  activateCollection(\n    input: {communityZoneId: $communityZoneId, activationType: MANUAL}\n  ) {\n    collection {\n      id\n      name\n      active\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nmutation AddProfile($customerNumber: String!, $apiKey: String!) {\n  createProfile(\n    input: {description: \"OUP\", customerNumber: $customerNumber, apiKey: $apiKey, active: true}\n  ) {\n    profile {\n      id\n      apiKeyFingerprint\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nmutation Run($profileId: ID!, $mode: JobMode!, $key: String!) {\n  runProfile(input: {profileId: $profileId, mode: $mode, idempotencyKey: $key}) {\n    job {\n      id\n      state\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nquery Progress($id: ID!) {\n  job(id: $id) {\n    state\n    verdict\n    summary\n    progress {\n      phase\n      done\n      total\n    }\n    error {\n      code\n      message\n      hint\n    }\n  }\n}\n\nquery Report($id: ID!, $after: String) {\n  job(id: $id) {\n    counts {\n      added\n      ... on ListCounts {\n        titles\n        free\n        statements\n      }\n    }\n    parts {\n      content\n      state\n      message\n    }\n    reportTsv\n    changes(first: 500, after: $after) {\n      totalCount\n      nodes {\n        id\n        action\n        title\n        field\n        oldValue\n        newValue\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": types.ActivateDocument,
    "subscription Live($id: ID!) {\n  jobUpdated(id: $id) {\n    state\n    verdict\n    summary\n    progress {\n      phase\n      done\n      total\n    }\n    error {\n      code\n      message\n      hint\n    }\n  }\n}": types.LiveDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Activate($communityZoneId: String!) {\n  activateCollection(\n    input: {communityZoneId: $communityZoneId, activationType: MANUAL}\n  ) {\n    collection {\n      id\n      name\n      active\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nmutation AddProfile($customerNumber: String!, $apiKey: String!) {\n  createProfile(\n    input: {description: \"OUP\", customerNumber: $customerNumber, apiKey: $apiKey, active: true}\n  ) {\n    profile {\n      id\n      apiKeyFingerprint\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nmutation Run($profileId: ID!, $mode: JobMode!, $key: String!) {\n  runProfile(input: {profileId: $profileId, mode: $mode, idempotencyKey: $key}) {\n    job {\n      id\n      state\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}\n\nquery Progress($id: ID!) {\n  job(id: $id) {\n    state\n    verdict\n    summary\n    progress {\n      phase\n      done\n      total\n    }\n    error {\n      code\n      message\n      hint\n    }\n  }\n}\n\nquery Report($id: ID!, $after: String) {\n  job(id: $id) {\n    counts {\n      added\n      ... on ListCounts {\n        titles\n        free\n        statements\n      }\n    }\n    parts {\n      content\n      state\n      message\n    }\n    reportTsv\n    changes(first: 500, after: $after) {\n      totalCount\n      nodes {\n        id\n        action\n        title\n        field\n        oldValue\n        newValue\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"): typeof import('./graphql.js').ActivateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription Live($id: ID!) {\n  jobUpdated(id: $id) {\n    state\n    verdict\n    summary\n    progress {\n      phase\n      done\n      total\n    }\n    error {\n      code\n      message\n      hint\n    }\n  }\n}"): typeof import('./graphql.js').LiveDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

import graphql from '@graphql-eslint/eslint-plugin';

// The style of the schema: all rules that graphql-eslint has for schemas and for Relay. What is switched off says why.
export default [
  {
    files: ['**/*.graphqls'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema.graphqls' } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-all'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // Fields stand in the order in which a reader needs them, and types beside those that they belong to.
      '@graphql-eslint/alphabetize': 'off',
      // All but operations, arguments included.
      '@graphql-eslint/require-description': [
        'error',
        { types: true, DirectiveDefinition: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true },
      ],
      // One line where it fits, more where it does not.
      '@graphql-eslint/description-style': 'off',
      // Query, Mutation and Subscription are what the API consists of.
      '@graphql-eslint/no-root-type': 'off',
      // A client asks again for what it wants to know again: a query inside a mutation would be a second way.
      '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',
      // Lists at the root never fail in part: where the database is gone nothing of the answer would be of use.
      '@graphql-eslint/require-nullable-result-in-root': 'off',
      // What is no node (connections, payloads, values) has no id.
      '@graphql-eslint/strict-id-in-types': 'off',
      // Short lists, such as the statements of a coverage, are lists. Changes and items of the worklist are read where they stand.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: true }],
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          Argument: 'camelCase',
          DirectiveDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
          'FieldDefinition[parent.name.value=Query]': { forbiddenPrefixes: ['query', 'get'], forbiddenSuffixes: ['Query'] },
          'FieldDefinition[parent.name.value=Mutation]': { forbiddenPrefixes: ['mutation'], forbiddenSuffixes: ['Mutation'] },
          'FieldDefinition[parent.name.value=Subscription]': { forbiddenPrefixes: ['subscription'], forbiddenSuffixes: ['Subscription'] },
        },
      ],
    },
  },
];

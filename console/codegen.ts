import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema.graphqls',
  documents: ['src/**/*.graphql'],
  generates: {
    'src/api/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
      config: {
        documentMode: 'string', // operations are sent as they are, so the browser needs no parser
        onlyOperationTypes: true, // the schema has hundreds of types; these are the ones that the operations need
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true, // a scalar that is new in the schema has to be named here
        scalars: { ID: 'string', DateTime: 'string', Int64: 'number', Date: 'string', URL: 'string' },
      },
    },
  },
};

export default config;

// Starts GraphiQL on this server's API, with a first query to try.
const socket = location.protocol.replace('http', 'ws') + '//' + location.host + '/graphql';
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: '/graphql', wsClient: graphqlWs.createClient({ url: socket }) }),
    defaultQuery: `# The electronic collections that can be activated, and the newest jobs.
{
  communityZoneCollections { nodes { communityZoneId name collection { id active } } }
  jobs(first: 5) { nodes { id kind state verdict summary } }
}
`,
  }),
);

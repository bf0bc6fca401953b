import { useState } from 'react';
import { Form } from 'react-aria-components';
import { CreateTokenDocument, RevokeTokenDocument, TokensDocument, type AccessScope, type TokensQuery } from '../api/gql/graphql';
import { useChange, usePages } from '../api/queries';
import { Confirmed } from '../ui/confirmed';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/fields';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Problem, SaveOrCancel, Until, UserErrors } from '../ui/parts';
import { Scopes } from '../ui/scopes';
import { useSpoken } from '../words/locale';
import { SettingsPages } from './settings';

type Token = TokensQuery['accessTokens']['nodes'][number];

/** By what programs come in. */
export function Tokens() {
  const { words } = useSpoken();
  const pages = usePages(TokensDocument, {}, (answer) => answer.accessTokens);
  const tokens = pages.data?.pages.flatMap((page) => page.accessTokens.nodes) ?? [];
  return (
    <Page
      heading={words.settings.tokens}
      aside={
        <Dialog button={<Button kind="main">{words.settings.newToken}</Button>} heading={words.settings.newToken}>
          {(close) => <NewToken close={close} />}
        </Dialog>
      }
    >
      <SettingsPages />
      <Until answer={pages} />
      {pages.data && tokens.length === 0 && <Empty hint={words.settings.noTokensHint}>{words.settings.noTokens}</Empty>}
      <ul className="items">
        {tokens.map((token) => (
          <One key={token.id} token={token} />
        ))}
      </ul>
      {pages.hasNextPage && <Button onPress={() => void pages.fetchNextPage()}>{words.more}</Button>}
    </Page>
  );
}

function One({ token }: { token: Token }) {
  const { words, format } = useSpoken();
  const revoke = useChange(RevokeTokenDocument);
  const over = token.expiresAt && Date.parse(token.expiresAt) < Date.now();
  return (
    <li>
      <div className="what">
        <strong>{token.name}</strong> <code>{token.start}…</code>
        <p>{token.scopes.map((scope) => words.settings.scope[scope]).join(', ')}</p>
        <p>
          {[
            words.settings.madeBy(token.createdBy, format.moment(token.createdAt)),
            token.expiresAt && words.settings.ends(format.moment(token.expiresAt)),
            token.usedAt ? words.settings.used(format.ago(token.usedAt)) : words.settings.neverUsed,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <UserErrors errors={revoke.data?.answer.userErrors} />
        {revoke.error && <Problem error={revoke.error} />}
      </div>
      {token.revokedAt ? (
        <Badge tone="bad">{words.settings.revoked}</Badge>
      ) : over ? (
        <Badge>{words.title.ended}</Badge>
      ) : (
        <Confirmed
          label={words.settings.revoke}
          of={token.name}
          question={words.settings.revokeToken(token.name)}
          isDisabled={revoke.isPending}
          onConfirm={() => revoke.mutate({ id: token.id })}
        />
      )}
    </li>
  );
}

/** The secret is shown once, here, and kept nowhere. */
function NewToken({ close }: { close: () => void }) {
  const { words } = useSpoken();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<AccessScope[]>(['READ']);
  const [day, setDay] = useState('');
  const create = useChange(CreateTokenDocument);
  const secret = create.data?.createAccessToken.secret;
  if (secret) {
    return (
      <div className="form">
        <p className="note" role="alert">
          {words.settings.secretHint}
        </p>
        <Field label={words.settings.secret} value={secret} isReadOnly autoFocus />
        <div className="buttons">
          <Button kind="main" onPress={close}>
            {words.close}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ input: { name, scopes, expiresAt: day ? `${day}T00:00:00Z` : null } });
      }}
    >
      <UserErrors errors={create.data?.createAccessToken.userErrors} />
      {create.error && <Problem error={create.error} />}
      <Field label={words.settings.tokenName} isRequired value={name} onChange={setName} />
      <Scopes value={scopes} onChange={setScopes} />
      <Field label={words.settings.endsOn} hint={words.settings.endsOnHint} type="date" value={day} onChange={setDay} />
      <div className="buttons">
        <SaveOrCancel busy={create.isPending} close={close} />
      </div>
    </Form>
  );
}

import { Link, useNavigate } from '@tanstack/react-router';
import { ProfilesDocument, RunProfileDocument, type ProfilesQuery } from '../api/gql/graphql';
import { useAnswer, useChange } from '../api/queries';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Facts, Problem, Section, Until, UserErrors } from '../ui/parts';
import { useSpoken } from '../words/locale';

/** What is fetched, for whom, and when. */
export function Profiles() {
  const { words } = useSpoken();
  const { data, error, isPending, refetch } = useAnswer(ProfilesDocument, {});
  return (
    <Page
      heading={words.profiles.heading}
      aside={
        <Link className="button" to="/console/setup">
          {words.profiles.add}
        </Link>
      }
    >
      <Until answer={{ error, isPending, refetch }} />
      {data?.profiles.nodes.length === 0 && <Empty>{words.profiles.none}</Empty>}
      {data?.profiles.nodes.map((profile) => <Profile key={profile.id} profile={profile} />)}
    </Page>
  );
}

function Profile({ profile }: { profile: ProfilesQuery['profiles']['nodes'][number] }) {
  const { words, format } = useSpoken();
  const navigate = useNavigate();
  const run = useChange(RunProfileDocument);
  const start = (mode: 'PREVIEW' | 'APPLY') =>
    run.mutate(
      { id: profile.id, mode, key: crypto.randomUUID() },
      {
        onSuccess: ({ runProfile }) => {
          if (runProfile.job) void navigate({ to: '/console/runs/$id', params: { id: runProfile.job.id } });
        },
      },
    );
  return (
    <Section
      heading={profile.name}
      aside={
        <div className="buttons">
          <Badge tone={profile.active ? 'good' : 'plain'}>{profile.active ? words.profiles.active : words.profiles.inactive}</Badge>
          <Button aria-label={words.profiles.previewOf(profile.name)} isDisabled={run.isPending} onPress={() => start('PREVIEW')}>
            {words.profiles.preview}
          </Button>
          <Button kind="main" aria-label={words.profiles.runOf(profile.name)} isDisabled={run.isPending || !profile.active} onPress={() => start('APPLY')}>
            {words.profiles.run}
          </Button>
        </div>
      }
    >
      <p>{profile.description}</p>
      <Facts
        rows={[
          [words.profiles.customerNumber, profile.customerNumber],
          [words.profiles.schedule, profile.schedule.text],
          [words.profiles.groups, profile.groups.map((group) => group.name).join(', ')],
        ]}
      />
      <small>{words.profiles.key(profile.apiKeyFingerprint, format.day(profile.apiKeySetAt))}</small>
      {profile.alerts.map((alert) => (
        <p className="note" key={alert.code + alert.message}>
          {alert.message} {alert.hint}
        </p>
      ))}
      <Link to="/console/runs" search={{ profile: profile.id }}>
        {words.profiles.lastRuns}
      </Link>
      <UserErrors errors={run.data?.runProfile.userErrors} />
      {run.error && <Problem error={run.error} />}
    </Section>
  );
}

package holdingstest

import (
	"context"
	"testing"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

const (
	BooksZone    = "61707906870000041"
	JournalsZone = "61563711870000041"
)

func ZoneSeeds() []collections.CommunityZoneSeed {
	return []collections.CommunityZoneSeed{
		{CZID: BooksZone, Name: "Oxford University Press Books Autoholdings Collection", Provider: "Oxford University Press", Content: "BOOKS"},
		{
			CZID: JournalsZone, Name: "Oxford University Press Journals Autoholdings Collection", Provider: "Oxford University Press",
			Content: "JOURNALS",
		},
	}
}

// PortfolioID finds a portfolio by its title_id, hidden ones too.
func (b *Bundle) PortfolioID(titleID string) int64 {
	b.T.Helper()
	return b.Store.Read.Portfolio.Query().Where(portfolio.TitleID(titleID)).OnlyIDX(b.T.Context())
}

// AddPOLine makes a PO line of a portfolio, "" for none.
func (b *Bundle) AddPOLine(number, titleID string, main ...bool) *ent.POLine {
	b.T.Helper()
	in := acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: &number}}
	if titleID != "" {
		in.PortfolioID = new(b.PortfolioID(titleID))
	}
	if len(main) > 0 {
		in.Main = &main[0]
	}
	row, err := b.Acquisitions.CreatePOLine(b.T.Context(), in)
	b.Must(err)
	return row
}

// NewWithoutProfiles is a database as it is when it is made: no profile, one campus; and a collection to sync.
func NewWithoutProfiles(t *testing.T) *Bundle {
	t.Helper()
	b := Open(t)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Collection.Create().SetID(CollectionID).SetCreatedAt(1).SetUpdatedAt(1).SetName("journals").SetNameKey("journals").Exec(ctx)
	})
	return b
}

// NewWithCampuses is a database with several campuses and the inventory groups Law and Medicine.
func NewWithCampuses(t *testing.T) (b *Bundle, law, medicine int64) {
	t.Helper()
	b = NewWithoutProfiles(t)
	b.UpdateSettings(profiles.SettingsChange{MultiCampus: new(true)})
	return b, b.CreateGroup("Law"), b.CreateGroup("Medicine")
}

func (b *Bundle) UpdateSettings(in profiles.SettingsChange) *ent.Setting {
	b.T.Helper()
	settings, err := b.Profiles.UpdateSettings(b.T.Context(), in)
	b.Must(err)
	return settings
}

func (b *Bundle) CreateGroup(name string) int64 {
	b.T.Helper()
	group, err := b.Profiles.CreateInventoryGroup(b.T.Context(), name, "")
	b.Must(err)
	return group.ID
}

// ProfileInput is what makes a good profile.
func ProfileInput(description string, active bool, groups ...int64) profiles.ProfileInput {
	key := secret.NewKey("demo-key")
	in := profiles.ProfileInput{Description: &description, CustomerNumber: new("demo"), APIKey: &key, Active: &active}
	if len(groups) > 0 {
		in.GroupIDs = &groups
	}
	return in
}

func (b *Bundle) CreateProfile(in profiles.ProfileInput) (p *ent.Profile, notices []string) {
	b.T.Helper()
	p, notices, err := b.Profiles.CreateProfile(b.T.Context(), in, nil)
	b.Must(err)
	return p, notices
}

// CreateLocal makes local collections, by name.
func (b *Bundle) CreateLocal(names ...string) (ids []int64) {
	b.T.Helper()
	for _, name := range names {
		c, err := b.Collections.CreateCollection(b.T.Context(), collections.NewCollection{Name: name, Active: true, Available: true})
		b.Must(err)
		ids = append(ids, c.ID)
	}
	return ids
}

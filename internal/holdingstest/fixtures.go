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

// Numbers of the Community Zone collections of ZoneSeeds.
const (
	BooksZone    = "61707906870000041"
	JournalsZone = "61563711870000041"
)

// ZoneSeeds are two collections of the Community Zone, one of books and one of journals.
func ZoneSeeds() []collections.CommunityZoneSeed {
	return []collections.CommunityZoneSeed{
		{CZID: BooksZone, Name: "Oxford University Press Books Autoholdings Collection", Provider: "Oxford University Press", Content: "BOOKS"},
		{
			CZID: JournalsZone, Name: "Oxford University Press Journals Autoholdings Collection", Provider: "Oxford University Press",
			Content: "JOURNALS",
		},
	}
}

// PortfolioID finds a portfolio by its title_id, even a hidden one.
func (b *Bundle) PortfolioID(titleID string) int64 {
	b.T.Helper()
	return b.Store.Read.Portfolio.Query().Where(portfolio.TitleID(titleID)).OnlyIDX(b.T.Context())
}

// AddPOLine creates a PO line. titleID says which portfolio it is attached to; "" means none.
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

// NewWithoutProfiles opens a new database with no profile, one campus and the collection CollectionID.
func NewWithoutProfiles(t *testing.T) *Bundle {
	t.Helper()
	b := Open(t)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Collection.Create().SetID(CollectionID).SetCreatedAt(1).SetUpdatedAt(1).SetName("journals").SetNameKey("journals").Exec(ctx)
	})
	return b
}

// NewWithCampuses opens a new database with several campuses and the inventory groups Law and Medicine.
func NewWithCampuses(t *testing.T) (b *Bundle, law, medicine int64) {
	t.Helper()
	b = NewWithoutProfiles(t)
	b.UpdateSettings(profiles.SettingsChange{MultiCampus: new(true)})
	return b, b.CreateGroup("Law"), b.CreateGroup("Medicine")
}

// UpdateSettings changes the settings. It ends the test if it is refused.
func (b *Bundle) UpdateSettings(in profiles.SettingsChange) *ent.Setting {
	b.T.Helper()
	settings, err := b.Profiles.UpdateSettings(b.T.Context(), in)
	b.Must(err)
	return settings
}

// CreateGroup creates an inventory group and returns its id.
func (b *Bundle) CreateGroup(name string) int64 {
	b.T.Helper()
	group, err := b.Profiles.CreateInventoryGroup(b.T.Context(), name, "")
	b.Must(err)
	return group.ID
}

// ProfileInput is the input for a valid profile.
func ProfileInput(description string, active bool, groups ...int64) profiles.ProfileInput {
	key := secret.NewKey("demo-key")
	in := profiles.ProfileInput{Description: &description, CustomerNumber: new("demo"), APIKey: &key, Active: &active}
	if len(groups) > 0 {
		in.GroupIDs = &groups
	}
	return in
}

// CreateProfile creates a profile. It ends the test if it is refused.
func (b *Bundle) CreateProfile(in profiles.ProfileInput) (p *ent.Profile, notices []string) {
	b.T.Helper()
	p, notices, err := b.Profiles.CreateProfile(b.T.Context(), in, nil)
	b.Must(err)
	return p, notices
}

// CreateLocal creates local collections with these names and returns their ids.
func (b *Bundle) CreateLocal(names ...string) (ids []int64) {
	b.T.Helper()
	for _, name := range names {
		c, err := b.Collections.CreateCollection(b.T.Context(), collections.NewCollection{Name: name, Active: true, Available: true})
		b.Must(err)
		ids = append(ids, c.ID)
	}
	return ids
}

package holdings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// ZoneTitles selects titles that the Community Zone has for a collection: all of them or, if AddedBy is not 0, those
// that this job added or brought back.
type ZoneTitles struct{ CollectionID, AddedBy int64 }

// query selects the titles with a client; it is nil if the collection is local.
func (z ZoneTitles) query(ctx context.Context, client *ent.Client) (*ent.CommunityZoneTitleQuery, error) {
	c, err := client.Collection.Query().Where(collection.ID(z.CollectionID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collection of Community Zone titles: %w", err)
	}
	if c.CommunityZoneCollectionID == nil {
		return nil, nil
	}
	q := client.CommunityZoneTitle.Query().
		Where(communityzonetitle.CommunityZoneCollectionID(*c.CommunityZoneCollectionID), communityzonetitle.RemovedAtIsNil())
	if z.AddedBy != 0 {
		q.Where(communityzonetitle.AddedByJobID(z.AddedBy))
	}
	return q, nil
}

// Any says whether there are any such titles.
func (z ZoneTitles) Any(ctx context.Context, tx *store.Tx) (bool, error) {
	q, err := z.query(ctx, tx.Client)
	if q == nil || err != nil {
		return false, err
	}
	return q.Exist(ctx)
}

// zoneTitlesAtOnce is how many titles are read in one statement.
const zoneTitlesAtOnce = 2000

// WriteZoneTitles writes titles of the Community Zone as a KBART Phase II list, in the order of their ids, and returns
// how many there were. It streams: a list of any size takes little memory.
func (s *Service) WriteZoneTitles(ctx context.Context, titles ZoneTitles, w io.Writer) (n int, err error) {
	out := kbart.NewWriter(w, kbart.WriterOptions{})
	e := exporter{out: out}
	for last := int64(0); ; {
		q, err := titles.query(ctx, s.store.Read)
		if q == nil || err != nil {
			return n, errors.Join(err, out.Flush())
		}
		page, err := q.Where(communityzonetitle.IDGT(last)).Order(communityzonetitle.ByID()).Limit(zoneTitlesAtOnce).All(ctx)
		if err != nil {
			return n, fmt.Errorf("read the titles of the Community Zone: %w", err)
		}
		for _, title := range page {
			if err := e.addZoneTitle(title); err != nil {
				return n, err
			}
		}
		if n += len(page); len(page) < zoneTitlesAtOnce {
			return n, out.Flush()
		}
		last = page[len(page)-1].ID
	}
}

func (e *exporter) addZoneTitle(t *ent.CommunityZoneTitle) error {
	e.current = exported{id: t.ID, values: [...]string{
		t.PublicationTitle, t.PrintIdentifier, t.OnlineIdentifier, t.TitleURL, t.FirstAuthor, t.TitleID, t.CoverageDepth, t.Notes,
		t.PublisherName, t.PublicationType, t.DateMonographPublishedPrint, t.DateMonographPublishedOnline, t.MonographVolume,
		t.MonographEdition, t.FirstEditor, t.ParentPublicationTitleID, t.PrecedingPublicationTitleID, t.AccessType,
	}}
	if t.Coverage != "" {
		var statements []plan.Statement // a new slice: a field that the JSON leaves out would otherwise keep the previous title's value
		if err := json.Unmarshal([]byte(t.Coverage), &statements); err != nil {
			return fmt.Errorf("read the coverage of %q in the Community Zone: %w", t.PublicationTitle, err)
		}
		e.statements = append(e.statements, statements...)
	}
	return e.flush()
}

package holdings

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/pairingdecision"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Pairing is what a person decides about a title, as lists name it, and a portfolio.
type Pairing struct {
	CollectionID int64
	PortfolioID  int64
	Parted       bool // the title is not this portfolio; otherwise it is

	TitleID string   `json:"titleKey"`
	Keys    []string // the title's identifiers, as kbart.IdentifierKey gives them
	plan.Citation
}

// PairingOf is a decision about a portfolio and the title that another one, or itself, was listed for last.
func PairingOf(portfolioID int64, parted bool, listedFor *ent.Portfolio) Pairing {
	keys := append([]string{listedFor.PrintKey, listedFor.OnlineKey}, strings.Fields(listedFor.MoreKeys)...)
	keys = slices.DeleteFunc(keys, func(key string) bool { return key == "" })
	slices.Sort(keys)
	return Pairing{
		CollectionID: listedFor.CollectionID, PortfolioID: portfolioID, Parted: parted, TitleID: kbart.TitleIDKey(listedFor.TitleID),
		Keys: slices.Compact(keys), Citation: plan.Citation{
			Title: listedFor.PublicationTitle, TitleID: listedFor.TitleID, PrintIdentifier: listedFor.PrintIdentifier,
			OnlineIdentifier: listedFor.OnlineIdentifier,
		},
	}
}

// SameTitle reports whether two decisions are about one title.
func (p *Pairing) SameTitle(o *Pairing) bool {
	switch {
	case p.TitleID != o.TitleID:
		return false
	case p.TitleID != "" && (len(p.Keys) == 0 || len(o.Keys) == 0):
		return true
	default:
		return slices.ContainsFunc(p.Keys, func(key string) bool { return slices.Contains(o.Keys, key) })
	}
}

func pairingOfRow(row *ent.PairingDecision) Pairing {
	return Pairing{
		CollectionID: row.CollectionID, PortfolioID: row.PortfolioID, Parted: row.Parted, TitleID: kbart.TitleIDKey(row.TitleID),
		Keys: strings.Fields(row.Keys), Citation: plan.Citation{
			Title: row.Title, TitleID: row.TitleID, PrintIdentifier: row.PrintIdentifier, OnlineIdentifier: row.OnlineIdentifier,
		},
	}
}

// replaces reports whether a decision takes the place of another one: the title was paired with something, or parted from what
// it is paired with now.
func (p *Pairing) replaces(o *Pairing) bool {
	return p.SameTitle(o) && (o.PortfolioID == p.PortfolioID || !o.Parted && !p.Parted)
}

// pairingsAtOnce is how many decisions one statement stores.
const pairingsAtOnce = 500

// KeepPairings stores decisions, in the transaction in which a job begins to carry them out. What they replace no longer holds.
func (s *Service) KeepPairings(ctx context.Context, tx *store.Tx, by access.Principal, jobID int64, decisions []Pairing) error {
	known, err := pairingsByKey(ctx, tx, decisions)
	if err != nil {
		return err
	}
	var over []int64
	rows := make([]*ent.PairingDecisionCreate, len(decisions))
	for i, d := range decisions {
		for _, key := range d.lookups() {
			for _, row := range known[key] {
				if before := pairingOfRow(row); d.replaces(&before) {
					over = append(over, row.ID)
				}
			}
		}
		rows[i] = tx.PairingDecision.Create().SetID(s.store.NextID()).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).
			SetCollectionID(d.CollectionID).SetPortfolioID(d.PortfolioID).SetParted(d.Parted).SetTitleID(d.Citation.TitleID).
			SetKeys(strings.Join(d.Keys, " ")).SetTitle(d.Title).SetPrintIdentifier(d.PrintIdentifier).SetOnlineIdentifier(d.OnlineIdentifier).
			SetJobID(jobID).SetActorKind(string(by.Kind)).SetActorID(by.ID).SetActorName(by.Name)
	}
	for chunk := range slices.Chunk(over, store.IDsAtOnce) {
		if err := tx.PairingDecision.Update().Where(pairingdecision.IDIn(chunk...)).SetEndedAt(tx.Now).SetEndedJobID(jobID).
			SetUpdatedAt(tx.Now).Exec(ctx); err != nil {
			return fmt.Errorf("end the decisions on pairs that are replaced: %w", err)
		}
	}
	for chunk := range slices.Chunk(rows, pairingsAtOnce) {
		if err := tx.PairingDecision.CreateBulk(chunk...).Exec(ctx); err != nil {
			return fmt.Errorf("keep the decisions on pairs: %w", err)
		}
	}
	return nil
}

// lookups are keys of which two decisions on one title share one.
func (p *Pairing) lookups() []string {
	if p.TitleID != "" {
		return []string{"id " + p.TitleID}
	}
	return p.Keys
}

// pairingsByKey reads the decisions that hold in the collections of some others, by their lookups.
func pairingsByKey(ctx context.Context, tx *store.Tx, decisions []Pairing) (map[string][]*ent.PairingDecision, error) {
	var collections []int64
	for _, d := range decisions {
		if !slices.Contains(collections, d.CollectionID) {
			collections = append(collections, d.CollectionID)
		}
	}
	rows, err := tx.PairingDecision.Query().Where(pairingdecision.CollectionIDIn(collections...), pairingdecision.EndedAtIsNil()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the decisions on pairs: %w", err)
	}
	found := map[string][]*ent.PairingDecision{}
	for _, row := range rows {
		known := pairingOfRow(row)
		for _, key := range known.lookups() {
			found[key] = append(found[key], row)
		}
	}
	return found, nil
}

// ForgetPairings takes back the decisions that a job made, and lets those hold again that they replaced.
func ForgetPairings(ctx context.Context, tx *store.Tx, jobID int64) error {
	if _, err := tx.PairingDecision.Delete().Where(pairingdecision.JobID(jobID)).Exec(ctx); err != nil {
		return fmt.Errorf("take back the decisions of job %d: %w", jobID, err)
	}
	if err := tx.PairingDecision.Update().Where(pairingdecision.EndedJobID(jobID)).ClearEndedAt().ClearEndedJobID().SetUpdatedAt(tx.Now).
		Exec(ctx); err != nil {
		return fmt.Errorf("let the decisions hold that job %d replaced: %w", jobID, err)
	}
	return nil
}

// TakeBackPairing ends a decision: from the next plan on, titles are paired as if it had not been made. What it did stays; the
// undo of its job takes that back too. It is refused while a job writes the collection.
func (s *Service) TakeBackPairing(ctx context.Context, id int64) (row *ent.PairingDecision, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err := tx.PairingDecision.Get(ctx, id)
		switch {
		case ent.IsNotFound(err):
			return problem.New(problem.NotFound, "input.decisionId", "there is no such decision: its job may have been undone")
		case err != nil:
			return fmt.Errorf("read decision %d: %w", id, err)
		case found.EndedAt != nil:
			row = found
			return problem.New(problem.WrongState, "input.decisionId", "the decision on %q was taken back or replaced already", found.Title)
		}
		if err := s.busy.Writing(ctx, tx, found.CollectionID); err != nil {
			row = found
			return err
		}
		row, err = found.Update().SetEndedAt(tx.Now).SetUpdatedAt(tx.Now).Save(ctx)
		if err != nil {
			return fmt.Errorf("take back decision %d: %w", id, err)
		}
		return nil
	})
	return row, err
}

// PairingFilter selects decisions on pairs.
type PairingFilter struct {
	CollectionID, PortfolioID int64 // 0: any
	Ended                     bool  // also those that were taken back or replaced
}

func (f PairingFilter) where() (where []predicate.PairingDecision) {
	if f.CollectionID != 0 {
		where = append(where, pairingdecision.CollectionID(f.CollectionID))
	}
	if f.PortfolioID != 0 {
		where = append(where, pairingdecision.PortfolioID(f.PortfolioID))
	}
	if !f.Ended {
		where = append(where, pairingdecision.EndedAtIsNil())
	}
	return where
}

// PairingListing sorts decisions on pairs, the oldest first.
var PairingListing = keyset.Sorted(func(row *ent.PairingDecision) int64 { return row.ID },
	keyset.By("CREATED_AT", keyset.Number(pairingdecision.FieldCreatedAt, func(row *ent.PairingDecision) int64 { return row.CreatedAt })))

// Pairings lists decisions on pairs, the oldest first.
func (s *Service) Pairings(ctx context.Context, f PairingFilter, w keyset.Window) (keyset.Page[*ent.PairingDecision], error) {
	return keyset.List(ctx, s.store.Read.PairingDecision.Query(), PairingListing, w, f.where())
}

// CountPairings counts what Pairings lists.
func (s *Service) CountPairings(ctx context.Context, f PairingFilter) (int, error) {
	return s.store.Read.PairingDecision.Query().Where(f.where()...).Count(ctx)
}

// PairingsByID reads decisions on pairs.
func (s *Service) PairingsByID(ctx context.Context, ids []int64) (map[int64]*ent.PairingDecision, error) {
	return keyset.ByID(ctx, s.store.Read.PairingDecision.Query(), ids, func(row *ent.PairingDecision) int64 { return row.ID })
}

// Pairs is what a job that carries decisions out tells a part, beside the decisions that are stored.
type Pairs struct {
	Decisions []Pairing // of a preview, which stores none
	Decided   []int64   // the portfolios that the job decides on

	Replaced map[int64]int64                // portfolios and those that are paired in their place
	Staff    map[int64]*ForeseenStaff       // of a preview: of the portfolios from which and to which something would be moved first
	Before   map[int64]plan.DivergingValues // the title columns that parted portfolios get back when they leave
}

// loadPairings reads what people decided about the part's collection, the newest first.
func (s *Service) loadPairings(ctx context.Context, part *Part) (d plan.PairingDecisions, err error) {
	if part.CollectionID == 0 {
		return d, nil
	}
	rows, err := s.store.Read.PairingDecision.Query().Where(pairingdecision.CollectionID(part.CollectionID), pairingdecision.EndedAtIsNil()).
		Order(ent.Desc(pairingdecision.FieldCreatedAt, pairingdecision.FieldID)).WithPortfolio(func(q *ent.PortfolioQuery) {
		q.Select(portfolio.FieldID, portfolio.FieldPublicationTitle)
	}).All(ctx)
	if err != nil {
		return d, fmt.Errorf("read the decisions on pairs: %w", err)
	}
	var shown []Pairing
	if part.Pairs != nil {
		shown = part.Pairs.Decisions
	}
	shownByKey := map[string][]*Pairing{}
	for i := range shown {
		p := &shown[i]
		d.List = append(d.List, p.decision(-int64(i+1), "it would be decided"))
		for _, key := range p.lookups() {
			shownByKey[key] = append(shownByKey[key], p)
		}
	}
	for _, row := range rows {
		known := pairingOfRow(row)
		if slices.ContainsFunc(known.lookups(), func(key string) bool {
			return slices.ContainsFunc(shownByKey[key], func(p *Pairing) bool { return p.replaces(&known) })
		}) {
			continue
		}
		words := fmt.Sprintf("decided on %s", store.Time(row.CreatedAt).Format(time.DateOnly))
		if row.ActorName != "" {
			words += " by " + row.ActorName
		}
		d.List = append(d.List, known.decision(row.ID, words))
	}
	if part.Pairs != nil {
		d.Own = map[int64]bool{}
		for _, id := range part.Pairs.Decided {
			d.Own[id] = true
		}
	}
	d.Merged, err = s.merged(ctx, part)
	return d, err
}

func (p *Pairing) decision(id int64, how string) plan.PairingDecision {
	what := "is paired with portfolio"
	if p.Parted {
		what = "is parted from portfolio"
	}
	words := fmt.Sprintf("%q %s %d, as %s", p.Title, what, p.PortfolioID, how)
	return plan.NewPairingDecision(id, p.PortfolioID, p.Parted, p.Citation.TitleID, p.Title, p.Keys, words)
}

// merged returns those portfolios in whose place others are paired and on which nothing of staff's is left, with these others.
func (s *Service) merged(ctx context.Context, part *Part) (map[int64]int64, error) {
	if part.Pairs == nil {
		return nil, nil
	}
	found := map[int64]int64{}
	var stored []int64
	for _, from := range slices.Sorted(maps.Keys(part.Pairs.Replaced)) {
		switch f := part.Pairs.Staff[from]; {
		case f == nil:
			stored = append(stored, from)
		case f.empty():
			found[from] = part.Pairs.Replaced[from]
		}
	}
	for chunk := range slices.Chunk(stored, store.IDsAtOnce) {
		placeholders, args := store.InList(chunk)
		ids, err := s.store.IDs(ctx, `SELECT id FROM portfolios p WHERE local_values = '' AND access_rights = '' AND license_id IS NULL
			AND NOT EXISTS (SELECT 1 FROM po_lines l WHERE l.portfolio_id = p.id)
			AND NOT EXISTS (SELECT 1 FROM additional_licenses a WHERE a.portfolio_id = p.id) AND id IN `+placeholders, args...)
		if err != nil {
			return nil, fmt.Errorf("read what is left on portfolios: %w", err)
		}
		for _, id := range ids {
			found[id] = part.Pairs.Replaced[id]
		}
	}
	return found, nil
}

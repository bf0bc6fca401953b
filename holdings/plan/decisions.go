package plan

import (
	"fmt"
	"slices"
	"strings"

	"autoholdings/kbart"
)

// PairingDecision is what a person decided about a portfolio and a title. It goes before all evidence, in every plan of the
// collection. A title is found by its title_id, else by its identifiers. Where several titles of a list have the title_id, the
// identifiers tell which one is meant, else the name.
type PairingDecision struct {
	ID          int64
	PortfolioID int64
	Parted      bool // the title is not this portfolio; otherwise it is
	Words       string

	titleID, folded uint64
	keys            []uint64
}

// NewPairingDecision returns a decision on a title with these cells; keys are its identifiers as kbart.IdentifierKey gives
// them.
func NewPairingDecision(id, portfolioID int64, parted bool, titleID, title string, keys []string, words string) PairingDecision {
	d := PairingDecision{
		ID: id, PortfolioID: portfolioID, Parted: parted, Words: words, titleID: titleIDHash(titleID), folded: textHash(kbart.FoldTitle(title)),
	}
	for _, key := range keys {
		d.keys = append(d.keys, textHash(key))
	}
	return d
}

func (d *PairingDecision) hasKeyOf(t *Identity) bool {
	return slices.ContainsFunc(d.keys, t.hasKey)
}

// PairingDecisions are what people decided on the titles of a collection, the newest first.
type PairingDecisions struct {
	List []PairingDecision

	// Own are the portfolios that the job itself decides on, which is told how far its decisions are carried out.
	Own map[int64]bool
	// Merged are portfolios on which nothing of staff's is left, and those in whose favour they leave, once these are paired.
	Merged map[int64]int64
}

// decided is what a plan makes of the decisions.
type decided struct {
	pairs   []int32             // titles paired by hand
	own     int                 // decisions of the job itself that are carried out
	missing []PairingDecision   // decisions of the job itself whose title the list does not have
	parted  map[titlePlace]bool // pairs that are none
	merged  map[int32]bool      // portfolios that leave in favour of one that is paired by hand
	unclear []PairingDecision   // decisions of which nobody can tell which title they mean
	words   map[int32]string    // by title paired by hand
}

type titlePlace struct{ title, portfolio int32 }

// decide pairs and parts by the decisions, before anything is weighed.
func (p *Plan) decide(in *Input, found *pairing) {
	p.decided = decided{parted: map[titlePlace]bool{}, merged: map[int32]bool{}, words: map[int32]string{}}
	found.parted = p.decided.parted
	if len(in.Decisions.List) == 0 {
		return
	}
	portfolios := p.indexesOf(in)
	meant := p.titlesMeant(in.Decisions.List)
	for i, d := range in.Decisions.List {
		portfolio := portfolios[d.PortfolioID]
		if portfolio == Unpaired {
			continue
		}
		titles := p.narrowed(&d, meant[i])
		switch {
		case len(titles) == 0:
			if in.Decisions.Own[d.PortfolioID] {
				p.decided.missing = append(p.decided.missing, d)
			}
			continue
		case d.Parted:
			for _, title := range titles {
				p.decided.parted[titlePlace{title, portfolio}] = true
			}
		case len(titles) > 1:
			p.decided.unclear = append(p.decided.unclear, d)
			continue
		case found.titles.Open(titles[0]) && found.portfolios.Open(portfolio) && !p.decided.parted[titlePlace{titles[0], portfolio}]:
			found.pair(titles[0], portfolio)
			p.decided.pairs = append(p.decided.pairs, titles[0])
			p.decided.words[titles[0]] = d.Words
		default: // a newer decision says otherwise
			continue
		}
		if in.Decisions.Own[d.PortfolioID] {
			p.decided.own++
		}
	}
	for from, to := range in.Decisions.Merged {
		if i := portfolios[to]; i != Unpaired && portfolios[from] != Unpaired && found.portfolios.Pair[i] != Unpaired {
			p.decided.merged[portfolios[from]] = true
		}
	}
}

// indexesOf finds the portfolios that the decisions are about.
func (p *Plan) indexesOf(in *Input) map[int64]int32 {
	indexes := map[int64]int32{}
	for _, d := range in.Decisions.List {
		indexes[d.PortfolioID] = Unpaired
	}
	for from, to := range in.Decisions.Merged {
		indexes[from], indexes[to] = Unpaired, Unpaired
	}
	for i := range int32(p.Portfolios.Len()) {
		id := p.Portfolios.At(i).ID
		if _, wanted := indexes[id]; wanted {
			indexes[id] = i
		}
	}
	return indexes
}

// titlesMeant returns, for each decision, the titles of the list that have its title_id or, where there is none, one of its
// identifiers.
func (p *Plan) titlesMeant(decisions []PairingDecision) [][]int32 {
	byKey := map[uint64][]int{}
	for i, d := range decisions {
		if d.titleID != 0 {
			byKey[d.titleID] = append(byKey[d.titleID], i)
			continue
		}
		for _, key := range d.keys {
			byKey[key] = append(byKey[key], i)
		}
	}
	meant := make([][]int32, len(decisions))
	for title := range int32(p.List.Titles.Len()) {
		t := p.List.Titles.At(title)
		take := func(key uint64) bool {
			for _, i := range byKey[key] {
				if (decisions[i].titleID == 0) == (t.TitleID == 0) && !slices.Contains(meant[i], title) {
					meant[i] = append(meant[i], title)
				}
			}
			return true
		}
		if t.TitleID != 0 {
			take(t.TitleID)
		} else {
			t.EachKey(take)
		}
	}
	return meant
}

// narrowed leaves those titles that a decision means if several have its title_id, or if that is a bare host name, which may
// stand for another title next month.
func (p *Plan) narrowed(d *PairingDecision, titles []int32) []int32 {
	if len(titles) == 0 || len(titles) == 1 && !p.List.Titles.At(titles[0]).onHost() {
		return titles
	}
	sharing := slices.DeleteFunc(slices.Clone(titles), func(i int32) bool { return !d.hasKeyOf(&p.List.Titles.At(i).Identity) })
	if len(sharing) > 0 {
		return sharing
	}
	return slices.DeleteFunc(slices.Clone(titles), func(i int32) bool { return p.List.Titles.At(i).Folded != d.folded })
}

// MergedInto reports whether a portfolio leaves because another one was paired with its title by hand.
func (p *Plan) MergedInto(portfolio int32) bool { return p.decided.merged[portfolio] }

// PairedByHand are the ids of the portfolios that are paired by decisions.
func (p *Plan) PairedByHand() (ids []int64) {
	for _, title := range p.decided.pairs {
		ids = append(ids, p.Portfolios.At(p.Pairs[title]).ID)
	}
	return ids
}

// ReportDecisions names the decisions that the plan follows, and those that it cannot.
func (p *Plan) ReportDecisions(report func(kbart.Finding)) {
	for _, title := range p.decided.pairs {
		report(kbart.Finding{
			Severity: kbart.Info, Code: "paired-by-hand", Line: int(p.List.Titles.At(title).line), Message: p.decided.words[title],
			Hint: "take the decision back where it is not right (takeBackPairing)",
		})
	}
	for _, d := range p.decided.missing {
		report(kbart.Finding{
			Severity: kbart.Warning, Code: "decision-without-title", Column: kbart.TitleID.String(),
			Message: fmt.Sprintf("the list does not have the title that was decided on: %s", strings.TrimSuffix(d.Words, ".")),
			Hint:    "the decision is kept and holds as soon as a list has the title; pair the title that the list has now",
		})
	}
	for _, d := range p.decided.unclear {
		report(kbart.Finding{
			Severity: kbart.Warning, Code: "decision-unclear", Column: kbart.TitleID.String(),
			Message: fmt.Sprintf("several titles of the list might be meant by what was decided: %s", strings.TrimSuffix(d.Words, ".")),
			Hint:    "take the decision back (takeBackPairing) and pair the right title again",
		})
	}
}

package jobs

import (
	"slices"

	"autoholdings/ent"
)

// Task is what a job was asked to do, with ids of what it is about. What its kind does not have is zero.
type Task struct {
	Profiles    []int64 // that it runs, withdraws or gives other groups
	Collections []int64 // whose portfolios it was queued for
	Target      int64   // the collection that it moves to
	Set         int64   // of collections, or of portfolios
	Job         int64   // whose titles it activates
	From, To    []int64 // inventory groups
	Content     string  // the only content type that it is about

	CommunityZoneID string
	Action          string // of a change of many portfolios
	LicenseConflict string // of a move
	Things          int    // pairs, decisions, or portfolios that were named one by one

	Force, RemoveMissing, DeleteProfile    bool
	POLines, Licenses, IncludeInaccessible bool
}

// TaskOf returns what a job was asked to do; false where this version cannot read that.
func TaskOf(row *ent.Job) (task Task, ok bool) {
	switch args := argumentsOf(row).(type) {
	case unreadableArgs, unknownArgs:
		return Task{}, false
	default:
		return args.task(), true
	}
}

func (a syncArgs) task() Task { return Task{Profiles: a.ProfileIDs, Force: a.Force} }

func (a undoArgs) task() Task { return Task{Collections: a.CollectionIDs} }

func (a importArgs) task() Task {
	return Task{Collections: a.CollectionIDs, RemoveMissing: a.RemoveMissing}
}

func (a zoneArgs) task() Task { return Task{CommunityZoneID: a.CommunityZoneID, Force: a.Force} }

func (a activateArgs) task() Task { return Task{Collections: a.CollectionIDs, Job: a.AddedByJobID} }

func (a withdrawArgs) task() Task {
	return Task{Profiles: a.ProfileIDs, Collections: a.CollectionIDs, Content: a.Content, DeleteProfile: a.DeleteProfile}
}

func (a moveArgs) task() Task {
	return Task{
		Set: a.SetID, Collections: a.SourceIDs, Target: a.TargetID, POLines: a.POLines, Licenses: a.Licenses,
		LicenseConflict: a.LicenseConflict, IncludeInaccessible: a.IncludeInaccessible,
	}
}

func (a carryArgs) task() Task { return Task{Collections: a.CollectionIDs, Things: len(a.Pairs)} }

func (a pairArgs) task() Task {
	return Task{Profiles: a.ProfileIDs, Collections: a.CollectionIDs, Things: len(a.Decisions)}
}

func (a changeArgs) task() Task {
	return Task{
		Collections: a.CollectionIDs, Set: a.SetID, Target: a.TargetID, Action: string(a.Action), Things: len(a.PortfolioIDs),
	}
}

func (a almaArgs) task() Task { return Task{Collections: a.CollectionIDs} }

func (a groupsArgs) task() Task {
	return Task{Profiles: a.ProfileIDs, From: slices.Clone(a.From), To: slices.Clone(a.To)}
}

func (unreadableArgs) task() Task { return Task{} }

func (unknownArgs) task() Task { return Task{} }

package profiles

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// noticeSameCustomer warns about other active profiles with the same customer number: each title then has two
// entitlements, and stays as long as one of the two lists has it.
func (save *profileSave) noticeSameCustomer(p *ent.Profile) {
	if !p.Active || p.CustomerNumber == "" {
		return
	}
	for _, other := range save.campus.otherActive(p) {
		if !strings.EqualFold(other.CustomerNumber, p.CustomerNumber) {
			continue
		}
		save.notices = append(save.notices, fmt.Sprintf(
			"The active profile %q has the customer number %s too. Each title of its lists is then entitled twice, and stays until both "+
				"profiles have lost it. Deactivate one of them unless that is what you want.",
			holdings.ProfileName(other), other.CustomerNumber))
	}
}

// noticeCustomerChange says what happens to the active entitlements from a former customer number.
func (save *profileSave) noticeCustomerChange(ctx context.Context, before, after *ent.Profile) error {
	if before.CustomerNumber == after.CustomerNumber {
		return nil
	}
	inForce, err := underOtherCustomer(ctx, save.tx, before, after.CustomerNumber)
	if err != nil || inForce == 0 {
		return err
	}
	save.notices = append(save.notices, fmt.Sprintf(
		"The customer number is %s now. %s in force from the lists of the former number. The next run that is applied ends those that the "+
			"new lists do not have, and waits for a person if they are many; a content type without a list stays as it is.",
		after.CustomerNumber, words.Count(inForce, "entitlement is", "entitlements are")))
	return nil
}

// underOtherCustomer counts a profile's active entitlements in the collections whose last applied list came under a
// different customer number. If a list is too old to have its number recorded, it came under the profile's number until
// now.
func underOtherCustomer(ctx context.Context, tx *store.Tx, p *ent.Profile, number string) (total int, err error) {
	collections, err := tx.Collection.Query().All(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the collections: %w", err)
	}
	for _, c := range collections {
		if c.Content == "" {
			continue
		}
		last, err := tx.ProviderFile.Query().Where(providerfile.ProfileID(p.ID), providerfile.Content(c.Content), providerfile.AppliedAtNotNil()).
			Order(ent.Desc(providerfile.FieldAppliedAt, providerfile.FieldID)).First(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return 0, fmt.Errorf("look up the list that was applied last: %w", err)
		}
		if last != nil && (last.CustomerNumber == number || last.CustomerNumber == "" && p.CustomerNumber == number) {
			continue
		}
		n, err := tx.Entitlement.Query().Where(inForceIn(p.ID, c.ID)...).Count(ctx)
		if err != nil {
			return 0, fmt.Errorf("count the entitlements of profile %d: %w", p.ID, err)
		}
		total += n
	}
	return total, nil
}

func inForceIn(profileID, collectionID int64) []predicate.Entitlement {
	return []predicate.Entitlement{
		entitlement.ProfileID(profileID), entitlement.Active(true), entitlement.HasPortfolioWith(portfolio.CollectionID(collectionID)),
	}
}

package plan

import "encoding/json"

// LicenseValue is a license in a line of a report, with the code that it had.
type LicenseValue struct {
	ID   string `json:"id"`
	Code string `json:"code"`
}

// WithCodes returns the values of a change of a portfolio's license that people can read: codes are those of the licenses, by id.
func (v Values) WithCodes(codes map[string]string) Values {
	before, after, ok := v.Staff()
	if !ok {
		return v
	}
	stored := func(id *string) string {
		if id == nil {
			return ""
		}
		return ToJSON(LicenseValue{*id, codes[*id]})
	}
	return Values{LicenseValues, stored(before), stored(after)}
}

// storedLicense returns the id of a stored license.
func storedLicense(stored string) (id *string, ok bool) {
	if stored == "" {
		return nil, true
	}
	var l LicenseValue
	if json.Unmarshal([]byte(stored), &l) != nil {
		return nil, false
	}
	return &l.ID, true
}

// licenseWords are the code, or of a license that was deleted since the id.
func licenseWords(stored string) string {
	var l LicenseValue
	if stored == "" || json.Unmarshal([]byte(stored), &l) != nil {
		return stored
	}
	if l.Code == "" {
		return l.ID
	}
	return l.Code
}

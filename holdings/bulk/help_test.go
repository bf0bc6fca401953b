package bulk_test

import (
	"encoding/json"

	"autoholdings/holdings/profiles"
)

func jsonInto(text []byte, to any) error { return json.Unmarshal(text, to) }

func multiCampus() profiles.SettingsChange { return profiles.SettingsChange{MultiCampus: new(true)} }

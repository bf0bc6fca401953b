package model

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// The names of the types that have ids, as they stand in them.
const (
	InventoryGroupType          = "InventoryGroup"
	CommunityZoneCollectionType = "CommunityZoneCollection"
	CollectionType              = "Collection"
	PortfolioType               = "Portfolio"
	POLineType                  = "PoLine"
	LicenseType                 = "License"
	ProfileType                 = "Profile"
	ProviderFileType            = "ProviderFile"
	JobType                     = "Job"
	JobPartType                 = "JobPart"
	JobFindingType              = "JobFinding"
	JobChangeType               = "JobChange"
	CommunityZoneTitleType      = "CommunityZoneTitle"
	CollectionSetType           = "CollectionSet"
)

// ID is the opaque id of a row: base64url of "Type:number".
func ID(typeName string, id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(typeName + ":" + strconv.FormatInt(id, 10)))
}

// ParseID takes an opaque id apart. The error says what is wrong with it.
func ParseID(opaque string) (typeName string, id int64, err error) {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(opaque, "="))
	if err != nil {
		return "", 0, fmt.Errorf("%.80q is not an id of this API", opaque)
	}
	typeName, number, _ := strings.Cut(string(plain), ":")
	id, err = strconv.ParseInt(number, 10, 64)
	if err != nil || id < 1 {
		return "", 0, fmt.Errorf("%.80q is not an id of this API", opaque)
	}
	return typeName, id, nil
}

package canarytest_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"autoholdings/internal/canarytest"
)

// TestIn: a key is found in each encoding, and nothing is found in a text without keys.
func TestIn(t *testing.T) {
	t.Parallel()
	const key = "canary-k3y/with+signs=Zq7<&>"
	keys := canarytest.Keys{"canary-another", key}
	quoted, err := json.Marshal(map[string]string{"apiKey": key})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		key, "X-Api-Key: " + key + "\r\n", "…" + key[7:], "?api_key=" + url.QueryEscape(key), "/" + url.PathEscape(key) + "/books",
		string(quoted),
		hex.EncodeToString([]byte("demo:" + key)), fmt.Sprintf("%X", key), base64.StdEncoding.EncodeToString([]byte(key)),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("demo:"+key)), "Basic " + base64.URLEncoding.EncodeToString([]byte("demo2:"+key+"!")),
		base64.StdEncoding.EncodeToString([]byte("demo13:" + key)), url.QueryEscape("?next=" + url.QueryEscape(key)),
	} {
		if keys.In("before "+text+" after") == "" {
			t.Errorf("not found in %s", text)
		}
	}
	for _, text := range []string{"", "canary-", strings.Repeat("k3y", 30), base64.StdEncoding.EncodeToString([]byte("canary-other"))} {
		if found := keys.In(text); found != "" {
			t.Errorf("found in %q: %s", text, found)
		}
	}
}

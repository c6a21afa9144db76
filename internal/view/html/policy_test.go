package html

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"strings"
	"testing"

	"portero/handshake"
	"portero/internal/view"
)

// What a page is allowed by itself: its own script and style, by what is in them, and nothing else. Where a capture found a way
// into its markup a browser would run nothing of it, load nothing and send nothing.
func TestThePageForbidsItselfEverything(t *testing.T) {
	c := New(Limits{})
	c.Observe(rec(1, handshake.Completed))
	c.Choose(nil)
	var b strings.Builder
	if err := c.Write(&b, &view.Summary{}, nil, Options{}); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	all := func(re string) (out []string) {
		for _, m := range regexp.MustCompile(re).FindAllStringSubmatch(page, -1) {
			out = append(out, m[1])
		}
		return out
	}
	hashed := func(s string) string {
		h := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'"
	}
	scripts, styles, metas := all(`(?s)<script>(.*?)</script>`), all(`(?s)<style>(.*?)</style>`), all(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`)
	if len(scripts) != 1 || len(styles) != 1 || len(metas) != 1 {
		t.Fatalf("%d scripts, %d styles, %d policies", len(scripts), len(styles), len(metas))
	}
	if at := strings.Index(page, "Content-Security-Policy"); at > strings.Index(page, "<style>") || at > strings.Index(page, "<script") {
		t.Error("what stands before the policy is not held by it")
	}
	got := map[string]string{}
	for _, d := range strings.Split(html.UnescapeString(metas[0]), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(d), " ")
		got[name] = value
	}
	want := map[string]string{"default-src": "'none'", "script-src": hashed(scripts[0]), "style-src": hashed(styles[0]), "base-uri": "'none'", "form-action": "'none'",
		"require-trusted-types-for": "'script'", "trusted-types": "'none'"}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
	for name, value := range got {
		if want[name] == "" {
			t.Errorf("%s %s allows something", name, value)
		}
	}
	markup := strings.NewReplacer(metas[0], "", scripts[0], "", styles[0], "").Replace(page)
	if on := regexp.MustCompile(`<[a-z][^>]*\s(?:on[a-z]+|style|src)=`).FindString(markup); on != "" {
		t.Errorf("an element asks for what the policy forbids: %s", on)
	}
}

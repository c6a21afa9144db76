package arch

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the package's own examples ask for, its AppArmor profile lets the program do: a
// service that is confined by both is refused what either forbids, and says so only when
// it starts.
func TestTheProfileAllowsWhatTheServiceDoes(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile("../../.ci/package/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	profile := regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(read("apparmor"), "")
	families := regexp.MustCompile(`(?m)^RestrictAddressFamilies=(.*)$`).FindStringSubmatch(read("portero@.service"))
	if families == nil {
		t.Fatal("the service restricts no families of addresses")
	}
	for f := range strings.FieldsSeq(families[1]) {
		if name := strings.ToLower(strings.TrimPrefix(f, "AF_")); !strings.Contains(profile, "network "+name+" ") {
			t.Errorf("the service may use %s, the profile allows none", f)
		}
	}

	// A rule of AppArmor as a regular expression: * stays in a folder, ** does not.
	var rules []*regexp.Regexp
	for _, m := range regexp.MustCompile(`(?m)^\s*(?:owner )?(/\S*) r?w?,$`).FindAllStringSubmatch(profile, -1) {
		r := regexp.QuoteMeta(m[1])
		for _, s := range [][2]string{{`\*\*`, `.+`}, {`\*`, `[^/]+`}, {`\{`, `(?:`}, {`\}`, `)`}, {`,`, `|`}} {
			r = strings.ReplaceAll(r, s[0], s[1])
		}
		rules = append(rules, regexp.MustCompile("^"+r+"$"))
	}
	paths := regexp.MustCompile(` (/\S+)`).FindAllStringSubmatch(regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(read("live-eth0.conf"), ""), -1)
	if len(paths) < 2 || len(rules) < 4 {
		t.Fatalf("%d paths in the example, %d rules", len(paths), len(rules))
	}
	for _, p := range append(paths, []string{"", "/etc/portero/catalog.d/house.csv"}) {
		allowed := false
		for _, r := range rules {
			allowed = allowed || r.MatchString(p[1])
		}
		if !allowed {
			t.Errorf("the profile lets nobody open %s", p[1])
		}
	}
}

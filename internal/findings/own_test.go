package findings

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"portero/catalog"
	"portero/handshake"
	"portero/internal/policy"
	"portero/internal/record"
	"portero/internal/words"
)

// Who says in an override that a service is not for the Internet knows which one it is: whatever it speaks it is told of, by
// that name and as gravely as said there. Without the override a language that lives elsewhere makes no exposure of a number.
func TestOwnServiceThatServesTheInternet(t *testing.T) {
	const head = "action,kind,proto,port,name,severity,when,reference,en,es\n"
	for _, c := range []struct {
		what, override string
		port           uint16
		spoken         string
		want           string // of the exposure: severity and sentence
	}{
		{"HTTP on a number of one's own", "add,exposure,tcp,12345,Billing,high,internet,wiki,a,b\n", 12345, "http", "high 8.8.4.4: 10.0.0.1 serves port 12345/tcp (Billing) to 1 address of the Internet"},
		{"nothing known on it", "add,exposure,tcp,12345,Billing,low,internet,wiki,a,b\n", 12345, "", "low 8.8.4.4: 10.0.0.1 serves port 12345/tcp (Billing) to 1 address of the Internet"},
		{"a built-in fact taken down", "replace,exposure,tcp,6379,Cache,low,internet,wiki,a,b\n", 6379, "redis", "low 8.8.4.4: 10.0.0.1 serves port 6379/tcp (Cache) to 1 address of the Internet"},
		{"another fact of one's own", "add,mining,tcp,12345,Ours,low,any,wiki,a,b\n", 12345, "http", ""},
		{"no override", "", 12345, "http", ""},
		{"the built-in fact", "", 6379, "redis", "high 8.8.4.4: 10.0.0.1 serves port 6379/tcp (redis) to 1 address of the Internet"},
		{"something else on its number", "", 6379, "http", ""},
		{"from inside", "add,exposure,tcp,12345,Billing,high,internet,wiki,a,b\n", 12345, "http", ""},
	} {
		os, ps := catalog.ReadOverrides(strings.NewReader(head+c.override), "own.csv", IDs())
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		from := "8.8.4.4"
		if c.what == "from inside" {
			from = "10.0.0.9"
		}
		var s teller
		var edit []func(*record.Record)
		if c.spoken != "" {
			edit = append(edit, spoke(c.spoken))
		}
		s.scene(from, "10.0.0.1", c.port, handshake.Completed, edit...)
		d := New(catalog.Default().With(os), nil, 0)
		d.Observe(&s.rs[0])
		got := ""
		for _, f := range d.Findings() {
			if f.Kind == "exposure" {
				got += f.Severity + " " + from + ": " + f.Text(words.English)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// A door is told of once, by what was spoken there, though one caller speaks and another looks whether it opens; as gravely as
// the gravest of them shows.
func TestADoorIsToldOfOnce(t *testing.T) {
	speak, silent := spoke("rdp"), func(r *record.Record) { r.Service, r.ServiceBy = "ms-wbt-server", "port" }
	p, err := policy.Read(strings.NewReader("10.0.0.1 22/tcp\n"), "p")
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		edits []func(*record.Record)
		want  string
	}{
		"nobody speaks":    {[]func(*record.Record){silent, silent}, "exposure medium ms-wbt-server true of 2 by 2; not-in-policy medium ms-wbt-server true of 2 by 2"},
		"the first speaks": {[]func(*record.Record){speak, silent, silent}, "exposure high rdp false of 3 by 3; not-in-policy medium rdp false of 3 by 3"},
		"the last speaks":  {[]func(*record.Record){silent, silent, speak}, "exposure high rdp false of 3 by 3; not-in-policy medium rdp false of 3 by 3"},
		"another language, which makes no exposure of this number": {[]func(*record.Record){silent, spoke("tls"), speak}, "exposure high rdp false of 2 by 2; not-in-policy medium tls false of 3 by 3"},
	} {
		var s teller
		d := New(catalog.Default(), nil, 0)
		d.Policy = p
		for i, edit := range c.edits {
			s.scene(fmt.Sprintf("8.8.4.%d", i+1), "10.0.0.1", 3389, handshake.Completed, edit)
		}
		ids := map[Identity]bool{}
		for i := range s.rs {
			d.Observe(&s.rs[i])
			for _, f := range d.Findings() {
				ids[f.Identity()] = true
			}
		}
		var got []string
		for _, f := range d.Findings() {
			if ofDoor(f.Kind) {
				got = append(got, fmt.Sprintf("%s %s %s %v of %d by %d", f.Kind, f.Severity, f.Name, f.PortOnly, f.Of, f.Count))
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %s\nwant %s", what, s, c.want)
		}
		for id := range ids {
			if ofDoor(id.Kind) && id.What != "" {
				t.Errorf("%s: %+v becomes another finding when somebody speaks", what, id)
			}
		}
	}
}

package explain

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"portero/catalog"
	lang "portero/internal/words"
)

// english are words by which a name of a fact describes, and does not only name.
var english = regexp.MustCompile(`(?i)(^|[^\pL])(and|or|of|from|with|without|before|over|for|to|at|the|also|old|many|left|open|outside|boundary|servers?|services?|client|worms?|trojan\)|trojan,|backdoor|shell|variants|proxy|registry|debug|printers?|download|logins?|broker|daemon|management|family|engine|setup|discovery|listener|handler|pools|descendants|data|status|console|gauge|rootkits?|port|ui)($|[^\pL])`)

// proper are those that hold such a word and name something all the same.
var proper = []string{"Back End, Hooker, Reverse WWW Tunnel, Seeker", "Portal of Doom", "The Spy", "The Thing", "The Invasor", "Larva, Traitor 21, The Flu, Juggernaut 42, Net Administrator", "Tiny Telnet Server (TTS)", "Plex Media Server (32410-32414)",
	"Apple Remote Management (ARMS)", "Port 0", "Invisible Identd Daemon", "Kazimas, Invisible Identd Daemon, Korgo", "Microsoft SQL Server", "Brown Orifice (BOHTTPD)", "Satans Backdoor, Attack FTP, Back Construction", "Psyber Stream Server, Voice", "WS-Discovery"}

// In Spanish a fact about a port is told in Spanish: its name where that describes, and its time.
func TestFactsAreToldInSpanish(t *testing.T) {
	said := map[string]bool{}
	for _, f := range catalog.Default().All() {
		es := lang.Fact(lang.Spanish, f.Name)
		if said[f.Name] = true; es == f.Name && english.MatchString(f.Name) && !slices.Contains(proper, f.Name) {
			t.Errorf("%d: %q has no Spanish", f.Port, f.Name)
		}
		if lang.Fact(lang.English, f.Name) != f.Name {
			t.Errorf("%q in English", f.Name)
		}
	}
	for _, name := range lang.Facts() {
		if !said[name] {
			t.Errorf("no fact is called %q", name)
		}
	}
	for era, want := range map[string]string{"1990s": "años 90", "1980s": "años 80", "1999-2003": "1999-2003"} {
		if got := lang.Era(lang.Spanish, era); got != want || lang.Era(lang.English, era) != era {
			t.Errorf("%s: %s, want %s", era, got, want)
		}
	}
}

// A number of the dynamic range that a service is known for is no unusual door of that service.
func TestDynamicNumbersInPractice(t *testing.T) {
	for word, want := range map[string][2]string{
		"51820": {"mostly wireguard", "suele ser wireguard"},
		"49152": {"an unusual door", "una puerta poco habitual"},
		"60001": {"an unusual door", "una puerta poco habitual"},
	} {
		for i, l := range []lang.Lang{lang.English, lang.Spanish} {
			found, _ := Explain(catalog.Default(), l, word)
			said := ""
			for _, e := range found {
				said += e.Text + "\n"
			}
			if !strings.Contains(said, want[i]) {
				t.Errorf("%s: %s, want %q", word, said, want[i])
			}
		}
	}
}

package arch

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// allowed lists the module's own packages that a package may import outside its
// tests, by prefix. Commands may import anything, and so may corpus, which only tests use; every other package is named.
var allowed = map[string][]string{
	"capture":           {},
	"capture/pcapfile":  {"capture"},
	"capture/filter":    {"capture"},
	"capture/live":      {"capture"},
	"handshake":         {"capture"},
	"flows":             {"capture", "handshake", "internal/prefetch"},
	"catalog":           {"capture"},
	"catalog/identify":  {"capture", "catalog"},
	"internal/record":   {"capture", "handshake", "catalog/identify"},
	"internal/policy":   {"capture"},
	"internal/who":      {"capture"},
	"internal/findings": {"capture", "handshake", "catalog", "catalog/identify", "internal/record", "internal/policy", "internal/prefetch", "internal/who", "internal/words"},
	"internal/explain":  {"capture", "catalog", "catalog/identify", "internal/findings", "internal/record", "internal/words"},
	"internal/doctor":   {"capture", "internal/words"},
	"internal/sockets":  {"capture"},
	"internal/fold":     {},
	"internal/words":    {},
	"internal/livetest": {},
	"internal/arch":     {},
	"internal/where":    {"internal/record", "internal/words"},
	"internal/jail":     {},
	"internal/manual":   {"internal/words"},
	"internal/helper":   {},
	"internal/recorder": {"capture", "capture/pcapfile"},
	"internal/doors":    {"capture", "handshake", "internal/record", "internal/sockets"},
	"internal/lab":      {"capture"},
	"internal/teach":    {"capture", "handshake", "catalog/identify", "internal/record", "internal/trace", "internal/words"},
	"internal/trace":    {"capture", "handshake", "catalog/identify", "internal/record"},
	"internal/prefetch": {},
	"internal/engine":   {"capture", "handshake", "flows", "catalog/identify", "internal/record", "internal/doctor", "internal/prefetch"},
	"internal/export":   {"capture", "handshake", "internal/record", "internal/findings", "internal/words", "internal/view/safe", "internal/export"},
	"internal/view":     {"capture", "handshake", "catalog/identify", "internal/record", "internal/doctor", "internal/fold", "internal/view", "internal/trace", "internal/words", "internal/teach"},
	"internal/recent":   {"capture"},
	"internal/screen":   {"capture", "handshake", "catalog", "internal/record", "internal/recent", "internal/doors", "internal/sockets", "internal/findings", "internal/explain", "internal/teach", "internal/trace", "internal/view", "internal/where", "internal/words"},

	"internal/anonymize":   {"capture", "catalog/identify", "internal/record"},
	"internal/trace/story": {"capture", "handshake", "internal/record"},

	"internal/fleet/bus":     {},
	"internal/fleet/spool":   {},
	"internal/fleet/batch":   {"internal/record", "internal/view/ndjson"},
	"internal/fleet/sensor":  {"internal/record", "internal/fleet/batch", "internal/fleet/bus", "internal/fleet/spool"},
	"internal/fleet/archive": {"capture", "capture/pcapfile", "catalog", "internal/engine", "internal/record", "internal/fleet/batch", "internal/fleet/bus", "internal/fleet/sensor"},
	"internal/fleet/broker":  {"internal/fleet/batch", "internal/fleet/bus", "internal/fleet/spool"},
	"internal/fleet/hub":     {"internal/fleet/batch", "internal/fleet/bus", "internal/fleet/spool"},
	"internal/fleet/house":   {"internal/record", "internal/fleet/batch", "internal/fleet/bus"},
	"internal/fleet/lake":    {"internal/record", "internal/fleet/batch", "internal/fleet/spool"},
	"internal/fleet/status":  {"internal/words", "internal/view/safe", "internal/fleet/batch", "internal/fleet/bus", "internal/fleet/hub", "internal/fleet/sensor"},

	"internal/view/html": {"capture", "handshake", "catalog", "internal/record", "internal/doctor", "internal/doors", "internal/findings", "internal/explain", "internal/view", "internal/trace", "internal/words", "internal/teach"},
}

// outside lists the only modules that the public library may use.
var outside = map[string][]string{
	"capture": {}, "handshake": {}, "flows": {}, "catalog": {},
	"catalog/identify": {"golang.org/x/crypto/sha3"}, // the sum of Ethereum's packets, which the standard library lacks
	"capture/pcapfile": {"github.com/klauspost/compress", "github.com/pierrec/lz4"},
	"capture/filter":   {"golang.org/x/net/bpf"},
	"capture/live":     {"golang.org/x/net/bpf", "golang.org/x/sys/unix", "github.com/google/gopacket"},
}

type pkg struct {
	ImportPath, Name, Doc string
	Imports               []string
	CgoFiles              []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	return ps
}

func rule(m map[string][]string, name string) (list []string, ok bool) {
	best := ""
	for k := range m {
		if (name == k || strings.HasPrefix(name, k+"/") && (k == "internal/view" || k == "internal/export")) && len(k) >= len(best) {
			best, list, ok = k, m[k], true
		}
	}
	return list, ok
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "portero/")
		if len(p.CgoFiles) > 0 {
			t.Errorf("%s needs cgo: the default build is pure Go", name)
		}
		own, ok := rule(allowed, name)
		if !ok && p.Name != "main" && name != "internal/corpus" {
			t.Errorf("%s has no rule for what it may import", name)
		}
		if ok {
			for _, i := range p.Imports {
				if !strings.HasPrefix(i, "portero/") {
					continue
				}
				i = strings.TrimPrefix(i, "portero/")
				if !permits(own, i) {
					t.Errorf("%s imports %s: data flows the other way (docs/ARCHITECTURE.md)", name, i)
				}
			}
		}
		if ext, ok := outside[name]; ok {
			for _, i := range p.Imports {
				if strings.Contains(strings.SplitN(i, "/", 2)[0], ".") && !permits(ext, i) {
					t.Errorf("%s imports %s: the public library keeps to the standard library and its few named modules", name, i)
				}
			}
		}
	}
}

// TestWindowsLoadsNothingAtTheStart: gopacket/pcap loads wpcap.dll before main, and panics where that is an
// old one; who reads a saved capture must not care what of that name lies on the machine.
func TestWindowsLoadsNothingAtTheStart(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "./cmd/portero")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, p := range strings.Fields(string(out)) {
		if strings.HasPrefix(p, "github.com/google/gopacket") {
			t.Errorf("portero.exe has %s in it", p)
		}
	}
}

func permits(list []string, name string) bool {
	for _, l := range list {
		if name == l || strings.HasPrefix(name, l+"/") && l != "capture" && l != "catalog" {
			return true
		}
	}
	return false
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// TestEveryPackageIsOnTheMap: docs/ARCHITECTURE.md says of every package where it belongs.
func TestEveryPackageIsOnTheMap(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages(t) {
		if name := strings.TrimPrefix(p.ImportPath, "portero/"); !bytes.Contains(b, []byte("`"+name+"`")) {
			t.Errorf("docs/ARCHITECTURE.md does not name %s", name)
		}
	}
}

// notes are what comments hold that was left for later.
var notes = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)

// TestFilesStayReadable keeps files under 600 lines and their comments free of notes to
// ourselves.
func TestFilesStayReadable(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := bytes.Count(b, []byte("\n")); n > 600 {
			t.Errorf("%s has %d lines", path, n)
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, b, parser.ParseComments)
		if err != nil {
			t.Error(err)
			return nil
		}
		for _, c := range f.Comments {
			if m := notes.FindString(c.Text()); m != "" {
				t.Errorf("%s: %s is for the list of what is to be done", set.Position(c.Pos()), m)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

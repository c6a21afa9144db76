package arch

import (
	"os/exec"
	"strings"
	"testing"
)

// fleet lists what the packages of a fleet may import of the module's own. A fleet
// is built on records: batches, what keeps them on a disk, what carries them, and
// the stores at the end. cmd/portero-fleet puts these together.
var fleet = map[string][]string{
	"internal/fleet/batch":   {"internal/record", "internal/view/ndjson"},
	"internal/fleet/spool":   {},
	"internal/fleet/bus":     {},
	"internal/fleet/broker":  {"internal/fleet/batch", "internal/fleet/bus", "internal/fleet/spool"},
	"internal/fleet/sensor":  {"internal/record", "internal/fleet/batch", "internal/fleet/bus", "internal/fleet/spool"},
	"internal/fleet/lake":    {"internal/record", "internal/fleet/batch", "internal/fleet/spool"},
	"internal/fleet/house":   {"internal/record", "internal/fleet/batch", "internal/fleet/bus"},
	"internal/fleet/hub":     {"internal/fleet/batch", "internal/fleet/bus", "internal/fleet/spool"},
	"internal/fleet/archive": {"capture", "capture/pcapfile", "catalog", "internal/engine", "internal/record", "internal/fleet/batch", "internal/fleet/bus", "internal/fleet/sensor"},
	"internal/fleet/status":  {"internal/fleet/batch", "internal/fleet/bus", "internal/fleet/hub", "internal/fleet/sensor", "internal/view/safe", "internal/words"},
}

func TestFleetImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "portero/")
		if !strings.HasPrefix(name, "internal/fleet/") {
			continue
		}
		own, ok := fleet[name]
		if !ok {
			t.Errorf("%s is not in the table", name)
		}
		for _, i := range p.Imports {
			if i, ok := strings.CutPrefix(i, "portero/"); ok && !permits(own, i) {
				t.Errorf("%s imports %s: data flows the other way (docs/FLEET.md)", name, i)
			}
		}
	}
}

// TestTheDefaultCommandStaysSmall: brokers and file formats of a fleet are for
// portero-fleet alone.
func TestTheDefaultCommandStaysSmall(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "./cmd/portero")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range strings.Fields(string(out)) {
		for _, heavy := range []string{"github.com/nats-io/", "github.com/parquet-go/", "portero/internal/fleet/"} {
			if strings.HasPrefix(p, heavy) {
				t.Errorf("cmd/portero links %s", p)
			}
		}
	}
}

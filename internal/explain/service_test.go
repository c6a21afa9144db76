package explain

import (
	"strings"
	"testing"

	"portero/catalog"
	"portero/catalog/identify"
	lang "portero/internal/words"
)

// Whatever stands in the column of services can be looked up by the word that stands there.
func TestServicesAreExplained(t *testing.T) {
	c := catalog.Default()
	ports := map[string]bool{} // what numbers are explained by
	for n := range 1 << 16 {
		for _, p := range protos[:2] {
			e, _ := c.Lookup(p.proto, uint16(n))
			ports[plain(e.Name)], ports[plain(c.Practice(p.proto, uint16(n)))] = true, true
		}
	}
	for _, p := range identify.Protocols() {
		if ports[plain(p.String())] {
			continue
		}
		if _, ok := spoken(c, lang.English, p.String()); !ok || services[p][0] == "" || services[p][1] == "" {
			t.Errorf("%s is not explained", p)
		}
	}
	if found, _ := Explain(c, lang.English, "knx"); len(found) == 0 || found[0].Kind != "service" || !strings.Contains(found[0].Text, "3671/udp") {
		t.Errorf("knx: %+v", found)
	}
	if found, _ := Explain(c, lang.Spanish, "knx"); len(found) == 0 || found[0].Kind != "servicio" {
		t.Errorf("knx: %+v", found)
	}
}

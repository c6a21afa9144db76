package main

import (
	"strings"
	"testing"
)

// TestFilterNamesPorts: -f knows ports by their names, as tcpdump does, whatever the machine's own list
// says; a name that several numbers have is refused with its column.
func TestFilterNamesPorts(t *testing.T) {
	ids := func(filter string) string {
		_, out, errs := portero(t, "read", "--format", "ndjson", "--fields", "id", "-f", filter, look)
		return out + errs
	}
	for name, number := range map[string]string{"port http": "port 80", "udp port domain": "udp port 53", "dst port 3d-nfsd": "dst port 2323", "portrange ssh-http": "portrange 22-80"} {
		if got, want := ids(name), ids(number); got != want || !strings.Contains(got, `"id"`) {
			t.Errorf("%s: %s; %s: %s", name, got, number, want)
		}
	}
	if code, _, errs := portero(t, "read", "-f", "tcp port rap", look); code != exitUsage || !strings.Contains(errs, `column 10: unknown port "rap"`) {
		t.Errorf("a name of two numbers: exit status %d, %s", code, errs)
	}
}

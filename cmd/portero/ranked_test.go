package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// rows are what a list says as ndjson.
func rowsOf(t *testing.T, args ...string) (rows []map[string]any) {
	t.Helper()
	code, out, errs := portero(t, append(args, "--format", "ndjson")...)
	if code != exitOK {
		t.Fatalf("%s: %d %s", args, code, errs)
	}
	for line := range strings.Lines(out) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// Hosts and doors come in every order that --sort has, most first, as many as --limit says; which is told before anything is
// read, and asked of this machine's sockets is an error.
func TestHostsAndDoorsInOrder(t *testing.T) {
	for verb, orders := range map[string][]order{"hosts": hostOrders, "ports": doorOrders} {
		all := rowsOf(t, verb, look)
		for _, o := range orders {
			var sums []float64
			rows := rowsOf(t, verb, "--sort", o.name, look)
			for _, row := range rows {
				sum := 0.0
				for _, head := range o.of {
					n, _ := row[head].(float64)
					sum += n
				}
				sums = append(sums, sum)
			}
			slices.Reverse(sums)
			if !slices.IsSorted(sums) || len(rows) != len(all) || o.of != nil && slices.Max(sums) == 0 && o.name != "refused" && o.name != "outside" {
				t.Errorf("%s --sort %s: %v of %d rows", verb, o.name, sums, len(all))
			}
			if first := rowsOf(t, verb, "--sort", o.name, "--limit", "2", look); len(first) != 2 || first[1]["addr"] != rows[1]["addr"] {
				t.Errorf("%s --sort %s --limit 2: %v", verb, o.name, first)
			}
		}
		if all[0]["addr"] != "192.0.2.1" {
			t.Errorf("%s: %v is first where nothing is said", verb, all[0])
		}
	}
	// Why a row stands where it does is seen on a narrow terminal, too.
	t.Setenv("COLUMNS", "80")
	for args, want := range map[string][2]string{"hosts": {"opened", "out"}, "hosts --sort bytes": {"out", "-"}, "ports --sort bytes": {"out", "-"}, "ports --sort clients": {"clients", " out "}} {
		_, out, _ := portero(t, append(strings.Fields(args), "../../testdata/cleartext-logins/in.pcap", "--lang", "en")...)
		head, _, _ := strings.Cut(out, "\n")
		if !strings.Contains(head, want[0]) || strings.Contains(head, want[1]) {
			t.Errorf("%s: %s, want %q and not %q", args, head, want[0], want[1])
		}
	}
	for _, c := range []struct{ args, en, es string }{
		{"hosts --sort size none.pcap", `--sort: "size" is none of address, bytes, packets,`, `--sort: "size" no es ninguno de address, bytes,`},
		{"ports --sort id none.pcap", `--sort: "id" is none of address, bytes, tried,`, ""},
		{"hosts --limit -1 " + look, "--limit: -1 is no number of rows", ""},
		{"ports --limit 3", "--sort and --limit are for captures: name one", "--sort y --limit son para capturas: hace falta una"},
	} {
		for l, want := range map[string]string{"en": c.en, "es": c.es} {
			if code, out, errs := portero(t, append(strings.Fields(c.args), "--lang", l)...); code != exitUsage || out != "" || !strings.Contains(errs, want) {
				t.Errorf("%s: %d %s%s, want %s", c.args, code, out, errs, want)
			}
		}
	}
	if _, out, _ := portero(t, "__complete", "hosts", look, "--sort", ""); !strings.Contains(out, "opened\n") || strings.Contains(out, "verdict") {
		t.Errorf("completed: %s", out)
	}
}

// What the Internet reaches of one's own is seen at a glance, and first where that is asked for; where nobody came from there a table says
// nothing of it.
func TestPortsReachedFromOutside(t *testing.T) {
	const reached = "../../testdata/findings/exposure.pcap"
	rows := rowsOf(t, "ports", "--sort", "outside", reached)
	if len(rows) == 0 || rows[0]["outside"] == 0.0 {
		t.Fatalf("nobody came from outside: %v", rows)
	}
	for _, row := range rowsOf(t, "ports", "--local", "0.0.0.0/0", reached) {
		if row["outside"] != 0.0 || row["clients"] == 0.0 {
			t.Errorf("with all addresses inside: %v", row)
		}
	}
	t.Setenv("COLUMNS", "80")
	for args, want := range map[string]bool{"": true, "--local 0.0.0.0/0": false, "--local 0.0.0.0/0 --sort outside": true} {
		_, out, _ := portero(t, append(strings.Fields("ports "+reached+" --lang es "+args), "--color", "never")...)
		if head, _, _ := strings.Cut(out, "\n"); strings.Contains(head, "de fuera") != want {
			t.Errorf("%s: %s", args, head)
		}
	}
}

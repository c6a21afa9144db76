package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// What --sort and --limit choose is the same in every format: the rows of the table, in its order.
func TestOrderAndLimitOfRecords(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile(`(?m)^ *(\d+)  +\S`)
	for _, capture := range []string{"first-look", "port-scan", "cleartext-logins", "beacon"} {
		in := "../../testdata/" + capture + "/in.pcap"
		for order := range orders {
			for _, limit := range []int{0, 1, 2, 7, 30, 1000} {
				args := []string{"read", "-q", "--color", "never", "--sort", order, "--limit", fmt.Sprint(limit), in}
				code, out, errs := portero(t, args...)
				if code != exitOK {
					t.Fatal(code, errs)
				}
				_, out, _ = strings.Cut(out, "opening")
				var want []string
				for _, m := range row.FindAllStringSubmatch(out, -1) {
					want = append(want, m[1])
				}
				if len(want) == 0 {
					t.Fatalf("no rows in\n%s", out)
				}
				_, out, _ = portero(t, append(args, "--lang", "es")...)
				_, out, _ = strings.Cut(out, "apertura")
				var spanish []string
				for _, m := range row.FindAllStringSubmatch(out, -1) {
					spanish = append(spanish, m[1])
				}
				if strings.Join(spanish, " ") != strings.Join(want, " ") {
					t.Errorf("%s, --sort %s --limit %d: in Spanish %v, in English %v", capture, order, limit, spanish, want)
				}
				for _, format := range []string{"csv", "tsv"} {
					code, out, errs := portero(t, append(args, "--format", format, "--fields", "id", "--threads", "2")...)
					if code != exitOK {
						t.Fatal(code, errs)
					}
					if got := strings.Fields(out)[1:]; strings.Join(got, " ") != strings.Join(want, " ") {
						t.Errorf("%s, --sort %s --limit %d: %s has %v, the table %v", capture, order, limit, format, got, want)
					}
				}
			}
		}
	}
	// What is not asked for goes out as it ends, and is not held back.
	_, plain, _ := portero(t, "read", "--format", "ndjson", "../../testdata/port-scan/in.pcap")
	_, sorted, _ := portero(t, "read", "--format", "ndjson", "--sort", "id", "--threads", "2", "../../testdata/port-scan/in.pcap")
	if a, b := strings.Split(plain, "\n"), strings.Split(sorted, "\n"); len(a) != len(b) {
		t.Errorf("%d records, sorted %d", len(a), len(b))
	}
}

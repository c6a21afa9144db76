package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// saying is what the records of a capture say.
type saying struct{ name, packets, want string }

func (x saying) hold(t *testing.T) {
	t.Run(x.name, func(t *testing.T) {
		all := records(t, acted(t, x.packets))
		want := strings.Split(strings.TrimSpace(x.want), "\n")
		if len(all) != len(want) {
			t.Errorf("%d records, want %d", len(all), len(want))
		}
		for _, l := range want {
			fs := strings.Fields(l)
			id, _ := strconv.Atoi(fs[0])
			for _, f := range fs[1:] {
				k, v, _ := strings.Cut(f, "=")
				got := ""
				if g, ok := all[id][k]; ok {
					got = strings.ReplaceAll(fmt.Sprint(g), " ", ",")
				}
				if got != v {
					t.Errorf("#%d %s is %q, want %q", id, k, got, v)
				}
			}
		}
	})
}

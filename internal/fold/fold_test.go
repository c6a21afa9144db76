package fold

import (
	"strings"
	"testing"
)

// TestLines: what is told breaks between words; columns and commands stay whole.
func TestLines(t *testing.T) {
	for what, c := range map[string]struct {
		w        int
		in, want string
	}{
		"a short one":          {80, "portero: x: there is no such file\n", "portero: x: there is no such file\n"},
		"between words":        {20, "portero: x: there is no such file\n", "portero: x: there is\n  no such file\n"},
		"just as wide":         {33, "portero: x: there is no such file\n", "portero: x: there is no such file\n"},
		"a word too long":      {12, "portero: /a/very/long/path/of/a/file: is empty\n", "portero:\n  /a/very/long/path/of/a/file:\n  is empty\n"},
		"columns further in":   {24, "  amplifier   high  makes others shout\n", "  amplifier   high\n  makes others shout\n"},
		"a column further in":  {30, "  amplifier   makes others shout loud\n", "  amplifier   makes others\n              shout loud\n"},
		"several spaces":       {16, "12:00  #1  refused\n", "12:00  #1\n       refused\n"},
		"a line further in":    {20, "    there is no such file\n", "    there is no such\n    file\n"},
		"signs, not octets":    {20, "portero: él está aquí\nsí\n", "portero: él está\n  aquí\nsí\n"},
		"columns":              {30, "received   12 frames by the rings, 12 read\n", "received   12 frames by the\n           rings, 12 read\n"},
		"columns too wide":     {20, "received             12 frames by the rings\n", "received\n  12 frames by the\n  rings\n"},
		"a command in quotes":  {40, "portero: no such scenario (see `portero lab --help` for all)\n", "portero: no such scenario (see\n  `portero lab --help` for all)\n"},
		"a command of root's":  {44, "portero: not permitted. Grant it: sudo setcap cap_net_raw=ep /bin/portero\n", "portero: not permitted. Grant it:\n  sudo setcap cap_net_raw=ep /bin/portero\n"},
		"one that never fits":  {24, "portero: not permitted. Grant it: sudo setcap cap_net_raw=ep /bin/portero\n", "portero: not permitted.\n  Grant it: sudo setcap\n  cap_net_raw=ep\n  /bin/portero\n"},
		"a number, its unit":   {22, "who waited for the 12 ms that it took\n", "who waited for the\n  12 ms that it took\n"},
		"there and back":       {24, "#7 http, completed  1.2 kB > < 0 B\n", "#7 http, completed\n  1.2 kB > < 0 B\n"},
		"no end":               {20, "portero: x: there is no such file", "portero: x: there is\n  no such file"},
		"a quote that is open": {20, "portero: x: `there is no such file\n", "portero: x: `there\n  is no such file\n"},
	} {
		got := Lines(c.in, c.w)
		if got != c.want {
			t.Errorf("%s:\n%q\nwant\n%q", what, got, c.want)
		}
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(c.in), " ") {
			t.Errorf("%s: words were lost: %q", what, got)
		}
	}
}

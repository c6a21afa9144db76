package manual

import (
	"strings"
	"testing"
)

const helpText = `Keeps the door: it looks at who comes, and writes down who came and when, and what for.
A second line of the same.

  10.0.0.1       22/tcp, a line of a table, which stays as it is whatever its length

	keeper completion > "${path[1]}/a name" --and-on value

Usage:
  keeper FILE... [-- FILTER OF MANY WORDS AND MORE] [flags]

Examples:
  keeper --door front --when 'Monday or Tuesday' --spool /var/lib/keeper
  keeper a.pcap         who came, and by which door they came in

Available Commands:
  lock        Close it, and say so to everybody who asks for it

Flags:
  -h, --help[=true|false]       help for keeper
      --name-of-the-door string what it is called (default "front")
      --number número           puertas
      --where strings           a-word-that-is-much-too-long-for-its-column

Use "keeper [command] --help" for more.`

// TestLayout: lines end within the terminal and between words, each kind of line in its own way.
func TestLayout(t *testing.T) {
	help := strings.ReplaceAll(helpText, "string what", "string   what")
	want := `Keeps the door: it looks at who comes, and writes
down who came and when, and what for. A second
line of the same.

  10.0.0.1       22/tcp, a line of a table, which stays as it is whatever its length

	keeper completion \
	    > "${path[1]}/a name" --and-on value

Usage:
  keeper FILE...
      [-- FILTER OF MANY WORDS AND MORE] [flags]

Examples:
  keeper --door front \
      --when 'Monday or Tuesday' \
      --spool /var/lib/keeper
  keeper a.pcap         who came, and by which
                        door they came in

Available Commands:
  lock        Close it, and say so to everybody
              who asks for it

Flags:
  -h, --help        help for keeper
      --name-of-the-door string
                    what it is called (default
                    "front")
      --number número
                    puertas
      --where strings
        a-word-that-is-much-too-long-for-its-column

Use "keeper [command] --help" for more.`
	if got := layout(help, 50); got != want {
		t.Errorf("%s", got)
	}
	// Where there is no terminal, the columns alone are set.
	for _, line := range strings.Split(layout(help, 0), "\n") {
		if plain := strings.Join(strings.Fields(line), " "); !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(help, "[=true|false]", "")), " "), plain) {
			t.Errorf("no line of the help: %q", line)
		}
	}
	if got := layout(help, 0); !strings.Contains(got, "\n  -h, --help                     help for keeper\n      --name-of-the-door string  what it is") {
		t.Errorf("%s", got)
	}
}

package findings

import (
	"net/netip"
	"strconv"
	"strings"

	"portero/internal/record"
	"portero/internal/words"
)

// number is a port in words.
type number struct {
	port    uint16
	proto   uint8
	name    string // told beside it, where there is one
	article bool   // in Spanish
	lang    words.Lang
}

func (n number) append(b []byte) []byte {
	if n.article {
		b = append(b, n.lang.Pick("", "el ")...)
	}
	b = append(b, n.lang.Pick("port ", "puerto ")...)
	b = append(strconv.AppendUint(b, uint64(n.port), 10), '/')
	b = append(b, record.ProtoName(n.proto)...)
	if n.name != "" {
		b = append(append(append(b, " ("...), n.name...), ')')
	}
	return b
}

// say is fmt.Sprintf for what findings are told of: %s, %d and %q of texts, addresses,
// ports and whole numbers. Every record that raises something carries a text, and to make
// it took longer than all else about it. What it does not know it marks with %!, as fmt
// does; TestSay holds the two together.
func say(format string, args ...any) string {
	var room [256]byte
	b := room[:0]
	for {
		i := strings.IndexByte(format, '%')
		if i < 0 || i+1 == len(format) {
			return string(append(b, format...))
		}
		verb := format[i+1]
		b, format = append(b, format[:i]...), format[i+2:]
		if len(args) == 0 {
			b = append(append(b, "%!"...), verb)
			continue
		}
		known := true
		switch a := args[0].(type) {
		case string:
			switch verb {
			case 's':
				b = append(b, a...)
			case 'q':
				b = strconv.AppendQuote(b, a)
			default:
				known = false
			}
		case netip.Addr:
			if known = verb == 's'; known && a.IsValid() {
				b = a.AppendTo(b)
			} else if known {
				b = append(b, a.String()...)
			}
		case number:
			if known = verb == 's'; known {
				b = a.append(b)
			}
		case uint64:
			if known = verb == 'd'; known {
				b = strconv.AppendUint(b, a, 10)
			}
		case uint16:
			if known = verb == 'd'; known {
				b = strconv.AppendUint(b, uint64(a), 10)
			}
		case int:
			if known = verb == 'd'; known {
				b = strconv.AppendInt(b, int64(a), 10)
			}
		default:
			known = false
		}
		if !known {
			b = append(append(b, "%!"...), verb)
		}
		args = args[1:]
	}
}

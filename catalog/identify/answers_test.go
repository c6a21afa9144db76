package identify

import (
	"slices"
	"testing"
)

// An address is known by a name only where the answer is of a question that was seen:
// of the other side, with its id, name and type (RFC 5452, section 4). Case does not count.
func TestOnlyAskedForAnswersTeachNames(t *testing.T) {
	const (
		name  = "\x04door\x07example\x00"
		mixed = "\x04dOOr\x07eXAmple\x00"
		other = "\x04gate\x07example\x00"
		a     = "\x00\x01\x00\x01"
		aaaa  = "\x00\x1c\x00\x01"
		v4    = "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"
		v6    = "\xc0\x0c\x00\x1c\x00\x01\x00\x00\x00\x3c\x00\x10\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
	)
	ask := func(id, question string) string {
		return id + "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + question
	}
	reply := func(id, question, record string) string {
		return id + "\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + question + record
	}
	for _, c := range []struct {
		what, ask, reply string
		answers          []string
		learned          int
	}{
		{"an address", ask("\x12\x34", name+a), reply("\x12\x34", name+a, v4), []string{"192.0.2.1"}, 1},
		{"an address of IPv6", ask("\x12\x34", name+aaaa), reply("\x12\x34", name+aaaa, v6), []string{"2001:db8::1"}, 1},
		{"in other letters", ask("\x12\x34", mixed+a), reply("\x12\x34", name+a, v4), []string{"192.0.2.1"}, 1},
		{"another id", ask("\x12\x34", name+a), reply("\x12\x35", name+a, v4), nil, 0},
		{"another name", ask("\x12\x34", name+a), reply("\x12\x34", other+a, v4), nil, 0},
		{"another type", ask("\x12\x34", name+aaaa), reply("\x12\x34", name+a, v4), nil, 0},
		{"nobody asked", "", reply("\x12\x34", name+a, v4), []string{"192.0.2.1"}, 0},
	} {
		d := udpTalk(53)
		d.x.Defer = true
		if c.ask != "" {
			d.say(ours, c.ask)
		}
		d.say(theirs, c.reply)
		f := d.end()
		if f == nil || f.DNS == nil {
			t.Errorf("%s: nothing was told", c.what)
			continue
		}
		if !slices.Equal(f.DNS.Answers, c.answers) || len(d.x.Learned) != c.learned {
			t.Errorf("%s: answers %v, %d learned; want %v, %d", c.what, f.DNS.Answers, len(d.x.Learned), c.answers, c.learned)
		}
	}
}

package plan_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"portero/catalog/identify"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/csv"
	"portero/internal/view/ndjson"
)

// texts are what a name may be, kind and not.
var texts = []string{"", "", "", "https", "db-1.example.org", "a\"b,c\r\nd", "=cmd()", "\xff\xfe", "\u202egnp.exe", "<script>", "\x1b[2J", strings.Repeat("é", 300), strings.Repeat("x", 5000)}

var addrs = []netip.Addr{{}, netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("255.255.255.255"), netip.MustParseAddr("2001:db8::1:0:0:1"),
	netip.MustParseAddr("::ffff:192.0.2.1"), netip.MustParseAddr("fe80::1%" + strings.Repeat("eth", 40))}

// fill puts random values into v: usual ones, and those at the ends of their type.
func fill(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *netip.Addr:
		*x = addrs[rand.IntN(len(addrs))]
		return
	case **identify.Facts:
		if rand.IntN(2) == 0 {
			*x = &identify.Facts{Version: texts[rand.IntN(len(texts))], Frames: [2]uint64{rand.Uint64() >> 40, 0}, HTTP: &identify.Web{Host: texts[rand.IntN(len(texts))], Status: 200}}
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString(texts[rand.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(rand.IntN(2) == 0)
	case reflect.Uint8:
	case reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if rand.IntN(3) > 0 {
			v.SetUint(rand.Uint64() >> (64 - v.Type().Bits() + rand.IntN(v.Type().Bits())))
		}
	case reflect.Int16, reflect.Int32, reflect.Int64:
		if n := rand.IntN(4); n > 1 {
			v.SetInt(int64(rand.Uint64()) >> (64 - v.Type().Bits() + rand.IntN(v.Type().Bits())))
		} else {
			v.SetInt(int64(-n))
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Slice:
		n := rand.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i))
		}
	default:
		panic(v.Type())
	}
}

func random(fields []record.Field) *record.Record {
	r := &record.Record{}
	fill(reflect.ValueOf(r).Elem())
	for _, f := range fields {
		if f.Lies.As == record.Octet {
			*f.Lies.At.Octet(r) = uint8(rand.IntN(f.Lies.Values))
		}
	}
	switch rand.IntN(3) {
	case 0:
		r.Proto = 6
		r.SYNRetries, r.SYNACKRetries, r.SuspectedRSTs = 0, 0, uint64(rand.IntN(2))
	case 1:
		// Nothing of the machines and programs, as usual.
		r.Orig, r.Resp = record.Side{Addr: r.Orig.Addr, Pkts: 7}, record.Side{Addr: r.Resp.Addr, WScale: -1}
		r.Event, r.Process, r.User, r.ProcessBy, r.ProcessPath, r.ProcessEnd, r.Container, r.PeerProcess, r.PID, r.PeerPID = "", "", "", "", "", "", "", "", 0, 0
		r.VLAN, r.Tunnel, r.TunnelEnds = nil, nil, nil
	}
	return r
}

// Where a field lies, and what it needs, tells the same as its functions: in every
// format, for all fields and some of them, whatever they hold.
func TestLies(t *testing.T) {
	all := record.Schema()
	fields := all
	for i := range 1000 {
		if i%10 == 0 {
			fields = nil
			for _, f := range all {
				if i%20 == 0 || rand.IntN(3) > 0 {
					fields = append(fields, f)
				}
			}
			if i%30 == 0 {
				rand.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
			}
		}
		asked := append([]record.Field(nil), fields...)
		for j := range asked {
			asked[j].Lies, asked[j].Need = record.Lies{}, record.NeedNothing
		}
		rs := []*record.Record{random(all), random(all)}
		for name, format := range map[string]func(b *bytes.Buffer, fs []record.Field) view.Writer{
			"ndjson": func(b *bytes.Buffer, fs []record.Field) view.Writer { return ndjson.New(b, fs, false) },
			"csv":    func(b *bytes.Buffer, fs []record.Field) view.Writer { return csv.New(b, fs, false) },
			"tsv":    func(b *bytes.Buffer, fs []record.Field) view.Writer { return csv.New(b, fs, true) },
		} {
			var fast, slow bytes.Buffer
			for b, fs := range map[*bytes.Buffer][]record.Field{&fast: fields, &slow: asked} {
				w := format(b, fs)
				for _, r := range rs {
					if err := w.Write(r); err != nil {
						t.Fatal(err)
					}
				}
				if err := w.End(nil); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(fast.Bytes(), slow.Bytes()) {
				t.Fatalf("%s:\n%q\nby the functions:\n%q", name, fast.Bytes(), slow.Bytes())
			}
		}
	}
}

// A writer's small buffer grows as it must.
func TestAppendMakesRoom(t *testing.T) {
	w := ndjson.New(nil, record.Schema(), false)
	r := random(record.Schema())
	want := w.Append(nil, r)
	for n := range 200 {
		if got := w.Append(make([]byte, n, n+n%7), r); !bytes.Equal(got[n:], want) {
			t.Fatal(n)
		}
	}
}

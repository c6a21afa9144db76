package anonymize

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"portero/internal/record"
)

const secret = "secret"

var public = netip.MustParseAddr("203.0.113.77")

// fill gives every text, octet and address below v a content that can be told, and
// every list one element.
func fill(v reflect.Value) {
	switch {
	case !v.CanSet():
		return
	case v.Type() == reflect.TypeFor[netip.Addr]():
		v.Set(reflect.ValueOf(public))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(secret)
	case reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		v.SetUint(77)
	case reflect.Int64, reflect.Int32, reflect.Int:
		v.SetInt(77)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// left are the paths of texts, addresses and lists of octets that are still as fill made
// them; lost those of what is empty and is no text, address or octets.
func left(v reflect.Value, path string) (kept, lost []string) {
	add := func(w reflect.Value, p string) {
		k, l := left(w, p)
		kept, lost = append(kept, k...), append(lost, l...)
	}
	switch {
	case v.Type() == reflect.TypeFor[netip.Addr]():
		if v.Interface() == public {
			kept = append(kept, path)
		}
		return
	case v.Kind() == reflect.String:
		if strings.Contains(v.String(), secret) {
			kept = append(kept, path)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice:
		if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
			return nil, []string{path}
		}
		if v.Kind() == reflect.Slice {
			add(v.Index(0), path+"[]")
		} else {
			add(v.Elem(), path)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				add(v.Field(i), strings.TrimPrefix(path+"."+f.Name, "."))
			}
		}
	case reflect.Array:
		add(v.Index(0), path+"[]")
	default:
		if v.IsZero() {
			lost = []string{path}
		}
	}
	return kept, lost
}

// Of all texts and addresses in a record only those that are named here stay: words of
// portero's, and what a protocol calls its own. A field that is new is decided on here.
func TestWhatOfARecordStays(t *testing.T) {
	var r record.Record
	fill(reflect.ValueOf(&r).Elem())
	New([]byte("one key")).Record(&r)
	if r.Risks[0].Muted != "muted" || Reason("") != "" {
		t.Errorf("muted is %q", r.Risks[0].Muted)
	}
	kept, lost := left(reflect.ValueOf(r), "")
	wantKept := []string{
		"Tunnel[]",
		"ConnState",
		"History",
		"Service",
		"ServiceBy",
		"Confidence",
		"PortClass",
		"PortName",
		"PortPractice",
		"Spoken",
		"App.Version",
		"App.TLS.Offered[]",
		"App.TLS.ALPN",
		"App.HTTP.Method",
		"App.Login.Method",
		"Event",
		"Quality[]",
		"Oddities[]",
		"Risks[].ID",
		"Risks[].Severity",
		"Risks[].Basis",
	}
	wantLost := []string{
		"Orig.WScale",
		"Orig.ASN",
		"Resp.WScale",
		"Resp.ASN",
		"TunnelEnds",
		"FrameFiles",
		"Completeness",
		"App.Client",
		"App.TLS.Cert",
		"App.TLS.AlertBy",
		"App.DNS.Answers",
		"App.Login.Secret",
		"App.StartTLS",
		"App.Opaque",
		"App.Sealed",
		"PID",
	}
	for _, c := range []struct {
		what      string
		got, want []string
	}{{"stays", kept, wantKept}, {"goes", lost, wantLost}} {
		for _, p := range c.got {
			if !slices.Contains(c.want, p) {
				t.Errorf("%s %s", p, c.what)
			}
		}
		for _, p := range c.want {
			if !slices.Contains(c.got, p) {
				t.Errorf("it is not so that %s %s", p, c.what)
			}
		}
	}
}

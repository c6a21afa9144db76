package table

import (
	"testing"

	"portero/catalog/identify"
	"portero/internal/record"
)

func TestRedirect(t *testing.T) {
	for _, x := range []struct {
		port     uint16
		status   int
		location string
		want     bool
	}{
		{80, 301, "http://example.test:8080", true}, {80, 302, "https://example.test", true}, {80, 301, "http://example.test", false},
		{8080, 301, "http://example.test:8080", false}, {8080, 307, "http://example.test", true}, {80, 200, "http://example.test:8080", false},
		{80, 301, "", false}, {80, 301, "ftp://example.test", false}, {80, 301, "http://%zz", false},
	} {
		r := record.Record{App: &identify.Facts{HTTP: &identify.Web{Status: x.status, Location: x.location}}}
		r.Resp.Port = x.port
		if _, ok := Redirect(&r); ok != x.want {
			t.Errorf("%+v: %v", x, ok)
		}
	}
}

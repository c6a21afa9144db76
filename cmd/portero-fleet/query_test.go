package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A question to which no record answers is told so: a table without rows is nothing at all.
func TestNoRecordAnswers(t *testing.T) {
	answer := ""
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, answer) }))
	defer store.Close()
	for _, c := range []struct{ lang, format, answer, want string }{
		{"en", "table", "", "portero-fleet: no record answers this question\n"},
		{"es", "table", "", "portero-fleet: ningún registro responde a esta pregunta\n"},
		{"en", "table", "a row\n", ""},
		{"en", "ndjson", "", ""}, // for programs nothing is an answer
	} {
		answer = c.answer
		var out, errw bytes.Buffer
		code := run(strings.Fields("query --lang "+c.lang+" --format "+c.format+" --clickhouse "+store.URL+" half-open"), &out, &errw)
		if code != 0 || out.String() != c.answer || errw.String() != c.want {
			t.Errorf("%+v: exit status %d, %q, says %q", c, code, &out, &errw)
		}
	}
}

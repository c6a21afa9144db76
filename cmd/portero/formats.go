package main

import (
	"io"
	"sort"
	"strings"

	"portero/internal/view"
	"portero/internal/view/spread"
	"portero/internal/view/table"
)

// spread lets the threads that there are write.
func (o *readFlags) spread(out io.Writer, format func(w io.Writer) spread.Flusher) view.Writer {
	if o.threads < 2 {
		return format(out)
	}
	return spread.New(out, min(o.threads, 4), format)
}

var orders = map[string]func(a, b *table.Row) bool{
	"id":      func(a, b *table.Row) bool { return a.ID < b.ID },
	"bytes":   func(a, b *table.Row) bool { return a.Bytes > b.Bytes },
	"packets": func(a, b *table.Row) bool { return a.Pkts > b.Pkts },
	"rtt":     func(a, b *table.Row) bool { return a.RTT > b.RTT },
	"verdict": func(a, b *table.Row) bool { return a.Opening < b.Opening || a.Opening == b.Opening && a.ID < b.ID },
}

func keys[V any](m map[string]V) string {
	var ks []string
	for k := range m {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	return strings.Join(ks, ", ")
}

package main

import (
	"fmt"
	"slices"

	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/table"
)

// ordered holds records back until the end and hands them on as --sort and --limit say: the same
// ones, in the same order, as a table shows.
type ordered struct {
	to    view.Writer
	less  func(a, b *table.Row) bool
	limit int // 0 is all
	held  []ranked
}

type ranked struct {
	by table.Row
	r  *record.Record
}

// mostHeld is how many records are held: about a gigabyte. With --limit no more than that are needed.
const mostHeld = 500_000

func (o *ordered) Begin() error { return o.to.Begin() }

func (o *ordered) Write(r *record.Record) error {
	if n := o.limit; n > 0 && n < mostHeld/2 && len(o.held) >= 2*n {
		o.sort() // half of them are out, whatever comes
	} else if len(o.held) >= mostHeld {
		return usage(fmt.Sprintf("--sort and --limit hold %d records at most: give a lower --limit, or sort what is written without them", mostHeld))
	}
	o.held = append(o.held, ranked{table.Key(r), r.Clone()})
	return nil
}

// sort leaves the first records in their order.
func (o *ordered) sort() {
	slices.SortStableFunc(o.held, func(a, b ranked) int {
		switch {
		case o.less(&a.by, &b.by):
			return -1
		case o.less(&b.by, &a.by):
			return 1
		}
		return 0
	})
	if o.limit > 0 && len(o.held) > o.limit {
		clear(o.held[o.limit:])
		o.held = o.held[:o.limit]
	}
}

func (o *ordered) End(s *view.Summary) error {
	o.sort()
	for _, h := range o.held {
		if err := o.to.Write(h.r); err != nil {
			return err
		}
	}
	o.held = nil
	return o.to.End(s)
}

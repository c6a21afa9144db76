package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// order is one way to sort a list: by the sum of some of its columns, most first. Without columns the list stays in the
// order of addresses.
type order struct {
	name string
	of   []string // heads
}

var (
	hostOrders = []order{{"address", nil}, {"bytes", []string{"bytes_out", "bytes_in"}}, {"packets", []string{"packets"}}, {"opened", []string{"opened"}}, {"failed", []string{"failed"}}, {"received", []string{"received"}}, {"doors", []string{"open_doors"}}, {"peers", []string{"peers"}}}
	doorOrders = []order{{"address", nil}, {"bytes", []string{"bytes_in", "bytes_out"}}, {"tried", []string{"attempts"}}, {"accepted", []string{"accepted"}}, {"refused", []string{"refused"}}, {"clients", []string{"clients"}}, {"outside", []string{"outside"}}}
)

func orderNames(orders []order) (names []string) {
	for _, o := range orders {
		names = append(names, o.name)
	}
	return names
}

// rankFlags are --sort and --limit of a list that is whole before its first row is shown.
func (o *readFlags) rankFlags(cmd *cobra.Command, orders []order) {
	names := orderNames(orders)
	cmd.Flags().StringVar(&o.sort, "sort", names[0], "order of rows, most first: "+strings.Join(names, ", "))
	cmd.Flags().IntVar(&o.limit, "limit", 0, "rows; 0 for all")
	if err := cmd.RegisterFlagCompletionFunc("sort", fixed(names...)); err != nil {
		panic(err)
	}
}

// rankable refuses an order that there is none of, before anything is read.
func (o *readFlags) rankable(orders []order) error {
	if names := orderNames(orders); !slices.Contains(names, o.sort) {
		return usage(fmt.Sprintf("--sort: %q is none of %s", o.sort, strings.Join(names, ", ")))
	}
	return nil
}

// rank puts the rows into the order that was asked for, and keeps as many.
func (l *list) rank(orders []order, o *readFlags) {
	i := slices.IndexFunc(orders, func(x order) bool { return x.name == o.sort })
	sum := func(row []any) (n uint64) {
		for _, head := range orders[i].of {
			n += amount(row[slices.Index(l.heads, head)])
		}
		return n
	}
	slices.SortStableFunc(l.rows, func(a, b []any) int { return cmp.Compare(sum(b), sum(a)) })
	if o.limit > 0 && len(l.rows) > o.limit {
		l.rows = l.rows[:o.limit]
	}
}

// giveWay are the columns of a table in the order in which they leave a narrow terminal: those by which it is sorted
// go last, since without them nobody sees why a row stands where it does.
func (l *list) giveWay(orders []order, o *readFlags, columns ...string) []string {
	i := slices.IndexFunc(orders, func(x order) bool { return x.name == o.sort })
	var kept []string
	for _, head := range orders[i].of {
		kept = append(kept, l.label[slices.Index(l.heads, head)])
	}
	columns = slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return slices.Contains(kept, c) })
	return append(columns, kept...)
}

// amount is a cell that counts.
func amount(cell any) uint64 {
	switch n := cell.(type) {
	case uint64:
		return n
	case int:
		return uint64(max(n, 0))
	case int64:
		return uint64(max(n, 0))
	case uint32:
		return uint64(n)
	}
	return 0
}

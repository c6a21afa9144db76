package lake

import "sort"

// ranges is a set of numbers as closed intervals, sorted and apart. The zero value
// is empty.
type ranges [][2]uint64

func (r *ranges) at(n uint64) int {
	return sort.Search(len(*r), func(i int) bool { return (*r)[i][1] >= n })
}

func (r *ranges) has(n uint64) bool {
	i := r.at(n)
	return i < len(*r) && (*r)[i][0] <= n
}

// add puts lo to hi in the set.
func (r *ranges) add(lo, hi uint64) {
	if lo > hi {
		return
	}
	from := sort.Search(len(*r), func(i int) bool { return (*r)[i][1] >= lo || (*r)[i][1]+1 == lo })
	to := from
	for to < len(*r) && ((*r)[to][0] <= hi || (*r)[to][0] == hi+1) {
		lo, hi = min(lo, (*r)[to][0]), max(hi, (*r)[to][1])
		to++
	}
	if from == to {
		*r = append(*r, [2]uint64{})
		copy((*r)[from+1:], (*r)[from:])
		(*r)[from] = [2]uint64{lo, hi}
		return
	}
	(*r)[from] = [2]uint64{lo, hi}
	*r = append((*r)[:from+1], (*r)[to:]...)
}

//go:build unix

package lake

import (
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLake: decoded batches into committed, fsynced Parquet files.
func BenchmarkLake(b *testing.B) {
	dir := b.TempDir()
	l, err := Open(dir, 2)
	if err != nil {
		b.Fatal(err)
	}
	x := made(b, "lab", 0, 16384)
	n := uint64(0)
	used := cpu()
	for b.Loop() {
		var es []Entry
		for range 8 {
			n++
			es = append(es, Entry{Source: "lab/s1/e", Number: n, Batch: x})
		}
		if err := l.Write(es); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*16384/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(n)*16384/(cpu()-used).Seconds(), "records/cpu-s")
}

//go:build unix

package broker_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"portero/internal/corpus"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
	"portero/internal/record"
)

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkIntoBroker: records from the capture's sink, over the spool (fsynced), to
// the broker's acknowledgement (fsynced).
func BenchmarkIntoBroker(b *testing.B) {
	for name, lazy := range map[string]bool{"sync-always": false, "sync-2s": true} {
		b.Run(name, func(b *testing.B) {
			br, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Limits: bus.Limits{MaxBytes: 8 << 30}, Dir: b.TempDir(), Lazy: lazy})
			if err != nil {
				b.Fatal(err)
			}
			defer br.Stop()
			if err := br.Ensure(context.Background()); err != nil {
				b.Fatal(err)
			}
			sp, err := spool.Open(b.TempDir(), 1<<30)
			if err != nil {
				b.Fatal(err)
			}
			defer sp.Close()
			s, err := sensor.New(sensor.Config{Site: "bench", Name: "s1", Wait: true}, sp)
			if err != nil {
				b.Fatal(err)
			}
			nc, err := bus.Connect(bus.Config{URL: br.URL()}, "bench", false, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer nc.Close()
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- s.Publish(ctx, nc) }()
			var rs [4096]*record.Record
			for i := range rs {
				rs[i] = corpus.Made(uint64(i))
			}
			used := cpu()
			for i := 0; b.Loop(); i++ {
				if err := s.Add(rs[i%len(rs)]); err != nil {
					b.Fatal(err)
				}
			}
			s.Close()
			s.Drained(ctx)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(b.N)/(cpu()-used).Seconds(), "records/cpu-s")
			stop()
			<-done
		})
	}
}

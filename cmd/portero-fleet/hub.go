package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/internal/fleet/house"
	"portero/internal/fleet/hub"
	"portero/internal/fleet/lake"
	"portero/internal/words"
)

// houseFlags say where ClickHouse is.
type houseFlags struct{ house.Config }

func (h *houseFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&h.URL, "clickhouse", os.Getenv("PORTERO_FLEET_CLICKHOUSE"), "ClickHouse's HTTP interface: http://127.0.0.1:8123, https:// elsewhere (PORTERO_FLEET_CLICKHOUSE)")
	fs.StringVar(&h.Database, "clickhouse-database", "default", "the database")
	fs.StringVar(&h.User, "clickhouse-user", os.Getenv("PORTERO_FLEET_CLICKHOUSE_USER"), "the user (PORTERO_FLEET_CLICKHOUSE_USER)")
	fs.StringVar(&h.PasswordFile, "clickhouse-password-file", os.Getenv("PORTERO_FLEET_CLICKHOUSE_PASSWORD_FILE"), "file with the password (PORTERO_FLEET_CLICKHOUSE_PASSWORD_FILE)")
	fs.StringVar(&h.Config.CA, "clickhouse-ca", "", "file with the certificates that ClickHouse's must descend from")
}

func (a *app) hubCmd() *cobra.Command {
	var b busFlags
	var h houseFlags
	var cfg hub.Config
	var parquet string
	var groupReads bool
	cmd := &cobra.Command{
		Use: "hub", Short: "Move records from the broker into ClickHouse and Parquet", Args: cobra.NoArgs,
		Long: `Takes batches from the broker, stores them, then acknowledges them. Any number of hubs
share the work; one that is killed is made up for by the others. A batch that comes twice
is stored once. Parquet goes into site=X/date=Y/hour=Z folders.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("days") {
				if h.URL == "" {
					return usage("--days is for --clickhouse; of Parquet delete the folders date=... that are too old")
				}
				if h.Days == 0 {
					h.Days = house.Forever
				}
			}
			var err error
			if cfg.Stores, err = a.stores(&h, parquet, groupReads); err != nil {
				return err
			}
			cfg.Say = a.say
			x, err := hub.New(cfg)
			if err != nil {
				return usage(err.Error())
			}
			nc, err := a.connect(&b, "hub "+cfg.Name, true)
			if err != nil {
				return err
			}
			defer nc.Close()
			ctx, stop := context.WithCancel(a.ctx)
			var work sync.WaitGroup
			work.Go(func() { every(ctx, reportEvery, func() { x.Report(nc) }) })
			err = x.Run(ctx, nc)
			stop()
			work.Wait()
			x.Report(nc)
			_ = nc.FlushTimeout(time.Second)
			a.say(fmt.Sprintf(a.lang.Pick("%s in %s stored", "guardados: %s en %s"), words.Number(x.Records.Load(), a.lang.Pick("record", "registro"), a.lang.Pick("records", "registros")), words.Number(x.Batches.Load(), a.lang.Pick("batch", "lote"), a.lang.Pick("batches", "lotes"))))
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
	fs := cmd.Flags()
	b.register(fs)
	h.register(fs)
	host, _ := os.Hostname()
	fs.StringVar(&cfg.Name, "name", plainName(host), "name of this hub")
	fs.StringVar(&parquet, "parquet", "", "folder for Parquet partitions; hubs may share one on a file system that locks")
	fs.BoolVar(&groupReads, "group-reads", false, "let our group read the Parquet files (mode 0640, not 0600), for a store that runs as another user")
	fs.IntVar(&cfg.Rows, "rows", 200_000, "store when so many records are held")
	fs.DurationVar(&cfg.Every, "every", 5*time.Second, "or after this time: Parquet files get larger with it")
	fs.StringVar(&cfg.Bad, "bad", "portero-bad", "folder for batches that cannot be read")
	fs.IntVar(&h.Days, "days", 0, "delete records from ClickHouse after so many days; 0 keeps them from now on, and without --days it stays as it was")
	return cmd
}

// stores opens those that were asked for: ClickHouse, a folder of Parquet.
func (a *app) stores(h *houseFlags, parquet string, groupReads bool) (map[string]hub.Store, error) {
	stores := map[string]hub.Store{}
	if h.URL != "" {
		c, err := house.New(h.Config)
		if err != nil {
			return nil, usage(err.Error())
		}
		ctx, stop := context.WithTimeout(a.ctx, time.Minute)
		defer stop()
		if err := c.Migrate(ctx); err != nil {
			return nil, err
		}
		stores["clickhouse"] = c
	}
	if parquet != "" {
		l, err := lake.Open(parquet, runtime.NumCPU())
		if err != nil {
			return nil, err
		}
		l.GroupReads = groupReads
		stores["parquet"] = l
	}
	return stores, nil
}

// reportEvery is how often parts of a fleet say how they are.
const reportEvery = 5 * time.Second

// every calls f now and then, until ctx ends.
func every(ctx context.Context, d time.Duration, f func()) {
	t := time.NewTicker(d)
	defer t.Stop()
	for f(); ; f() {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nkeys"
	"github.com/spf13/cobra"

	"portero/internal/fleet/broker"
)

func (a *app) brokerCmd() *cobra.Command {
	var o broker.Options
	var size string
	cmd := &cobra.Command{
		Use: "broker", Short: "Keep batches between sensors and hubs: NATS JetStream, every one fsynced", Args: cobra.NoArgs,
		Long: `Runs a NATS server with JetStream in this process. What it acknowledges is on its disk.
It listens on this machine alone until it is given a certificate and a file of users.
SIGHUP reads both again: who is no longer in the file is shut out, the others stay.
Exit status 1: its disk could not be written; it takes more when it is started again.
Three of them make a cluster that survives the loss of one (docs/FLEET.md).`,
		RunE: func(*cobra.Command, []string) (err error) {
			if o.Limits.MaxBytes, err = sizeOf("--size", size); err != nil {
				return err
			}
			if o.Cluster != "" && o.Limits.Replicas == 0 {
				o.Limits.Replicas = min(len(o.Routes), 3)
			}
			o.Say = a.say
			b, err := broker.Start(o)
			if err != nil {
				return err
			}
			defer b.Stop()
			a.say(fmt.Sprintf(a.lang.Pick("broker %s listens on %s", "el intermediario %s escucha en %s"), b.Name(), b.URL()))
			ctx, stop := context.WithTimeout(a.ctx, 5*time.Minute)
			err = b.Ensure(ctx)
			stop()
			if err != nil && a.ctx.Err() == nil {
				return fmt.Errorf("streams: %w", err)
			}
			if err == nil {
				a.say(a.lang.Pick("ready", "listo"))
			}
			again := func() {
				if err := b.Reload(); err != nil {
					a.say(a.lang.Pick("everything stays as it was: ", "todo sigue como estaba: ") + plain(err))
					return
				}
				a.say(a.lang.Pick("users and certificate were read again", "se han vuelto a leer los usuarios y el certificado"))
			}
			a.reload.Store(&again)
			defer a.reload.Store(nil)
			if err = b.Watch(a.ctx); errors.Is(err, broker.ErrDisk) {
				return &exitError{1, err}
			}
			return err
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&o.Listen, "listen", "127.0.0.1:4222", "HOST:PORT for sensors and hubs")
	fs.StringVar(&o.Dir, "dir", "portero-broker", "folder for what is kept")
	host, _ := os.Hostname()
	fs.StringVar(&o.Name, "name", plainName(host), "name of this broker, unique in its cluster")
	fs.StringVar(&o.Users, "users", "", "file of who may connect, one a line: sensor SITE PUBLIC, hub PUBLIC, admin PUBLIC")
	fs.StringVar(&o.Cert, "cert", "", "file with the certificate")
	fs.StringVar(&o.Key, "key", "", "file with its key")
	fs.StringVar(&o.CA, "ca", "", "file with the certificates from which clients' and other brokers' must descend")
	fs.StringVar(&o.Cluster, "cluster", "", "name of the cluster that this broker is part of")
	fs.StringVar(&o.Peer, "peer", "127.0.0.1:6222", "HOST:PORT for the other brokers of the cluster")
	fs.StringSliceVar(&o.Routes, "routes", nil, "HOST:PORT of every broker of the cluster")
	fs.IntVar(&o.Limits.Replicas, "replicas", 0, "copies of every batch: 1 alone, 3 in a cluster of three")
	fs.StringVar(&size, "size", "8G", "most that waits for hubs; what is beyond stays with the sensors")
	fs.BoolVar(&o.Lazy, "lazy", false, "fsync every two seconds, not every batch: faster, and a power cut loses them")
	return cmd
}

func (a *app) keyCmd() *cobra.Command {
	return &cobra.Command{
		Use: "key FILE", Short: "Make a secret seed in FILE, and print the public key for the broker's --users", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			kp, err := nkeys.CreateUser()
			if err != nil {
				return err
			}
			seed, err := kp.Seed()
			if err != nil {
				return err
			}
			pub, err := kp.PublicKey()
			if err != nil {
				return err
			}
			f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			if _, err := f.Write(append(seed, '\n')); err != nil {
				f.Close()
				return err
			}
			if err := f.Close(); err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.out, pub)
			return err
		},
	}
}

// sizeOf reads 64M, 8G, 500000.
func sizeOf(flag, s string) (int64, error) {
	mult := int64(1)
	t := s
	if n := len(t); n > 0 {
		switch t[n-1] | 0x20 {
		case 'k':
			mult, t = 1<<10, t[:n-1]
		case 'm':
			mult, t = 1<<20, t[:n-1]
		case 'g':
			mult, t = 1<<30, t[:n-1]
		case 't':
			mult, t = 1<<40, t[:n-1]
		}
	}
	var n int64
	if _, err := fmt.Sscanf(t, "%d", &n); err != nil || fmt.Sprint(n) != t || n <= 0 || n > 1<<62/mult {
		return 0, usage(fmt.Sprintf("%s: %q is no size (write 64M or 8G)", flag, s))
	}
	return n * mult, nil
}

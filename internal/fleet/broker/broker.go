// Package broker is an embedded NATS server with JetStream, set up so that what it
// acknowledged is on the disk (SyncAlways) and so that nothing listens beyond this
// machine without TLS and credentials.
package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"portero/internal/fleet/bus"
	"portero/internal/fleet/spool"
)

// Options say how a broker runs.
type Options struct {
	Name    string // unique in a cluster
	Listen  string // HOST:PORT for the fleet
	Dir     string // where JetStream keeps its files
	Cert    string // files of the server's certificate and key
	Key     string
	CA      string // whose clients, and other brokers, are let in by certificate
	Users   string // file of credentials, see ReadUsers
	Cluster string // name of the cluster, "" for a broker of its own
	Peer    string // HOST:PORT for the other brokers
	Routes  []string
	Limits  bus.Limits
	Lazy    bool // fsync every two seconds instead of every message; for measuring only
	Say     func(string)
	self    nkeys.KeyPair // of the broker itself, made anew at each start
}

// Broker is a running server.
type Broker struct {
	srv     *server.Server
	opt     Options
	lock    *os.File
	spoiled atomic.Uint64 // times that the disk spoiled what was kept

	tendEvery int // see the constant
}

// wordBits is what an int of this machine has. With 32 the server panics as soon as it is one of a
// cluster: a counter of 64 bits lies where such a processor cannot read it at once.
var wordBits = strconv.IntSize

// Start starts a broker and waits until it takes connections.
func Start(o Options) (*Broker, error) {
	so, err := o.server()
	if err != nil {
		return nil, err
	}
	if o.Cluster != "" && wordBits < 64 {
		return nil, fmt.Errorf("--cluster %s: the brokers of a cluster need machines of 64 bits; alone a broker runs on this one, too", o.Cluster)
	}
	// JetStream looks for no other on its folder: two on one would both acknowledge
	// what only one of them finds again.
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := spool.TryLock(filepath.Join(o.Dir, "lock"))
	if errors.Is(err, spool.ErrInUse) {
		return nil, fmt.Errorf("%s: another broker uses this folder: %w; give each its own --dir", o.Dir, err)
	}
	if err != nil {
		return nil, err
	}
	if o.Limits.MaxBytes, err = room(o.Dir, o.Limits.MaxBytes, o.Say); err != nil {
		lock.Close()
		return nil, err
	}
	so.JetStreamMaxStore = o.Limits.MaxBytes + beside
	b, err := start(o, so)
	if err != nil {
		lock.Close()
		return nil, err
	}
	b.lock = lock
	return b, nil
}

func start(o Options, so *server.Options) (*Broker, error) {
	srv, err := server.NewServer(so)
	if err != nil {
		return nil, err
	}
	l := &logger{say: o.Say, fatal: make(chan string, 1), often: bus.Seldom{Burst: 10}}
	srv.SetLoggerV2(l, false, false, false)
	srv.Start()
	stop := func(why error) (*Broker, error) {
		srv.Shutdown()
		srv.WaitForShutdown()
		return nil, why
	}
	for end := time.Now().Add(15 * time.Second); !srv.ReadyForConnections(50 * time.Millisecond); {
		select {
		case why := <-l.fatal:
			return stop(fmt.Errorf("the broker cannot start: %s", why))
		default:
			if time.Now().After(end) {
				return stop(fmt.Errorf("the broker did not begin to listen on %s within 15 s", o.Listen))
			}
		}
	}
	l.started.Store(true)
	return &Broker{srv: srv, opt: o, tendEvery: tendEvery}, nil
}

func (o *Options) server() (*server.Options, error) {
	if o.Limits.MaxBytes == 0 {
		o.Limits.MaxBytes = bus.DefaultBytes
	}
	if o.Limits.Replicas > 1 && o.Cluster == "" {
		return nil, fmt.Errorf("--replicas %d needs a cluster of so many brokers: --cluster, --name, --peer and --routes", o.Limits.Replicas)
	}
	host, port, err := split(o.Listen)
	if err != nil {
		return nil, err
	}
	so := &server.Options{ServerName: o.Name, Host: host, Port: port, JetStream: true, StoreDir: o.Dir, SyncAlways: !o.Lazy, NoSigs: true, NoLog: o.Say == nil,
		MaxPayload: bus.MaxMessage, MaxPending: 256 << 20, DisableJetStreamBanner: true, WriteDeadline: 10 * time.Second}
	if o.Lazy {
		so.SyncInterval = 2 * time.Second
	}
	beyond := !bus.Loopback(host)
	if o.Users != "" {
		f, err := os.Open(o.Users)
		if err != nil {
			return nil, err
		}
		us, err := ReadUsers(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Users, err)
		}
		if len(us) == 0 {
			return nil, fmt.Errorf("%s: nobody is in it, so nobody could connect", o.Users)
		}
		if err := letIn(so, us); err != nil {
			return nil, err
		}
		if o.self == nil {
			if o.self, err = nkeys.CreateUser(); err != nil {
				return nil, err
			}
		}
		pub, err := o.self.PublicKey()
		if err != nil {
			return nil, err
		}
		so.Nkeys = append(so.Nkeys, &server.NkeyUser{Nkey: pub})
	}
	if o.Cert != "" {
		if so.TLSConfig, err = o.tls(false); err != nil {
			return nil, err
		}
		so.TLS, so.TLSVerify, so.TLSTimeout = true, o.CA != "", 5
	}
	if beyond && (o.Cert == "" || o.Users == "") {
		return nil, fmt.Errorf("--listen %s is open to other machines: give it --cert, --key and --users, or listen on 127.0.0.1", o.Listen)
	}
	if o.Cluster == "" {
		return so, nil
	}
	if o.Name == "" {
		return nil, errors.New("a broker of a cluster needs a --name of its own")
	}
	if so.Cluster.Host, so.Cluster.Port, err = split(o.Peer); err != nil {
		return nil, err
	}
	so.Cluster.Name = o.Cluster
	if !bus.Loopback(so.Cluster.Host) && (o.Cert == "" || o.CA == "") {
		return nil, fmt.Errorf("--peer %s is open to other machines: give it --cert, --key and --ca, so that brokers know one another", o.Peer)
	}
	if o.Cert != "" {
		if so.Cluster.TLSConfig, err = o.tls(true); err != nil {
			return nil, err
		}
		so.Cluster.TLSTimeout = 5
	}
	if len(o.Routes) == 0 {
		return nil, fmt.Errorf("--cluster %s needs --routes: HOST:PORT of every broker in it", o.Cluster)
	}
	for _, r := range o.Routes {
		u, err := url.Parse("nats://" + strings.TrimPrefix(r, "nats://"))
		if err != nil || u.Host == "" || u.User != nil {
			return nil, fmt.Errorf("--routes: %q is no HOST:PORT", bus.Redact(r))
		}
		so.Routes = append(so.Routes, u)
	}
	return so, nil
}

// tls is the server's configuration; between brokers both sides show certificates.
func (o *Options) tls(mutual bool) (*tls.Config, error) {
	k, err := tls.LoadX509KeyPair(o.Cert, o.Key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Cert, err)
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{k}}
	if o.CA != "" {
		pool, err := bus.Pool(o.CA)
		if err != nil {
			return nil, err
		}
		t.ClientCAs, t.ClientAuth = pool, tls.RequireAndVerifyClientCert
		if mutual {
			t.RootCAs = pool
		}
	}
	return t, nil
}

func split(s string) (host string, port int, err error) {
	h, p, err := net.SplitHostPort(s)
	if err != nil {
		return "", 0, fmt.Errorf("%q is no HOST:PORT", s)
	}
	if port, err = strconv.Atoi(p); err != nil || port < -1 || port > 65535 {
		return "", 0, fmt.Errorf("%q has no port up to 65535", s)
	}
	if h == "" {
		h = "0.0.0.0"
	}
	if port == 0 {
		port = -1 // the server's word for any
	}
	return h, port, nil
}

// Reload reads the file of users, the certificate and the authority again: who is not in
// the file any more is shut out at once, and all others stay. After an error everything
// is as before.
func (b *Broker) Reload() error {
	o := b.opt
	so, err := o.server()
	if err != nil {
		return err
	}
	so.JetStreamMaxStore = o.Limits.MaxBytes + beside
	var fresh bool
	for _, a := range so.Accounts {
		if _, err := b.srv.LookupAccount(a.Name); err != nil {
			fresh = true // a site, or the first hub
		}
	}
	if err := b.srv.ReloadOptions(so); err != nil || !fresh {
		return err
	}
	// What an account may say to another is connected at a start, and for one that came
	// with a reload at the next.
	if so, err = o.server(); err != nil {
		return err
	}
	so.JetStreamMaxStore = o.Limits.MaxBytes + beside
	return b.srv.ReloadOptions(so)
}

// URL is where clients connect.
func (b *Broker) URL() string { return b.srv.ClientURL() }

// Name is the server's.
func (b *Broker) Name() string { return b.srv.Name() }

// Ensure makes the streams, over a connection inside the process whose key nobody
// else has. In a cluster it waits until there is a leader, and says so; alone, what
// the server refuses it refuses for good.
func (b *Broker) Ensure(ctx context.Context) error {
	nc, err := b.inside()
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	began, said := time.Now(), false
	patience := 5 * time.Second
	if b.opt.Cluster != "" {
		patience = time.Second
	}
	for {
		// What is asked before there is a leader is never answered, nor what one hears in its first
		// moment: it is not waited for as long as a slow disk.
		if err = b.leaderless(); err == nil {
			try, stop := context.WithTimeout(ctx, patience)
			err = bus.Ensure(try, js, b.opt.Limits)
			stop()
			patience = min(2*patience, 5*time.Second)
		}
		if err == nil {
			return nil
		}
		var refused *jetstream.APIError
		if b.opt.Cluster == "" && errors.As(err, &refused) && refused.Code != 503 {
			return err
		}
		if !said && b.opt.Say != nil && time.Since(began) > time.Second {
			said = true
			b.opt.Say(b.waits())
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// leaderless is why a cluster makes no streams yet.
func (b *Broker) leaderless() error {
	if b.opt.Cluster == "" {
		return nil
	}
	if !b.srv.JetStreamIsClustered() {
		return errors.New("no cluster yet")
	}
	if h := b.srv.Healthz(&server.HealthzOptions{JSServerOnly: true}); h.Status != "ok" {
		return errors.New(h.Error)
	}
	return nil
}

// inside is a connection that never leaves the process.
func (b *Broker) inside() (*nats.Conn, error) {
	opts := []nats.Option{nats.InProcessServer(b.srv)}
	if b.opt.self != nil {
		pub, _ := b.opt.self.PublicKey()
		opts = append(opts, nats.Nkey(pub, b.opt.self.Sign))
	}
	return nats.Connect("", opts...)
}

// waits says what Ensure waits for.
func (b *Broker) waits() string {
	if b.opt.Cluster == "" {
		return "waiting for the server to open its streams"
	}
	return fmt.Sprintf("waiting for the other brokers of cluster %s (%s): %d connected", b.opt.Cluster, strings.Join(b.opt.Routes, ", "), b.srv.NumRemotes())
}

// StreamLeader reports whether this broker leads a stream.
func (b *Broker) StreamLeader(stream string) bool {
	return b.srv.JetStreamIsStreamLeader(server.DEFAULT_GLOBAL_ACCOUNT, stream)
}

// Stop ends the broker; connected clients look for another.
func (b *Broker) Stop() {
	b.srv.Shutdown()
	b.srv.WaitForShutdown()
	b.lock.Close()
}

// logger hands on what matters. What the server calls fatal before it has started is
// why it does not: the server itself would end the process.
type logger struct {
	say     func(string)
	fatal   chan string
	started atomic.Bool
	often   bus.Seldom
}

// tell says what the server does. A client whose certificate has run out tries again three times a
// second, for ever: what the server says of clients is told by its kind, ten in half a minute.
func (l *logger) tell(what, f string, v ...any) {
	if l.say == nil {
		return
	}
	of := f[strings.LastIndex(f, " - ")+1:] // in front is which client
	l.often.Say(what+of, what+": "+fmt.Sprintf(f, v...), l.say)
}

func (l *logger) Noticef(string, ...any)    {}
func (l *logger) Debugf(string, ...any)     {}
func (l *logger) Tracef(string, ...any)     {}
func (l *logger) Warnf(f string, v ...any)  { l.tell("warning", f, v...) }
func (l *logger) Errorf(f string, v ...any) { l.tell("error", f, v...) }
func (l *logger) Fatalf(f string, v ...any) {
	if !l.started.Load() {
		select {
		case l.fatal <- fmt.Sprintf(f, v...):
			return
		default:
		}
	}
	l.tell("fatal", f, v...)
}

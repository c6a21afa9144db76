// Package bus is how the parts of a fleet find one another on NATS JetStream: the
// names of subjects and streams, and connections with credentials that come from
// files.
package bus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
)

// The streams and what they hold.
const (
	Flows  = "FLOWS"  // batches of records, until a hub has stored them
	Work   = "WORK"   // captures to read, until a worker has read them
	Status = "STATUS" // the last word of each part of the fleet
	Files  = "ingest" // key-value: which captures were read
	Store  = "store"  // the hubs' consumer of Flows
	Worker = "worker" // the workers' consumer of Work
)

const (
	// MaxMessage is the longest message that a broker takes, octets, with its header.
	MaxMessage = 8 << 20
	// MaxBatch is the longest batch that is sent in one.
	MaxBatch = MaxMessage - 4096
)

// TooLong reports whether a message was refused because of its length, which no
// other try changes.
func TooLong(err error) bool {
	var refused *jetstream.APIError
	return errors.Is(err, nats.ErrMaxPayload) || errors.As(err, &refused) && refused.ErrorCode == messageTooLong
}

// Unsent is why a message is not even on its way. Without a connection the client
// speaks of its buffer, of which we want none, or of what a server that it never met lacks.
func Unsent(err error) error {
	if errors.Is(err, nats.ErrReconnectBufExceeded) || errors.Is(err, nats.ErrHeadersNotSupported) {
		return nats.ErrDisconnected
	}
	return err
}

// messageTooLong is JetStream's code for "message size exceeds maximum allowed".
const messageTooLong = 10054

// Brokers is where every broker of a cluster answers how it is, with a BrokerState.
const Brokers = "portero.brokers"

// BrokerState is what a broker says of itself.
type BrokerState struct {
	Name string `json:"name"`
	Free int64  `json:"free_bytes"` // of its disk; -1 is unknown
	// Spoiled is how often its disk spoiled what it kept, since it was started.
	Spoiled uint64 `json:"spoiled,omitempty"`
}

// FlowSubject is where a sensor of a site sends the batches of a lane.
func FlowSubject(site string, lane uint16) string {
	return "flows." + site + "." + strconv.Itoa(int(lane))
}

// SiteOf is the site of a subject, "" when it has none.
func SiteOf(subject string) string {
	if f := strings.Split(subject, "."); len(f) == 3 {
		return f[1]
	}
	return ""
}

// StatusSubject is where a part of the fleet says how it is.
func StatusSubject(site, kind, name string) string { return "status." + site + "." + kind + "." + name }

// MessageID is the name of a message: Source is the spool it comes from.
func MessageID(source string, number uint64) string {
	return source + "/" + strconv.FormatUint(number, 10)
}

// SpoolName is how long the name of a spool is, the last part of a source.
const SpoolName = 16

// SplitID takes a name apart.
func SplitID(id string) (source string, number uint64, ok bool) {
	i := strings.LastIndexByte(id, '/')
	if i <= 0 || len(id) > 256 {
		return "", 0, false
	}
	n, err := strconv.ParseUint(id[i+1:], 10, 64)
	return id[:i], n, err == nil && n > 0
}

// Config says where the broker is and who we are. Secrets are in files, so that
// they show neither in process lists nor in logs.
type Config struct {
	URL  string // nats://127.0.0.1:4222, several with commas
	Seed string // file with the nkey seed, made by portero-fleet key
	CA   string // file with the certificates that the broker's must descend from
	Cert string // file with our own certificate, where the broker asks for one
	Key  string // file with its key
}

// FromEnv fills what is empty from PORTERO_FLEET_URL, _SEED, _CA, _CERT, _KEY,
// which name files too (but for the URL).
func (c *Config) FromEnv(getenv func(string) string) {
	for _, v := range []struct {
		to   *string
		name string
	}{{&c.URL, "URL"}, {&c.Seed, "SEED"}, {&c.CA, "CA"}, {&c.Cert, "CERT"}, {&c.Key, "KEY"}} {
		if *v.to == "" {
			*v.to = getenv("PORTERO_FLEET_" + v.name)
		}
	}
	if c.URL == "" {
		c.URL = "nats://127.0.0.1:4222"
	}
}

// Connect connects, and again whenever the connection breaks. say is told of both;
// it may be nil. A broker that is not there yet is waited for when wait is set.
func Connect(c Config, name string, wait bool, say func(string)) (*nats.Conn, error) {
	for _, u := range strings.Split(c.URL, ",") {
		p, err := url.Parse(u)
		if err != nil || p.Host == "" {
			return nil, fmt.Errorf("--url: %q is no address (write nats://HOST:4222)", Redact(u))
		}
		if p.User != nil {
			return nil, fmt.Errorf("--url: %s holds a secret, which process lists show: use --seed FILE", Redact(u))
		}
		if c.CA == "" && p.Scheme != "tls" && !Loopback(p.Hostname()) {
			return nil, fmt.Errorf("--url: %s is another machine, and without --ca or tls:// the connection would be in the clear", Redact(u))
		}
	}
	var often Seldom
	opts := []nats.Option{nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, 250*time.Millisecond),
		nats.ReconnectBufSize(-1), nats.Timeout(3 * time.Second), nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2), nats.RetryOnFailedConnect(wait)}
	if c.Seed != "" {
		o, pub, err := seed(c.Seed)
		if err != nil {
			return nil, err
		}
		opts = append(opts, o, nats.CustomInboxPrefix(InboxOf(pub)))
	}
	if c.CA != "" || c.Cert != "" {
		t, err := c.TLS()
		if err != nil {
			return nil, err
		}
		opts = append(opts, nats.Secure(t))
	}
	if say != nil && wait { // it was said that it is not there
		opts = append(opts, nats.ConnectHandler(func(nc *nats.Conn) { say("broker found: " + Redact(nc.ConnectedUrl())) }))
	}
	if say != nil {
		opts = append(opts, nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				say("broker lost: " + err.Error())
			}
		}), nats.ReconnectHandler(func(nc *nats.Conn) { say("broker found again: " + Redact(nc.ConnectedUrl())) }),
			nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
				often.Say(err.Error(), "broker says: "+err.Error(), say)
			}))
	}
	nc, err := nats.Connect(c.URL, opts...)
	if err != nil {
		return nil, fmt.Errorf("broker %s: %w", Redact(c.URL), err)
	}
	if say != nil && (c.CA != "" || c.Cert != "") {
		go distrust(nc, func(s string) { often.Say("certificate", s, say) })
	}
	return nc, nil
}

// distrust says why a broker's certificate is not taken, until nc is closed: the client
// tries again for ever and tells nobody.
func distrust(nc *nats.Conn, say func(string)) {
	t := time.NewTicker(distrustEvery)
	defer t.Stop()
	for range t.C {
		if nc.IsClosed() {
			return
		}
		if wrong := new(tls.CertificateVerificationError); !nc.IsConnected() && errors.As(nc.LastError(), &wrong) {
			say("the broker's certificate is not taken: " + wrong.Err.Error())
		}
	}
}

const distrustEvery = 2 * time.Second

// InboxOf is where the answers to a user go, so that no other may listen to them.
func InboxOf(public string) string { return "_INBOX_" + public }

func seed(file string) (nats.Option, string, error) {
	if st, err := os.Stat(file); err == nil && st.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		return nil, "", fmt.Errorf("%s: others may read this secret (mode %04o): chmod 600 it", file, st.Mode().Perm())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	kp, err := nkeys.ParseDecoratedNKey(b)
	if err != nil {
		return nil, "", fmt.Errorf("%s: this is no seed (portero-fleet key makes one)", file)
	}
	pub, err := kp.PublicKey()
	if err != nil {
		return nil, "", err
	}
	return nats.Nkey(pub, func(nonce []byte) ([]byte, error) { return kp.Sign(nonce) }), pub, nil
}

// TLS is how we speak to others: whom we believe, and who we are.
func (c *Config) TLS() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		pool, err := Pool(c.CA)
		if err != nil {
			return nil, err
		}
		t.RootCAs = pool
	}
	if c.Cert != "" {
		k, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Cert, err)
		}
		// Whoever works for months is given another certificate meanwhile: what lies there when a
		// connection is made is shown. While it is being replaced, what was good last.
		var mu sync.Mutex
		cert, key := c.Cert, c.Key
		t.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			mu.Lock()
			defer mu.Unlock()
			if now, err := tls.LoadX509KeyPair(cert, key); err == nil {
				k = now
			}
			last := k
			return &last, nil
		}
	}
	return t, nil
}

// Pool reads certificates.
func Pool(file string) (*x509.CertPool, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%s: no certificate in this file (PEM is expected)", file)
	}
	return p, nil
}

// Loopback reports whether host is this machine alone.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Redact takes a password out of addresses.
func Redact(s string) string {
	us := strings.Split(s, ",")
	for i, u := range us {
		if p, err := url.Parse(u); err == nil {
			us[i] = p.Redacted()
		} else {
			us[i] = "(address)"
		}
	}
	return strings.Join(us, ",")
}

// DefaultBytes is how much may wait for hubs unless said otherwise.
const DefaultBytes = 8 << 30

// statusBytes is how much the parts of a fleet may say of themselves, together: room for
// 300,000, and a bound for one that makes names up.
const statusBytes = 256 << 20

// Hubs is the site that hubs speak for.
const Hubs = "fleet"

// Limits bound what the broker keeps.
type Limits struct {
	Replicas int   // copies of each message: 1, or 3 in a cluster
	MaxBytes int64 // of batches that no hub has stored yet
	// Window is how long the broker tells copies by their name; the stores tell
	// them for good.
	Window time.Duration
}

// Ensure makes the streams and consumers, or adjusts them. Batches that do not fit
// are refused and stay in their sensor's spool: the broker drops nothing.
func Ensure(ctx context.Context, js jetstream.JetStream, l Limits) error {
	if l.Replicas == 0 {
		l.Replicas = 1
	}
	if l.MaxBytes == 0 {
		l.MaxBytes = DefaultBytes
	}
	if l.Window == 0 {
		l.Window = 10 * time.Minute
	}
	for _, c := range []jetstream.StreamConfig{
		{Name: Flows, Subjects: []string{"flows.*.*"}, Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew, MaxBytes: l.MaxBytes,
			Storage: jetstream.FileStorage, Replicas: l.Replicas, Duplicates: l.Window, MaxMsgSize: MaxMessage},
		{Name: Work, Subjects: []string{"work.>"}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Replicas: l.Replicas, Duplicates: l.Window},
		{Name: Status, Subjects: []string{"status.>"}, MaxMsgsPerSubject: 1, MaxAge: 7 * 24 * time.Hour, MaxBytes: statusBytes, Storage: jetstream.FileStorage, Replicas: l.Replicas, MaxMsgSize: 64 << 10, Discard: jetstream.DiscardOld},
	} {
		if _, err := js.CreateOrUpdateStream(ctx, c); err != nil {
			return fmt.Errorf("stream %s: %w", c.Name, err)
		}
	}
	if _, err := js.CreateOrUpdateConsumer(ctx, Flows, jetstream.ConsumerConfig{Durable: Store, AckPolicy: jetstream.AckExplicitPolicy, AckWait: 10 * time.Second, MaxAckPending: 1024, MaxDeliver: -1}); err != nil {
		return fmt.Errorf("consumer %s: %w", Store, err)
	}
	if _, err := js.CreateOrUpdateConsumer(ctx, Work, jetstream.ConsumerConfig{Durable: Worker, AckPolicy: jetstream.AckExplicitPolicy, AckWait: 10 * time.Second, MaxAckPending: 1024, MaxDeliver: -1}); err != nil {
		return fmt.Errorf("consumer %s: %w", Worker, err)
	}
	if _, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: Files, Storage: jetstream.FileStorage, Replicas: l.Replicas}); err != nil {
		return fmt.Errorf("bucket %s: %w", Files, err)
	}
	return nil
}

// UntilRefused is a context that ends as soon as the broker has said no to something for
// good: it says so beside the question, which would wait for its answer till the end.
// Denied is what it said.
func UntilRefused(ctx context.Context, nc *nats.Conn) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		t := time.NewTicker(50 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				if Refused(nc.LastError()) {
					stop()
					return
				}
			}
		}
	}()
	return ctx, stop
}

// Denied is why a question failed: that the broker refuses it, where it does.
func Denied(nc *nats.Conn, err error) error {
	if last := nc.LastError(); err != nil && Refused(last) {
		return fmt.Errorf("the broker refuses this to our key (it takes an admin's): %w", last)
	}
	return err
}

// Refused reports whether the broker said no for good, and not only for now.
func Refused(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrAuthRevoked) || errors.Is(err, nats.ErrPermissionViolation)
}

package broker_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"portero/internal/corpus"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
)

// authority makes certificates.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T, name string) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.file, _ = a.issue(name, true)
	return a
}

func (a *authority) issue(name string, isCA bool) (certFile, keyFile string) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: isCA, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	parent, sign := a.cert, a.key
	if isCA {
		parent, sign = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, sign)
	if err != nil {
		a.t.Fatal(err)
	}
	if isCA {
		a.cert, _ = x509.ParseCertificate(der)
		a.key = key
	}
	kb, _ := x509.MarshalECPrivateKey(key)
	certFile, keyFile = filepath.Join(a.dir, name+".pem"), filepath.Join(a.dir, name+".key")
	os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: kb}), 0o600)
	return certFile, keyFile
}

// user makes a seed.
func user(t *testing.T) (file, public, seed string) {
	t.Helper()
	kp, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	s, _ := kp.Seed()
	public, _ = kp.PublicKey()
	file = filepath.Join(t.TempDir(), "seed")
	os.WriteFile(file, s, 0o600)
	return file, public, string(s)
}

// send runs a sensor of a site until its record is acknowledged or refused.
func send(t *testing.T, c bus.Config, site string) error {
	t.Helper()
	nc, err := bus.Connect(c, "test", false, nil)
	if err != nil {
		return err
	}
	defer nc.Close()
	sp, err := spool.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	s, err := sensor.New(sensor.Config{Site: site, Name: "s1", Wait: true}, sp)
	if err != nil {
		t.Fatal(err)
	}
	s.Add(corpus.Made(1))
	s.Close()
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	result := make(chan error, 1)
	go func() { result <- s.Publish(ctx, nc) }()
	go func() {
		if s.Drained(ctx) {
			stop()
		}
	}()
	if err := <-result; err != nil {
		return err
	}
	if s.Sent.Load() != 1 {
		t.Errorf("site %s: neither sent nor refused", site)
	}
	return nil
}

func TestWhoIsLetIn(t *testing.T) {
	ca, other := newAuthority(t, "ca"), newAuthority(t, "other")
	cert, key := ca.issue("broker", false)
	mine, myKey := ca.issue("sensor", false)
	stray, strayKey := other.issue("stray", false)
	hq, hqPub, hqSeed := user(t)
	hub, hubPub, _ := user(t)
	nobody, _, nobodySeed := user(t)
	users := filepath.Join(t.TempDir(), "users")
	os.WriteFile(users, []byte("# who may connect\nsensor hq "+hqPub+"\nhub "+hubPub+" # the store\n"), 0o600)
	var mu sync.Mutex
	var log []string
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Limits: bus.Limits{MaxBytes: 1 << 24}, Dir: t.TempDir(), Cert: cert, Key: key, CA: ca.file, Users: users, Say: func(s string) {
		mu.Lock()
		defer mu.Unlock()
		log = append(log, s)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	if err := b.Ensure(context.Background()); err != nil {
		t.Fatal(err)
	}
	url := strings.Replace(b.URL(), "nats://", "tls://", 1)
	good := bus.Config{URL: url, Seed: hq, CA: ca.file, Cert: mine, Key: myKey}
	if err := send(t, good, "hq"); err != nil {
		t.Errorf("the sensor of hq: %v", err)
	}
	for name, c := range map[string]struct {
		change func(c *bus.Config)
		site   string
	}{
		"another site's subject":        {func(*bus.Config) {}, "lab"},
		"a seed nobody knows":           {func(c *bus.Config) { c.Seed = nobody }, "hq"},
		"no seed":                       {func(c *bus.Config) { c.Seed = "" }, "hq"},
		"no certificate":                {func(c *bus.Config) { c.Cert, c.Key = "", "" }, "hq"},
		"a certificate of somebody":     {func(c *bus.Config) { c.Cert, c.Key = stray, strayKey }, "hq"},
		"a broker that is not our own":  {func(c *bus.Config) { c.CA = other.file }, "hq"},
		"in the clear":                  {func(c *bus.Config) { c.URL, c.CA, c.Cert, c.Key = b.URL(), "", "", "" }, "hq"},
		"a seed that others could read": {func(c *bus.Config) { c.Seed = readable(t, hqSeed) }, "hq"},
	} {
		x := good
		c.change(&x)
		if err := send(t, x, c.site); err == nil {
			t.Errorf("%s was let in", name)
		} else {
			t.Logf("%s: %v", name, err)
			if strings.Contains(err.Error(), hqSeed) || strings.Contains(err.Error(), nobodySeed) {
				t.Errorf("%s: the error holds a secret", name)
			}
		}
	}
	// A sensor does not read what others sent, and cannot change the broker.
	nc, err := bus.Connect(good, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, _ := jetstream.New(nc)
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	if _, err := js.Stream(ctx, bus.Flows); err == nil {
		t.Error("a sensor sees the stream")
	}
	if sub, err := nc.SubscribeSync("flows.>"); err == nil {
		nc.Flush()
		if _, err := sub.NextMsg(200 * time.Millisecond); err == nil || nc.LastError() == nil {
			t.Error("a sensor listens to others")
		}
	}
	// Nor does it speak for a hub, also where its site is called as theirs.
	for subject, allowed := range map[string]bool{bus.StatusSubject("hq", "sensor", "core"): true, bus.StatusSubject("hq", "hub", "h"): false} {
		one, err := bus.Connect(good, "test", false, nil)
		if err != nil {
			t.Fatal(err)
		}
		one.Publish(subject, []byte("{}"))
		one.Flush()
		time.Sleep(100 * time.Millisecond)
		if last := one.LastError(); (last == nil) != allowed {
			t.Errorf("%s: %v", subject, last)
		}
		one.Close()
	}
	hc := good
	hc.Seed = hub
	hn, err := bus.Connect(hc, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer hn.Close()
	hjs, _ := jetstream.New(hn)
	if s, err := hjs.Stream(context.Background(), bus.Flows); err != nil || s.CachedInfo().State.Msgs != 1 {
		t.Errorf("the hub sees %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(log) == 0 {
		t.Error("not a word of those who were turned away")
	}
	if all := strings.Join(log, "\n"); strings.Contains(all, hqSeed) || strings.Contains(all, nobodySeed) {
		t.Error("the log holds a secret")
	}
}

func readable(t *testing.T, seed string) string {
	f := filepath.Join(t.TempDir(), "seed")
	os.WriteFile(f, []byte(seed), 0o644)
	return f
}

func TestNothingListensBeyondThisMachineWithoutLocks(t *testing.T) {
	users := filepath.Join(t.TempDir(), "users")
	_, pub, _ := user(t)
	os.WriteFile(users, []byte("hub "+pub), 0o600)
	ca := newAuthority(t, "ca")
	cert, key := ca.issue("b", false)
	for name, o := range map[string]broker.Options{
		"nothing":               {Listen: "0.0.0.0:0"},
		"all addresses":         {Listen: ":0"},
		"IPv6":                  {Listen: "[::]:0"},
		"no users":              {Listen: "0.0.0.0:0", Cert: cert, Key: key},
		"no certificate":        {Listen: "0.0.0.0:0", Users: users},
		"cluster without":       {Listen: "127.0.0.1:0", Name: "b", Cluster: "c", Peer: "0.0.0.0:0"},
		"cluster without a CA":  {Listen: "127.0.0.1:0", Name: "b", Cluster: "c", Peer: "0.0.0.0:0", Cert: cert, Key: key},
		"cluster without names": {Listen: "127.0.0.1:0", Cluster: "c", Peer: "127.0.0.1:0"},
	} {
		o.Dir = t.TempDir()
		if b, err := broker.Start(o); err == nil {
			b.Stop()
			t.Errorf("%s: it listens on %s", name, b.URL())
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
	for _, c := range []bus.Config{{URL: "nats://u:secret@127.0.0.1:4222"}, {URL: "nats://198.51.100.1:4222"}} {
		if _, err := bus.Connect(c, "x", false, nil); err == nil || strings.Contains(err.Error(), "secret@") || strings.Contains(err.Error(), ":secret") {
			t.Errorf("%v", err)
		}
	}
	for _, bad := range []string{"sensor " + pub, "sensor a.b " + pub, "hub", "king " + pub, "hub SUAxx"} {
		if _, err := broker.ReadUsers(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// A sensor or a hub that works for months shows the certificate that lies there when it connects, and
// while that is being replaced the last good one.
func TestARenewedCertificateIsShown(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert, key := ca.issue("broker", false)
	own, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAnyClientCert})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	shown := make(chan *x509.Certificate)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s := c.(*tls.Conn)
			if err := s.Handshake(); err != nil {
				t.Error(err)
			}
			shown <- s.ConnectionState().PeerCertificates[0]
			c.Close()
		}
	}()
	mine, myKey := ca.issue("sensor", false)
	conf := bus.Config{CA: ca.file, Cert: mine, Key: myKey}
	client, err := conf.TLS()
	if err != nil {
		t.Fatal(err)
	}
	connect := func() string {
		t.Helper()
		c, err := tls.Dial("tcp", l.Addr().String(), client)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return (<-shown).SerialNumber.String()
	}
	first := connect()
	ca.issue("sensor", false) // under the same name
	second := connect()
	if first == second || connect() != second {
		t.Errorf("%s and then %s are shown", first, second)
	}
	if err := os.WriteFile(myKey, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if third := connect(); third != second {
		t.Errorf("while its key is being replaced %s is shown, not %s", third, second)
	}
}

// A sensor that works for months says why it does not find its broker again: that one's certificate
// has run out, or is from somebody else.
func TestABrokerThatIsNotTrustedIsTold(t *testing.T) {
	ca, other := newAuthority(t, "ca"), newAuthority(t, "other")
	cert, key := ca.issue("broker", false)
	stray, strayKey := other.issue("broker", false)
	users := filepath.Join(t.TempDir(), "users")
	seed, pub, _ := user(t)
	os.WriteFile(users, []byte("hub "+pub+"\n"), 0o600)
	o := broker.Options{Listen: "127.0.0.1:0", Limits: bus.Limits{MaxBytes: 1 << 24}, Dir: t.TempDir(), Cert: cert, Key: key, Users: users}
	b, err := broker.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 100)
	nc, err := bus.Connect(bus.Config{URL: b.URL(), CA: ca.file, Seed: seed}, "test", false, func(s string) { said <- s })
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	o.Listen = strings.TrimPrefix(b.URL(), "tls://")
	b.Stop()
	o.Cert, o.Key = stray, strayKey
	if b, err = broker.Start(o); err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	for end := time.After(time.Minute); ; {
		select {
		case s := <-said:
			if strings.HasPrefix(s, "the broker's certificate is not taken: x509: certificate signed by unknown authority") {
				return
			}
		case <-end:
			t.Fatal("nothing is said of the broker's certificate")
		}
	}
}

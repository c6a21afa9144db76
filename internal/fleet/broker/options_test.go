package broker_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
)

// What protects records in the server's settings: that what it acknowledged is on the
// disk, and whom it lets in.
func TestWhatTheServerIsTold(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert, key := ca.issue("b", false)
	_, pub, _ := user(t)
	_, hub, _ := user(t)
	users := filepath.Join(t.TempDir(), "users")
	os.WriteFile(users, []byte("sensor hq "+pub+"\nhub "+hub+"\n"), 0o600)

	alone := broker.Options{Listen: "127.0.0.1:0", Dir: "d"}
	so, err := alone.Server()
	if err != nil {
		t.Fatal(err)
	}
	if !so.SyncAlways || !so.JetStream || !so.NoSigs || so.StoreDir != "d" || so.MaxPayload != bus.MaxMessage || so.Port != -1 || so.TLS || len(so.Nkeys) != 0 || so.Cluster.Name != "" || so.Cluster.Port != 0 {
		t.Errorf("alone: %+v", so)
	}
	if alone.Limits.MaxBytes != bus.DefaultBytes {
		t.Errorf("%d octets may wait", alone.Limits.MaxBytes)
	}
	lazy := broker.Options{Listen: "127.0.0.1:1", Lazy: true}
	if so, err = lazy.Server(); err != nil || so.SyncAlways || so.SyncInterval <= 0 || so.Port != 1 {
		t.Errorf("lazy: %v %v %v", err, so.SyncAlways, so.SyncInterval)
	}

	full := broker.Options{Name: "b1", Listen: ":4222", Cert: cert, Key: key, CA: ca.file, Users: users, Cluster: "fleet", Peer: ":6222", Routes: []string{"10.0.0.1:6222", "nats://10.0.0.2:6222"}, Limits: bus.Limits{Replicas: 3}}
	if so, err = full.Server(); err != nil {
		t.Fatal(err)
	}
	if so.Host != "0.0.0.0" || so.Port != 4222 || !so.TLS || !so.TLSVerify || so.TLSTimeout <= 0 {
		t.Errorf("clients: %q %d, TLS %v, verified %v, within %v s", so.Host, so.Port, so.TLS, so.TLSVerify, so.TLSTimeout)
	}
	if c := so.TLSConfig; c.ClientAuth != tls.RequireAndVerifyClientCert || c.ClientCAs == nil || c.RootCAs != nil || c.MinVersion < tls.VersionTLS12 {
		t.Errorf("clients: %+v", c)
	}
	if c := so.Cluster; c.Name != "fleet" || c.Host != "0.0.0.0" || c.Port != 6222 || c.TLSTimeout <= 0 || c.TLSConfig == nil || c.TLSConfig.ClientAuth != tls.RequireAndVerifyClientCert || c.TLSConfig.RootCAs == nil {
		t.Errorf("brokers: %+v", c)
	}
	if len(so.Routes) != 2 || so.Routes[0].String() != "nats://10.0.0.1:6222" || so.Routes[1].Host != "10.0.0.2:6222" {
		t.Errorf("routes %v", so.Routes)
	}
	var allowed []any
	for _, u := range so.Nkeys {
		if u.Permissions != nil && u.Account.Name != "hubs" { // TestAHubOnlyStores
			allowed = append(allowed, u.Nkey, u.Permissions.Publish.Allow, u.Permissions.Subscribe.Allow)
		}
	}
	want := []any{pub, []string{"flows.hq.*", bus.StatusSubject("hq", "sensor", "*")}, []string{bus.InboxOf(pub) + ".>"}}
	if len(so.Nkeys) != 3 || !reflect.DeepEqual(allowed, want) { // the broker itself is one of them
		t.Errorf("%d users; what they may: %v", len(so.Nkeys), allowed)
	}
	// On this machine alone neither a certificate nor an authority is needed.
	open := broker.Options{Name: "b1", Listen: "localhost:1", Cert: cert, Key: key, Cluster: "fleet", Peer: "[::1]:2", Routes: []string{"[::1]:2"}}
	if so, err = open.Server(); err != nil || !so.TLS || so.TLSVerify || so.TLSConfig.ClientCAs != nil || so.TLSConfig.ClientAuth != tls.NoClientCert {
		t.Errorf("without an authority: %v %+v", err, so)
	}
}

// What is wrong with the settings is said by the name that the user gave it.
func TestSettingsThatAreWrong(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert, key := ca.issue("b", false)
	dir := t.TempDir()
	file := func(name, text string) string {
		name = filepath.Join(dir, name)
		os.WriteFile(name, []byte(text), 0o600)
		return name
	}
	_, pub, _ := user(t)
	missing, nobody, nonsense := filepath.Join(dir, "missing"), file("nobody", "# none yet\n"), file("nonsense", "king "+pub)
	good := file("users", "hub "+pub)
	here := "127.0.0.1:0"
	for want, o := range map[string]broker.Options{
		`"here" is no HOST:PORT`:                {Listen: "here"},
		`"127.0.0.1:x" has no port up to`:       {Listen: "127.0.0.1:x"},
		`"127.0.0.1:65536" has no port`:         {Listen: "127.0.0.1:65536"},
		`"127.0.0.1:-2" has no port`:            {Listen: "127.0.0.1:-2"},
		missing:                                 {Listen: here, Users: missing},
		nobody + ": nobody is in it":            {Listen: here, Users: nobody},
		nonsense + ": line 1: write sensor":     {Listen: here, Users: nonsense},
		missing + ": ":                          {Listen: here, Cert: missing, Key: key},
		good + ": ":                             {Listen: here, Cert: cert, Key: key, CA: good},
		"--listen 0.0.0.0:0 is open to other":   {Listen: "0.0.0.0:0", Cert: cert, Key: key},
		"--replicas 2 needs a cluster":          {Listen: here, Limits: bus.Limits{Replicas: 2}},
		"needs a --name of its own":             {Listen: here, Cluster: "c", Peer: here},
		`"there" is no HOST:PORT`:               {Listen: here, Name: "b", Cluster: "c", Peer: "there"},
		"--peer 0.0.0.0:1 is open to other":     {Listen: here, Name: "b", Cluster: "c", Peer: "0.0.0.0:1", CA: ca.file},
		"--peer 0.0.0.0:2 is open to other":     {Listen: here, Name: "b", Cluster: "c", Peer: "0.0.0.0:2", Cert: cert, Key: key},
		`--routes: "nats://u:xxxxx@b:1" is no`:  {Listen: here, Name: "b", Cluster: "c", Peer: here, Routes: []string{"nats://u:secret@b:1"}},
		"--cluster c needs --routes":            {Listen: here, Name: "b", Cluster: "c", Peer: here},
		`--routes: "" is no HOST:PORT`:          {Listen: here, Name: "b", Cluster: "c", Peer: here, Routes: []string{""}},
		`--routes: "(address)" is no HOST:PORT`: {Listen: here, Name: "b", Cluster: "c", Peer: here, Routes: []string{"a\x7fb:1"}},
	} {
		if _, err := o.Server(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	last := broker.Options{Listen: "127.0.0.1:65535", Limits: bus.Limits{Replicas: 1}}
	if so, err := last.Server(); err != nil || so.Port != 65535 {
		t.Errorf("the last port of all: %v", err)
	}
}

func TestWhoIsInTheFileOfUsers(t *testing.T) {
	_, pub, _ := user(t)
	_, second, _ := user(t)
	_, third, _ := user(t)
	us, err := broker.ReadUsers(strings.NewReader(fmt.Sprintf("\n# who\nsensor hq %s # core\n\thub  %s\r\nadmin %s", pub, second, third)))
	if err != nil || !reflect.DeepEqual(us, []broker.User{{"sensor", "hq", pub}, {"hub", "", second}, {"admin", "", third}}) {
		t.Errorf("%v %v", us, err)
	}
	for text, want := range map[string]string{
		"hub " + pub + "\nhub hq " + pub:    "line 2: write sensor SITE PUBLIC",
		"admin hq " + pub:                   "line 1: write",
		"sensor h.q " + pub:                 "line 1: write",
		"king " + pub:                       "line 1: write",
		"sensor " + pub:                     "line 1: write",
		"hub UABC":                          "line 1: \"UABC\" is no public key",
		"hub " + strings.Repeat("x", 1<<17): "too long",
		// The server would take the last of them for all that the key may do.
		"sensor hq " + pub + "\n\nadmin " + pub:                    "line 3: this key is another's already, on line 1;",
		"hub " + pub + "\nhub " + second + "\nsensor hq " + second: "line 3: this key is another's already, on line 2;",
		"sensor a " + pub + "\nsensor b " + pub:                    "line 2: this key is another's already, on line 1;",
	} {
		if _, err := broker.ReadUsers(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

// A broker that could not listen gives its folder back, and says what is in its way. A
// folder that cannot be locked is not used.
func TestABrokerThatCannotStart(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	o := broker.Options{Listen: taken.Addr().String(), Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 24}}
	if b, err := broker.Start(o); err == nil {
		b.Stop()
		t.Fatal("it listens where another does")
	} else if !strings.Contains(err.Error(), o.Listen) || !strings.Contains(err.Error(), "in use") {
		t.Error(err)
	}
	o.Listen = "127.0.0.1:0"
	b, err := broker.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	b.Stop()
	locked := broker.Options{Listen: o.Listen, Dir: t.TempDir(), Limits: o.Limits}
	if err := os.Mkdir(filepath.Join(locked.Dir, "lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	if b, err := broker.Start(locked); err == nil {
		b.Stop()
		t.Error("a folder that cannot be locked is used")
	}
}

// The server would panic as soon as it is one of several.
func TestAClusterNeedsMachinesOf64Bits(t *testing.T) {
	defer broker.WordBits(32)()
	o := broker.Options{Name: "b", Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 24}}
	b, err := broker.Start(o)
	if err != nil {
		t.Fatal("alone: ", err)
	}
	b.Stop()
	o.Cluster, o.Peer, o.Routes = "c", "127.0.0.1:0", []string{"127.0.0.1:1"}
	if b, err = broker.Start(o); err == nil {
		b.Stop()
		t.Fatal("it is part of a cluster")
	}
	if !strings.Contains(err.Error(), "--cluster c") || !strings.Contains(err.Error(), "64 bits") {
		t.Error(err)
	}
}

// The file of users may come from any editor and hold anything: every mistake is named with its line, and a secret that was
// put into it is not shown.
func TestFilesOfUsers(t *testing.T) {
	_, pub, secret := user(t)
	for text, want := range map[string]string{
		"\ufeffhub " + pub + "\r\n":                              "",
		"hub " + pub + " #" + strings.Repeat("x", 4000):          "",
		"hub " + pub + "\nadmin " + secret + "\n":                "line 2: this is a secret",
		"sensor hq " + secret:                                    "line 1: this is a secret",
		"\n\nhub " + pub + " #" + strings.Repeat("x", 5000):      "line 3: too long for a user",
		"hub " + pub + "\n\xff\xfe\n":                            "line 2: write sensor",
		"hub \x1b[31m":                                           `line 1: "\x1b[31m" is no public key`,
		"hub " + pub + "\x00":                                    "line 1: ",
		"hub " + strings.ToLower(pub):                            "line 1: ",
		"\ufeff\ufeffhub " + pub:                                 "line 1: write sensor",
		strings.Repeat("# x\n", 1000) + "sensor hq\n":            "line 1001: write sensor",
		strings.Repeat("hub "+pub+"\n", 500) + "hub " + pub[:55]: "line 501: ",
	} {
		us, err := broker.ReadUsers(strings.NewReader(text))
		switch {
		case want == "" && (err != nil || len(us) != 1), want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%.40q: %d users, %v, want %q", text, len(us), err, want)
		case err != nil && strings.Contains(err.Error(), secret[:12]):
			t.Errorf("%.40q: a secret is shown: %v", text, err)
		}
	}
}
